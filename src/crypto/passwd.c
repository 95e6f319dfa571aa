#include "crypto/passwd.h"
#include "crypto/phc.h"
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

enum { PASSWD_SALT = 16, PASSWD_HASH = 32, SCRYPT_MAXMEM = 80 << 20 };

/* The parameters of new hashes, best first. */
static const struct phc current_parameters[] = {
	{ .alg = PHC_ARGON2ID, .v = { 19456, 2, 1 }, .nsalt = PASSWD_SALT, .nhash = PASSWD_HASH },
	{ .alg = PHC_SCRYPT, .v = { 14, 8, 5 }, .nsalt = PASSWD_SALT, .nhash = PASSWD_HASH },
};

/*
 * Looked up at run time: a program built with OpenSSL 3.0 can use Argon2id as soon as it runs with
 * 3.2. Fetched once per process and never freed.
 */
static EVP_KDF *fetch_argon2id(void)
{
	static EVP_KDF *kdf;
	static bool asked;

	if (!asked) {
		ERR_set_mark();
		kdf = EVP_KDF_fetch(NULL, "ARGON2ID", NULL);
		ERR_pop_to_mark();
		asked = true;
	}
	return kdf;
}

static const struct phc *choose_parameters(void)
{
	return &current_parameters[fetch_argon2id() ? 0 : 1];
}

/* Parameter names as in EVP_KDF-ARGON2(7); headers before 3.2 have no macros for them. */
static bool derive_by_argon2id(struct str password, const struct phc *p, uint8_t *out)
{
	uint32_t memory = (uint32_t)p->v[0], rounds = (uint32_t)p->v[1], lanes = (uint32_t)p->v[2];
	uint8_t *secret = (uint8_t *)(uintptr_t)password.s, *salt = (uint8_t *)(uintptr_t)p->salt;
	OSSL_PARAM params[] = {
		OSSL_PARAM_octet_string(OSSL_KDF_PARAM_PASSWORD, secret, password.n),
		OSSL_PARAM_octet_string(OSSL_KDF_PARAM_SALT, salt, p->nsalt),
		OSSL_PARAM_uint32("memcost", &memory),
		OSSL_PARAM_uint32("iter", &rounds),
		OSSL_PARAM_uint32("lanes", &lanes),
		OSSL_PARAM_END,
	};
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(fetch_argon2id());
	bool fine = ctx && EVP_KDF_derive(ctx, out, p->nhash, params) == 1;

	EVP_KDF_CTX_free(ctx);
	return fine;
}

static bool derive_by_scrypt(struct str password, const struct phc *p, uint8_t *out)
{
	return EVP_PBE_scrypt(password.n ? password.s : "", password.n, p->salt, p->nsalt,
		   UINT64_C(1) << p->v[0], (uint64_t)p->v[1], (uint64_t)p->v[2], SCRYPT_MAXMEM, out,
		   p->nhash) == 1;
}

static enum err derive_hash(
    struct cx *cx, struct str password, const struct phc *p, uint8_t out[PHC_HASH])
{
	bool fine;

	if (p->alg == PHC_ARGON2ID && fetch_argon2id() == NULL)
		return fail(cx, ERR_INTERNAL,
		    "a password is stored as Argon2id, which needs OpenSSL 3.2 or later");
	fine = p->alg == PHC_ARGON2ID ? derive_by_argon2id(password, p, out)
				      : derive_by_scrypt(password, p, out);
	if (!fine) {
		ERR_clear_error();
		return fail(cx, ERR_INTERNAL, "OpenSSL could not hash a password");
	}
	return OK;
}

enum err passwd_hash(struct cx *cx, struct str password, struct str *phc)
{
	struct phc p = *choose_parameters();

	if (RAND_bytes(p.salt, PASSWD_SALT) != 1)
		return fail(cx, ERR_INTERNAL, "OpenSSL has no random bytes");
	TRY(derive_hash(cx, password, &p, p.hash));
	*phc = phc_print(cx->mem, &p);
	return OK;
}

static bool has_current_parameters(const struct phc *p)
{
	const struct phc *best = choose_parameters();

	return p->alg == best->alg && p->nsalt == best->nsalt && p->nhash == best->nhash &&
	    memcmp(p->v, best->v, sizeof p->v) == 0;
}

enum err passwd_verify(
    struct cx *cx, struct str password, struct str phc, bool *right, bool *rehash)
{
	struct phc p = *choose_parameters();
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
