#ifndef MOTET_CRYPTO_TOKEN_H
#define MOTET_CRYPTO_TOKEN_H
#include "base/cx.h"
/*
 * Session tokens, 53 characters: "p2s_", 43 base62 digits (256 random bits), and 6 base62 digits:
 * the CRC-32 of everything before them. The prefix lets secret scanners find a leaked token. The
 * checksum refuses a mistyped token without a database query. Only the SHA-256 of the whole text is
 * stored, and tokens are looked up by their SHA-256; so no comparison of secrets can leak through
 * its time.
 */
enum { TOKEN_HASH = 32, TOKEN_LENGTH = 53 };
/* Make a new token of kind 's' (session), in arena_secret() memory, and its hash. Aborts the
 * process if there are no random bytes. */
struct str token_new(struct arena *, char kind, uint8_t hash[TOKEN_HASH]);
/* Does the text have the form and the checksum of a token of that kind? If so, `hash` is filled. */
bool token_ok(struct str token, char kind, uint8_t hash[TOKEN_HASH]);
#endif
