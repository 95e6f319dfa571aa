#ifndef MOTET_CRYPTO_PHC_H
#define MOTET_CRYPTO_PHC_H
#include "base/cx.h"
/*
 * PHC strings, the form in which a hashed password is stored: $scrypt$ln=14,r=8,p=5$salt$hash,
 * $argon2id$v=19$m=19456,t=2,p=1$salt$hash; salt and hash are base64 without padding. Used by
 * passwd.c alone.
 */
enum phc_alg { PHC_SCRYPT, PHC_ARGON2ID };
enum { PHC_PARAMS = 3, PHC_SALT = 64, PHC_HASH = 64 }; /* the latter two: octets at most */
struct phc {
	enum phc_alg alg;
	int64_t v[PHC_PARAMS]; /* scrypt: ln, r, p; argon2id: m (KiB), t, p */
	uint8_t salt[PHC_SALT], hash[PHC_HASH];
	size_t nsalt, nhash;
};
/*
 * False for everything else, and for parameters that would cost more than 64 MiB or some twelve
 * times the work of ours: a stored text cannot make a worker swell or hang.
 */
bool phc_parse(struct arena *, struct str text, struct phc *);
struct str phc_print(struct arena *, const struct phc *);
#endif
