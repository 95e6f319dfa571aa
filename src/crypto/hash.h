#ifndef MOTET_CRYPTO_HASH_H
#define MOTET_CRYPTO_HASH_H
#include "base/str.h"
/* SHA-256 (FIPS 180-4). */
enum { HASH_BYTES = 32 };
void sha256(struct blob, uint8_t out[HASH_BYTES]);
/* Hash a list of texts: the length of each text is hashed before it, so that different lists have
 * different hashes. */
void sha256_list(const struct str *, size_t n, uint8_t out[HASH_BYTES]);
/* Are the two texts equal? The comparison takes the same time whether they are equal or not, so it
 * is safe for secrets. */
bool hash_equal(struct str, struct str);
#endif
