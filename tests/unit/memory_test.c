/* Runs each reader and writer once for every allocation that it makes, and lets this allocation
 * fail: the hook for exhausted memory is called, and no reader or writer returns a result. Prints
 * how many allocations each makes. */
#include "../tap.h"
#include "base/memory.h"
#include "crypto/passwd.h"
#include "json/federation_jws.h"
#include "json/json.h"
#include "signer/idcert_lint.h"
#include "signer/seal.h"
#include "x509/key_material_der.h"
#include "mls_make.h"
#include "x509_make.h"
#include <json-c/json.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BY_THE_HOOK = 71, WRONG = 1, ALLOCATIONS_MAX = 20000 };

static const uint8_t secret[SEAL_SECRET] = "the secret of the machine: 0123";
static struct blob csr, cert, sealed, keypackage;
static struct mls_policy policy;
static struct str phc;

static bool use_json(struct cx *cx)
{
	const struct str text = STR("{\"a\":[1,{\"b\":\"c\"}],\"d\":null,\"e\":\"\\u00e4\"}");
	struct json_object *o;

	return json_parse(cx, text, &o) == OK &&
	    str_is(json_text(cx, json_object_get(o)),
		"{\"a\":[1,{\"b\":\"c\"}],\"d\":null,\"e\":\"\303\244\"}");
}

static bool use_json_writer(struct cx *cx)
{
	struct json_object *o = json_own(cx, json_object_new_object());

	json_object_object_add(o, "text", json_from_str(STR("more than a few octets of text")));
	json_object_object_add(
	    o, "octets", json_from_octets((struct blob){ (const uint8_t *)"\1\2", 2 }));
	return str_is(json_text(cx, json_object_get(o)),
	    "{\"octets\":[1,2],\"text\":\"more than a few octets of text\"}");
}

static bool use_ed25519(struct cx *cx)
{
	const struct blob text = str_blob(STR("a text"));
	uint8_t key[ED25519_KEY], sig[ED25519_SIG];

	return ed25519_public(cx, actor_seed, key) == OK &&
	    ed25519_sign(cx, actor_seed, text, sig) == OK && ed25519_verify(key, text, sig);
}

static bool use_seal(struct cx *cx)
{
	const struct blob aad = str_blob(STR("row 1")), plain = str_blob(STR("a seed"));
	struct blob out;

	return unseal(cx, secret, aad, sealed, &out) == OK && blob_eq(out, plain) &&
	    seal(cx, secret, aad, plain, &out) == OK;
}

static bool use_csr(struct cx *cx)
{
	struct idcsr read;

	return idcsr_read(cx, csr, &read) == OK;
}

static bool use_cert(struct cx *cx)
{
	uint8_t key[ED25519_KEY];
	struct idcert read;

	key_of(cx, server_seed, key);
	return idcert_read(cx, cert, &read) == OK && idcert_signed_by(&read, key) &&
	    idcert_lint(cx, read.tbs, STR("polyphony.chat"), key, NULL) == OK;
}

static bool use_keypackage(struct cx *cx)
{
	return judge(cx, keypackage, &policy) == OK;
}

static bool use_password(struct cx *cx)
{
	bool right, rehash;

	return passwd_verify(cx, STR("correct horse battery"), phc, &right, &rehash) == OK && right;
}

static bool use_token(struct cx *cx)
{
	const struct federation_token t = { .iss = STR("polyphony.chat"),
		.sub = STR("flori@polyphony.chat"),
		.aud = STR("https://example.org"),
		.jti = STR("abcdefghijklmnopqrstuA"),
		.kid = STR("1000000000000000"),
		.iat = NOW,
		.exp = NOW + 300 };
	uint8_t sig[ED25519_SIG], read_sig[ED25519_SIG], key[ED25519_KEY];
	struct federation_token read;
	struct blob input;

	struct str text = federation_jws_signing_input(cx, &t);
	key_of(cx, actor_seed, key);
	return ed25519_sign(cx, actor_seed, str_blob(text), sig) == OK &&
	    federation_jws_read(
		cx, federation_jws_compact(cx, text, sig), &read, &input, read_sig) == OK &&
	    federation_jws_verify(cx, key, input, read_sig) == OK;
}

static const struct {
	const char *name;
	bool (*use)(struct cx *);
} codecs[] = {
	{ "reading JSON", use_json },
	{ "writing JSON", use_json_writer },
	{ "Ed25519", use_ed25519 },
	{ "sealed values", use_seal },
	{ "ID-CSRs", use_csr },
	{ "ID-Certs", use_cert },
	{ "KeyPackages", use_keypackage },
	{ "federation tokens", use_token },
	{ "passwords", use_password },
};

static void end_by_the_hook(void)
{
	_exit(BY_THE_HOOK);
}

static int exit_status_after(bool (*use)(struct cx *), long allocations)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		struct cx cx = cx_new();
		memory_on_failure(end_by_the_hook);
		memory_fail_after(allocations);
		_exit(use(&cx) ? 0 : WRONG);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void fail_each_allocation(const char *name, bool (*use)(struct cx *))
{
	long n = 0;
	int status;

	while ((status = exit_status_after(use, n)) == BY_THE_HOOK && n < ALLOCATIONS_MAX)
		n++;
	ok(status == 0 && n > 0, "%s: each of %ld allocations fails, and nothing else comes of it",
	    name, n);
}

static void make_input(struct cx *cx)
{
	csr = csr_of(cx, SUBJECT, PP_ATTRS);
	cert = cert_of(cx, actor_seed, false, NOW);
	keypackage = keypackage_of(cx, &(struct parts){ 0 });
	policy = policy_of(cx);
	must(cx, seal(cx, secret, str_blob(STR("row 1")), str_blob(STR("a seed")), &sealed));
	must(cx, passwd_hash(cx, STR("correct horse battery"), &phc));
}

int main(void)
{
	/* Sanitizers have their own malloc(): only a build without sanitizers makes this test. */
	if (!memory_is_guarded()) {
		ok(true, "malloc() is not ours in this build, and nothing is tried");
		return done();
	}
	struct cx cx = cx_new();
	make_input(&cx);
	for (size_t i = 0; i < COUNT(codecs); i++) {
		ok(codecs[i].use(&cx), "%s: with enough memory: %s", codecs[i].name, cx.why.log);
		fail_each_allocation(codecs[i].name, codecs[i].use);
	}
	return done();
}
