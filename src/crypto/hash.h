#ifndef MOTET_CRYPTO_HASH_H
#define MOTET_CRYPTO_HASH_H
#include "base/str.h"
/* SHA-256 (FIPS 180-4). */
enum { HASH_BYTES = 32 };
void sha256(struct blob, uint8_t out[HASH_BYTES]);
/* Of several pieces, each with its length before it, so that no two lists give the same text. */
void sha256_list(const struct str *, size_t n, uint8_t out[HASH_BYTES]);
/* Are they the same? Takes as long whether they are or not. */
bool hash_equal(struct str, struct str);
#endif
