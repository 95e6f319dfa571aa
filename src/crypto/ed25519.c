#include "crypto/ed25519.h"
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

/* The prime p of the field, little-endian as in the encoding of points. */
static const uint8_t ed25519_field_p[32] = { 0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f };
static const uint8_t ed25519_order_l[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6,
	0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0x10 };
/* The y coordinates of the eight points whose order divides 8; x may have either sign. */
static const uint8_t small_order_points[][32] = {
	{ 1 },
	{ 0 },
	{ 0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	    0xff, 0xff, 0x7f },
	{ 0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
	    0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d,
	    0x53, 0xfc, 0x05 },
	{ 0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
	    0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92,
	    0xac, 0x03, 0x7a },
};

static bool is_below_bound(const uint8_t a[32], const uint8_t bound[32])
{
	for (int i = 31; i >= 0; i--)
		if (a[i] != bound[i])
			return a[i] < bound[i];
	return false;
}

/* Clear OpenSSL's error queue after a failure: the queue must not grow, and its errors must not be
 * taken for those of a later call. */
static bool clear_errors_unless(bool good)
{
	if (!good)
		ERR_clear_error();
	return good;
}

bool ed25519_key_ok(const uint8_t key[ED25519_KEY])
{
	uint8_t y[32];

	memcpy(y, key, sizeof y);
	y[31] &= 0x7f;
	if (!is_below_bound(y, ed25519_field_p))
		return false;
	for (size_t i = 0; i < sizeof small_order_points / sizeof small_order_points[0]; i++)
		if (memcmp(y, small_order_points[i], sizeof y) == 0)
			return false;
	return true;
}

bool ed25519_verify(
    const uint8_t key[ED25519_KEY], struct blob text, const uint8_t sig[ED25519_SIG])
{
	if (!ed25519_key_ok(key) || !ed25519_key_ok(sig) ||
	    !is_below_bound(sig + 32, ed25519_order_l))
		return false;
	EVP_PKEY *k = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key, ED25519_KEY);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	bool good = k && md && EVP_DigestVerifyInit(md, NULL, NULL, NULL, k) == 1 &&
	    EVP_DigestVerify(md, sig, ED25519_SIG, text.p, text.n) == 1;
	EVP_MD_CTX_free(md);
	EVP_PKEY_free(k);
	return clear_errors_unless(good);
}

/* There is no struct ed25519_private: a pointer to one is a pointer to OpenSSL's key. */
static EVP_PKEY *get_private_pkey(struct ed25519_private *p)
{
	return (EVP_PKEY *)p;
}

enum err ed25519_private_new(struct cx *cx, const uint8_t seed[ED25519_SEED],
    uint8_t key[ED25519_KEY], struct ed25519_private **out)
{
	EVP_PKEY *k = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, ED25519_SEED);
	size_t n = ED25519_KEY;

	*out = (struct ed25519_private *)k;
	if (k && EVP_PKEY_get_raw_public_key(k, key, &n) == 1 && n == ED25519_KEY)
		return OK;
	ed25519_private_free(*out);
	*out = NULL;
	ERR_clear_error();
	return fail(cx, ERR_UNAVAILABLE, "ed25519: OpenSSL could not derive the public key");
}

enum err ed25519_private_sign(
    struct cx *cx, struct ed25519_private *p, struct blob text, uint8_t sig[ED25519_SIG])
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	size_t n = ED25519_SIG;
	bool good = md && EVP_DigestSignInit(md, NULL, NULL, NULL, get_private_pkey(p)) == 1 &&
	    EVP_DigestSign(md, sig, &n, text.p, text.n) == 1 && n == ED25519_SIG;

	EVP_MD_CTX_free(md);
	return clear_errors_unless(good)
	    ? OK
	    : fail(cx, ERR_UNAVAILABLE, "ed25519: OpenSSL could not sign");
}

void ed25519_private_free(struct ed25519_private *p)
{
	EVP_PKEY_free(get_private_pkey(p));
}

enum err ed25519_sign(
    struct cx *cx, const uint8_t seed[ED25519_SEED], struct blob text, uint8_t sig[ED25519_SIG])
{
	uint8_t key[ED25519_KEY];
	struct ed25519_private *p;

	TRY(ed25519_private_new(cx, seed, key, &p));
	enum err e = ed25519_private_sign(cx, p, text, sig);
	ed25519_private_free(p);
	return e;
}

enum err ed25519_public(struct cx *cx, const uint8_t seed[ED25519_SEED], uint8_t key[ED25519_KEY])
{
	struct ed25519_private *p;

	TRY(ed25519_private_new(cx, seed, key, &p));
	ed25519_private_free(p);
	return OK;
}

enum err ed25519_new(struct cx *cx, uint8_t seed[ED25519_SEED], uint8_t key[ED25519_KEY])
{
	if (!clear_errors_unless(RAND_priv_bytes(seed, ED25519_SEED) == 1))
		return fail(cx, ERR_UNAVAILABLE, "ed25519: OpenSSL has no random bytes");
	return ed25519_public(cx, seed, key);
}

struct blob ed25519_spki(struct arena *mem, const uint8_t key[ED25519_KEY])
{
	static const uint8_t head[] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03,
		0x21, 0x00 };
	uint8_t *p = arena_alloc(mem, sizeof head + ED25519_KEY);

	memcpy(p, head, sizeof head);
	memcpy(p + sizeof head, key, ED25519_KEY);
	return (struct blob){ p, sizeof head + ED25519_KEY };
}
