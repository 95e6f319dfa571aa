#ifndef MOTET_CRYPTO_HASH_H
#define MOTET_CRYPTO_HASH_H
#include "base/str.h"
/* SHA-256 (FIPS 180-4). */
enum { HASH_BYTES = 32 };
void sha256(struct blob, uint8_t out[HASH_BYTES]);
/* Hash of a list: each piece has its length before it, so that different lists hash differently. */
void sha256_list(const struct str *, size_t n, uint8_t out[HASH_BYTES]);
/* Are the two texts equal? Takes the same time whether they are equal or not: for secrets. */
bool hash_equal(struct str, struct str);
#endif
