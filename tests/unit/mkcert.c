/*
 * Issues certificates as a home server does, for x509_interop: reads a CSR (PEM) from standard
 * input, makes a new identity key, and writes the server's certificate and the actor's (PEM) to
 * standard output. The server's is valid for 40 years, the actor's for 60 days.
 */
#include "x509/idcert.h"
#include "x509/idcsr.h"
#include "x509/idname.h"
#include "signer/signer.h"
#include <openssl/pem.h>

enum { YEAR = 31557600 };

static int complain(const struct cx *cx)
{
	fprintf(stderr, "mkcert: %s%s\n", cx->why.say, cx->why.log);
	return 1;
}

static enum err issue(
    struct cx *cx, struct ca_local *local, const struct ca_key *key, struct idcert_spec spec)
{
	uint8_t sig[ED25519_SIG];
	struct blob tbs;

	TRY(idcert_new_serial(cx, &spec.serial));
	TRY(idcert_build_tbs(cx, &spec, &tbs));
	TRY(local->ca.sign_cert(cx, &local->ca, key, tbs, sig));
	struct blob cert = idcert_assemble(cx->mem, tbs, sig);
	if (PEM_write(stdout, "CERTIFICATE", "", cert.p, (long)cert.n) <= 0)
		return fail(cx, ERR_INTERNAL, "cannot write");
	return OK;
}

static enum err both(struct cx *cx, struct blob der)
{
	const uint8_t secret[SEAL_SECRET] = { 1 };
	const int64_t now = time(NULL);
	struct ca_local local;
	struct ca_key key;
	struct idcsr csr;

	TRY(idcsr_read(cx, der, &csr));
	const struct conf conf = { .domain = str_z(cx->mem, csr.domain),
		.server_cert_lifetime = INT64_C(40) * YEAR + 61 };
	ca_local_init(&local, &conf, secret);
	TRY(local.ca.new_key(cx, &local.ca, &key));
	struct idcert_spec server = {
		.domain = csr.domain, .not_before = now - 60, .not_after = now + INT64_C(40) * YEAR
	};
	struct idcert_spec actor = { .domain = csr.domain,
		.subject = idname_write(cx->mem, csr.local, csr.domain, csr.session_id),
		.dialect = csr.dialect,
		.not_before = now - 60,
		.not_after = now - 60 + IDCERT_LIFE_MAX - 1,
		.commitment = csr.commitment };
	memcpy(server.key, key.key, ED25519_KEY);
	memcpy(actor.key, csr.key, ED25519_KEY);
	TRY(issue(cx, &local, &key, server));
	return issue(cx, &local, &key, actor);
}

int main(void)
{
	struct cx cx = { .mem = arena_new(1 << 20) };
	char *label, *header;
	unsigned char *der;
	long n;

	if (PEM_read(stdin, &label, &header, &der, &n) != 1) {
		fprintf(stderr, "mkcert: no PEM on standard input\n");
		return 1;
	}
	int bad = both(&cx, (struct blob){ der, (size_t)n }) == OK ? 0 : complain(&cx);
	OPENSSL_free(label);
	OPENSSL_free(header);
	OPENSSL_free(der);
	arena_free(cx.mem);
	return bad;
}
