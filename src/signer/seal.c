#include "signer/seal.h"
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

enum { SEAL_VERSION = 1, SEAL_NONCE = 12, SEAL_TAG = 16, SEAL_HEADER = 1 + SEAL_NONCE };

static void free_seal_cipher(void *ctx)
{
	EVP_CIPHER_CTX_free(ctx);
}

static EVP_CIPHER_CTX *start_seal_cipher(
    struct cx *cx, const uint8_t *secret, const uint8_t *nonce, struct blob aad, int encrypt)
{
	EVP_CIPHER_CTX *c = arena_own(cx->mem, EVP_CIPHER_CTX_new(), free_seal_cipher);
	int n;

	if (c == NULL || EVP_CipherInit_ex(c, EVP_aes_256_gcm(), NULL, secret, nonce, encrypt) != 1)
		return NULL;
	return aad.n == 0 || EVP_CipherUpdate(c, NULL, &n, aad.p, (int)aad.n) == 1 ? c : NULL;
}

static enum err fail_seal(struct cx *cx, enum err e, const char *what)
{
	ERR_clear_error();
	return fail(cx, e, "seal: %s", what);
}

void seal_derive(const uint8_t secret[SEAL_SECRET], const char *use, uint8_t out[SEAL_SECRET])
{
	unsigned n = 0;

	if (HMAC(EVP_sha256(), secret, SEAL_SECRET, (const uint8_t *)use, strlen(use), out, &n) ==
		NULL ||
	    n != SEAL_SECRET)
		abort();
}

enum err seal(struct cx *cx, const uint8_t secret[SEAL_SECRET], struct blob aad, struct blob plain,
    struct blob *out)
{
	uint8_t *p = arena_alloc(cx->mem, plain.n + SEAL_OVERHEAD);
	int n;

	p[0] = SEAL_VERSION;
	if (RAND_bytes(p + 1, SEAL_NONCE) != 1)
		return fail_seal(cx, ERR_UNAVAILABLE, "OpenSSL has no random numbers");
	EVP_CIPHER_CTX *c = start_seal_cipher(cx, secret, p + 1, aad, 1);
	if (c == NULL || EVP_CipherUpdate(c, p + SEAL_HEADER, &n, plain.p, (int)plain.n) != 1 ||
	    EVP_CipherFinal_ex(c, p + SEAL_HEADER + n, &n) != 1 ||
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, SEAL_TAG, p + SEAL_HEADER + plain.n) != 1)
		return fail_seal(cx, ERR_UNAVAILABLE, "OpenSSL could not encrypt");
	*out = (struct blob){ p, plain.n + SEAL_OVERHEAD };
	return OK;
}

enum err unseal(struct cx *cx, const uint8_t secret[SEAL_SECRET], struct blob aad,
    struct blob sealed, struct blob *out)
{
	uint8_t tag[SEAL_TAG];
	int n;

	if (sealed.n < SEAL_OVERHEAD || sealed.p[0] != SEAL_VERSION)
		return fail_seal(cx, ERR_INTERNAL,
		    "the value is not sealed, or was sealed by an unknown version");
	size_t len = sealed.n - SEAL_OVERHEAD;
	uint8_t *p = arena_secret(cx->mem, len);
	EVP_CIPHER_CTX *c = start_seal_cipher(cx, secret, sealed.p + 1, aad, 0);
	memcpy(tag, sealed.p + SEAL_HEADER + len, SEAL_TAG);
	if (c == NULL || EVP_CipherUpdate(c, p, &n, sealed.p + SEAL_HEADER, (int)len) != 1 ||
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, SEAL_TAG, tag) != 1)
		return fail_seal(cx, ERR_UNAVAILABLE, "OpenSSL could not decrypt");
	if (EVP_CipherFinal_ex(c, p + n, &n) != 1)
		return fail_seal(cx, ERR_INTERNAL,
		    "cannot be decrypted: it belongs to another secret or row, or its bytes "
		    "were changed");
	*out = (struct blob){ p, len };
	return OK;
}
