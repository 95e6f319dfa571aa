#include "mls/mls_suite.h"
#include "crypto/ed25519.h"
#include "mls/mls_tls.h"
#include "x509/x509.h"
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

static const struct mls_suite known_suites[MLS_SUITES] = {
	{ 1, "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519", "X25519", "ED25519", "SHA256", 32, 32,
	    64, 32 },
	{ 2, "MLS_128_DHKEMP256_AES128GCM_SHA256_P256", "P-256", "P-256", "SHA256", 65, 65, 72,
	    32 },
	{ 3, "MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519", "X25519", "ED25519", "SHA256",
	    32, 32, 64, 32 },
	{ 4, "MLS_256_DHKEMX448_AES256GCM_SHA512_Ed448", "X448", "ED448", "SHA512", 56, 57, 114,
	    64 },
	{ 5, "MLS_256_DHKEMP521_AES256GCM_SHA512_P521", "P-521", "P-521", "SHA512", 133, 133, 139,
	    64 },
	{ 6, "MLS_256_DHKEMX448_CHACHA20POLY1305_SHA512_Ed448", "X448", "ED448", "SHA512", 56, 57,
	    114, 64 },
	{ 7, "MLS_256_DHKEMP384_AES256GCM_SHA384_P384", "P-384", "P-384", "SHA384", 97, 97, 104,
	    48 },
};

const struct mls_suite *mls_suite_find(uint16_t id)
{
	return id >= 1 && id <= MLS_SUITES ? &known_suites[id - 1] : NULL;
}

const struct mls_suite *mls_suite_find_name(struct str name)
{
	for (size_t i = 0; i < MLS_SUITES; i++)
		if (str_ieq(name, str_of(known_suites[i].name)))
			return &known_suites[i];
	return NULL;
}

/* --- Keys --- */

static bool is_point_type(const char *type)
{
	return type[0] == 'P';
}

static bool is_uncompressed_key(const char *type, struct blob key)
{
	return !is_point_type(type) || (key.n > 0 && key.p[0] == 0x04);
}

static EVP_PKEY *load_curve_point(const char *group, struct blob key)
{
	/* OpenSSL only reads the name, but its parameter is not const. */
	char *name = (char *)(uintptr_t)group;
	uint8_t *point = (uint8_t *)(uintptr_t)key.p;
	OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(
				    OSSL_PKEY_PARAM_GROUP_NAME, name, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, key.n),
		OSSL_PARAM_construct_end() };
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *k = NULL;

	if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &k, EVP_PKEY_PUBLIC_KEY, params) != 1)
		k = NULL;
	EVP_PKEY_CTX_free(ctx);
	return k;
}

/* Load a key of this type; NULL when the octets are no such key. Callers must call
 * ERR_clear_error() afterwards. */
static EVP_PKEY *load_suite_key(const char *type, struct blob key)
{
	return is_point_type(type) ? load_curve_point(type, key)
				   : EVP_PKEY_new_raw_public_key_ex(NULL, type, NULL, key.p, key.n);
}

/*
 * Check that the key is not a point of small order. A key exchange with any private key shows
 * whether it is: private keys are multiples of the cofactor (RFC 7748 5), so a point of small order
 * gives zeros, which OpenSSL refuses. The other curves have cofactor 1 and need no check.
 */
static bool derives_nonzero_secret(const char *type, EVP_PKEY *theirs, size_t n)
{
	static const uint8_t any[56] = { 1 };
	uint8_t secret[56];
	size_t len = sizeof secret;
	EVP_PKEY *ours = EVP_PKEY_new_raw_private_key_ex(NULL, type, NULL, any, n);
	EVP_PKEY_CTX *ctx = ours ? EVP_PKEY_CTX_new_from_pkey(NULL, ours, NULL) : NULL;
	bool good = ctx && EVP_PKEY_derive_init(ctx) == 1 &&
	    EVP_PKEY_derive_set_peer(ctx, theirs) == 1 && EVP_PKEY_derive(ctx, secret, &len) == 1;

	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(ours);
	return good;
}

const char *mls_suite_check_lengths(struct arena *mem, const struct mls_suite *s, struct blob init,
    struct blob enc, struct blob sig)
{
	const struct {
		const char *rule, *name;
		size_t have, want;
	} keys[] = { { "hpke_key_length", "init_key", init.n, s->kem_key },
		{ "hpke_key_length", "encryption_key", enc.n, s->kem_key },
		{ "signature_key_length", "signature_key", sig.n, s->sig_key } };

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (keys[i].have != keys[i].want)
			return arena_printf(mem,
			    "%s: %s has %zu octets, but a key of suite %d has %zu", keys[i].rule,
			    keys[i].name, keys[i].have, s->id, keys[i].want);
	return is_uncompressed_key(s->sig, sig)
	    ? NULL
	    : "signature_key_length: signature_key must be an uncompressed point, starting "
	      "with 04 (RFC 9420 5.1.1)";
}

const char *mls_suite_check_kem_key(
    struct arena *mem, const struct mls_suite *s, const char *of, struct blob key)
{
	if (!is_uncompressed_key(s->kem, key))
		return arena_printf(
		    mem, "hpke_key_format: %s must be an uncompressed point, starting with 04", of);
	EVP_PKEY *k = load_suite_key(s->kem, key);
	bool weak = k && !is_point_type(s->kem) && !derives_nonzero_secret(s->kem, k, key.n);
	EVP_PKEY_free(k);
	ERR_clear_error();
	if (weak)
		return arena_printf(
		    mem, "weak_hpke_key: %s is a point of small order; make a new key pair", of);
	return k ? NULL : arena_printf(mem, "hpke_key_format: %s is not a point on %s", of, s->kem);
}

/* Also refuse an Ed25519 key that is of small order or not canonical, because OpenSSL would verify
 * signatures with such a key. */
static bool is_usable_sig_key(const struct mls_suite *s, struct blob key)
{
	EVP_PKEY *k = load_suite_key(s->sig, key);
	bool good = k && (key.n != ED25519_KEY || ed25519_key_ok(key.p));

	EVP_PKEY_free(k);
	ERR_clear_error();
	return good;
}

const char *mls_suite_check_sig_key(struct arena *mem, const struct mls_suite *s, struct blob key)
{
	return is_usable_sig_key(s, key)
	    ? NULL
	    : arena_printf(
		  mem, "signature_key_format: signature_key is not a usable %s key", s->sig);
}

/* --- Signatures and hashes --- */

static const EVP_MD *find_suite_digest(const struct mls_suite *s)
{
	return EVP_get_digestbyname(s->md);
}

static bool verify_with_library(
    const struct mls_suite *s, struct blob key, struct blob text, struct blob sig)
{
	EVP_PKEY *k = load_suite_key(s->sig, key);
	EVP_MD_CTX *m = EVP_MD_CTX_new();
	bool good = k && m &&
	    EVP_DigestVerifyInit(
		m, NULL, is_point_type(s->sig) ? find_suite_digest(s) : NULL, NULL, k) == 1 &&
	    EVP_DigestVerify(m, sig.p, sig.n, text.p, text.n) == 1;

	EVP_MD_CTX_free(m);
	EVP_PKEY_free(k);
	ERR_clear_error();
	return good;
}

static struct blob build_sign_content(struct arena *mem, const char *label, struct blob content)
{
	struct buf b = { .mem = mem };

	mls_tls_put_vector(&b, str_blob(str_of(arena_printf(mem, "MLS 1.0 %s", label))));
	mls_tls_put_vector(&b, content);
	return str_blob(buf_done(&b));
}

bool mls_suite_verify(struct arena *mem, const struct mls_suite *s, struct blob key,
    const char *label, struct blob content, struct blob sig)
{
	if (sig.n > s->signature || (!is_point_type(s->sig) && sig.n != s->signature) ||
	    key.n != s->sig_key || !is_uncompressed_key(s->sig, key))
		return false;
	struct blob text = build_sign_content(mem, label, content);
	if (key.n == ED25519_KEY)
		return ed25519_verify(key.p, text, sig.p);
	return verify_with_library(s, key, text, sig);
}

/* Check for strict DER without trailing octets first: OpenSSL accepts more. */
static X509 *parse_strict_cert(struct arena *mem, struct blob der)
{
	const uint8_t *p = der.p;

	return x509_check_der(mem, der) == NULL ? d2i_X509(NULL, &p, (long)der.n) : NULL;
}

const char *mls_suite_check_cert(struct arena *mem, struct blob der)
{
	X509 *x = parse_strict_cert(mem, der);
	bool parsed = x != NULL;

	X509_free(x);
	ERR_clear_error();
	return parsed
	    ? NULL
	    : "x509_parse: a certificate must be exactly one X.509 certificate in strict DER";
}

bool mls_suite_cert_has_key(
    struct arena *mem, const struct mls_suite *s, struct blob der, struct blob key)
{
	X509 *x = parse_strict_cert(mem, der);
	EVP_PKEY *want = load_suite_key(s->sig, key), *have = x ? X509_get0_pubkey(x) : NULL;
	bool same = want && have && EVP_PKEY_eq(want, have) == 1;

	EVP_PKEY_free(want);
	X509_free(x);
	ERR_clear_error();
	return same;
}

enum err mls_suite_ref_hash(struct cx *cx, const struct mls_suite *s, const char *label,
    struct blob value, uint8_t out[MLS_HASH_MAX])
{
	struct buf b = { .mem = cx->mem };

	mls_tls_put_vector(&b, str_blob(str_of(label)));
	mls_tls_put_vector(&b, value);
	struct blob text = str_blob(buf_done(&b));
	if (EVP_Digest(text.p, text.n, out, NULL, find_suite_digest(s), NULL) == 1)
		return OK;
	ERR_clear_error();
	return fail(cx, ERR_INTERNAL, "mls: OpenSSL cannot compute %s", s->md);
}
