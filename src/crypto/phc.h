#ifndef MOTET_CRYPTO_PHC_H
#define MOTET_CRYPTO_PHC_H
#include "base/cx.h"
/*
 * PHC strings, the form in which password hashes are stored: $scrypt$ln=14,r=8,p=5$salt$hash and
 * $argon2id$v=19$m=19456,t=2,p=1$salt$hash. Salt and hash are base64 without padding. Only passwd.c
 * uses this.
 */
enum phc_alg { PHC_SCRYPT, PHC_ARGON2ID };
enum { PHC_PARAMS = 3, PHC_SALT = 64, PHC_HASH = 64 }; /* PHC_SALT, PHC_HASH: maximum bytes */
struct phc {
	enum phc_alg alg;
	int64_t v[PHC_PARAMS]; /* scrypt: ln, r, p; argon2id: m (KiB), t, p */
	uint8_t salt[PHC_SALT], hash[PHC_HASH];
	size_t nsalt, nhash;
};
/*
 * Parse a PHC string. False for other texts, and for parameters that cost more than 64 MiB or about
 * twelve times the work of the current ones: a stored text must not exhaust a worker's memory or
 * time.
 */
bool phc_parse(struct arena *, struct str text, struct phc *);
/* Write a PHC string, in the arena. */
struct str phc_print(struct arena *, const struct phc *);
#endif
