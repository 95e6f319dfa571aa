#include "x509/idcsr.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* An accepted request has what idcsr.h promises; a refusal says why. */
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct cx cx = { .mem = arena_new(4 << 20) };
	struct idcsr csr;
	enum err e = idcsr_read(&cx, (struct blob){ p, n }, &csr);

	if (e == OK) {
		assert(csr.fid.n == csr.local.n + 1 + csr.domain.n && csr.session_id.n >= 1 &&
		    csr.session_id.n <= 32);
		assert(ed25519_key_ok(csr.key) && csr.dialect <= IDCERT_RS_0_11);
	} else {
		assert(e == ERR_BAD_CSR && cx.why.say[0] != '\0');
	}
	arena_free(cx.mem);
	return 0;
}
