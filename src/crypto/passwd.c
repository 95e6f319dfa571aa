#include "crypto/passwd.h"
#include "crypto/argon2id.h"
#include "crypto/low_priority.h"
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

enum { PASSWD_SALT = 16, PASSWD_HASH = 32, SCRYPT_MAXMEM = 80 << 20 };

/* The parameters of new hashes: the second choice of the OWASP cheat sheet. A hash takes 22 to 27
 * ms. */
static const struct phc current_parameters = {
	.alg = PHC_ARGON2ID, .v = { 19456, 2, 1 }, .nsalt = PASSWD_SALT, .nhash = PASSWD_HASH
};

static bool derive_by_scrypt(struct str password, const struct phc *p, uint8_t *out)
{
	bool fine = EVP_PBE_scrypt(password.n ? password.s : "", password.n, p->salt, p->nsalt,
			UINT64_C(1) << p->v[0], (uint64_t)p->v[1], (uint64_t)p->v[2], SCRYPT_MAXMEM,
			out, p->nhash) == 1;

	if (!fine)
		ERR_clear_error();
	return fine;
}

struct derivation {
	struct str password;
	const struct phc *p;
	uint8_t *out;
	bool fine;
};

static void run_derivation(void *arg)
{
	struct derivation *d = arg;

	d->fine = d->p->alg == PHC_ARGON2ID ? argon2id_derive(d->password, d->p, d->out)
					    : derive_by_scrypt(d->password, d->p, d->out);
}

/* A hash takes as long as a hundred requests that only read, so hashing runs with low priority and
 * those requests go first. */
static enum err derive_hash(
    struct cx *cx, struct str password, const struct phc *p, uint8_t out[PHC_HASH])
{
	struct derivation d = { password, p, out, false };

	low_priority_run(run_derivation, &d);
	return d.fine ? OK
		      : fail(cx, ERR_UNAVAILABLE, "a password could not be hashed: out of memory?");
}

enum err passwd_hash(struct cx *cx, struct str password, struct str *phc)
{
	struct phc p = current_parameters;

	if (RAND_bytes(p.salt, PASSWD_SALT) != 1)
		return fail(cx, ERR_UNAVAILABLE, "OpenSSL has no random bytes");
	TRY(derive_hash(cx, password, &p, p.hash));
	*phc = phc_print(cx->mem, &p);
	return OK;
}

static bool has_current_parameters(const struct phc *p)
{
	const struct phc *best = &current_parameters;

	return p->alg == best->alg && p->nsalt == best->nsalt && p->nhash == best->nhash &&
	    memcmp(p->v, best->v, sizeof p->v) == 0;
}

enum err passwd_verify(
    struct cx *cx, struct str password, struct str phc, bool *right, bool *rehash)
{
	struct phc p = current_parameters;
	uint8_t got[PHC_HASH];
	bool known = phc.n != 0;

	*right = *rehash = false;
	if (known && !phc_parse(cx->mem, phc, &p))
		return fail(
		    cx, ERR_INTERNAL, "a stored password is not a PHC string that motet can read");
	TRY(derive_hash(cx, password, &p, got));
	*right = (CRYPTO_memcmp(got, p.hash, p.nhash) == 0) & known;
	*rehash = *right && !has_current_parameters(&p);
	OPENSSL_cleanse(got, sizeof got);
	return OK;
}
