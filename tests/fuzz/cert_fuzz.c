#include "text/fid.h"
#include "x509/idcert.h"
#include "signer/idcert_lint.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void promised(const struct idcert *c)
{
	int64_t serial = 0;

	assert(c->serial.n >= 1 && c->serial.n <= 49 &&
	    (c->serial64 == 0 || (str_i64(c->serial, &serial) && serial == c->serial64)));
	assert(domain_ok(c->domain) && c->not_before <= c->not_after && ed25519_key_ok(c->key));
	assert(c->is_server
		? c->fid.n + c->session_id.n == 0
		: c->fid.n > c->domain.n && c->session_id.n >= 1 && c->session_id.n <= 32);
}

/* Reads the input as a foreign certificate, and lints it as a TBSCertificate of our own. */
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct cx cx = { .mem = arena_new(4 << 20) };
	const uint8_t signer[ED25519_KEY] = { 2 };
	struct blob in = { p, n };
	struct idcert c;
	enum err e = idcert_read(&cx, in, &c);

	if (e == OK) {
		promised(&c);
		in = c.tbs;
	} else {
		assert(e == ERR_BAD_REQUEST && cx.why.say[0] != '\0');
	}
	e = idcert_lint(&cx, in, STR("polyphony.chat"), signer, NULL);
	assert(e == OK || (e == ERR_INTERNAL && cx.why.log[0] != '\0'));
	arena_free(cx.mem);
	return 0;
}
