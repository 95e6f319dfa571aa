#ifndef MOTET_CRYPTO_TOKEN_H
#define MOTET_CRYPTO_TOKEN_H
#include "base/cx.h"
/*
 * Session tokens: "p2s_", 43 base62 digits (256 random bits), 6 base62 digits of the CRC-32 of all
 * before them; 53 characters. The prefix lets scanners find a leaked one, the checksum refuses a
 * mistyped one before the database is asked. Only the SHA-256 of the whole text is stored; it is
 * looked up by that, so no comparison of secrets takes place whose time could tell anything.
 */
enum { TOKEN_HASH = 32, TOKEN_LENGTH = 53 };
/* A new token of kind 's' (session) in the arena, cleansed with it, and its hash. Ends the process
 * when the system has no random bytes. */
struct str token_new(struct arena *, char kind, uint8_t hash[TOKEN_HASH]);
/* Has this the form and the checksum of a token of that kind? Fills the hash when it has. */
bool token_ok(struct str token, char kind, uint8_t hash[TOKEN_HASH]);
#endif
