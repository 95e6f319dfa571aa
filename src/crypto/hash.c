#include "crypto/hash.h"
#include <openssl/crypto.h>
#include <openssl/evp.h>

void sha256(struct blob b, uint8_t out[HASH_BYTES])
{
	if (EVP_Digest(b.p, b.n, out, NULL, EVP_sha256(), NULL) != 1)
		abort();
}

void sha256_list(const struct str *v, size_t n, uint8_t out[HASH_BYTES])
{
	EVP_MD_CTX *m = EVP_MD_CTX_new();
	bool fine = m && EVP_DigestInit_ex(m, EVP_sha256(), NULL);

	for (size_t i = 0; fine && i < n; i++) {
		uint64_t len = v[i].n;
		fine = EVP_DigestUpdate(m, &len, sizeof len) && EVP_DigestUpdate(m, v[i].s, v[i].n);
	}
	if (!fine || !EVP_DigestFinal_ex(m, out, NULL))
		abort();
	EVP_MD_CTX_free(m);
}

bool hash_equal(struct str a, struct str b)
{
	uint8_t x[HASH_BYTES], y[HASH_BYTES];

	sha256(str_blob(a), x);
	sha256(str_blob(b), y);
	return CRYPTO_memcmp(x, y, HASH_BYTES) == 0;
}
