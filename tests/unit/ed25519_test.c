#include "../tap.h"
#include "x509_make.h"
#include <openssl/bn.h>

/* All encodings of the eight small-order points, and all y ≥ p: none is a valid key. */
static const char *const bad_keys[] = {
	"0100000000000000000000000000000000000000000000000000000000000000", /* order 1 */
	"0100000000000000000000000000000000000000000000000000000000000080", /* order 1, x = -0 */
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", /* order 2 */
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", /* order 2, x = -0 */
	"0000000000000000000000000000000000000000000000000000000000000000", /* order 4 */
	"0000000000000000000000000000000000000000000000000000000000000080", /* order 4 */
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", /* order 8 */
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85", /* order 8 */
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", /* order 8 */
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa", /* order 8 */
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", /* y = p: order 4 again
									     */
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", /* y = p + 1: order 1
									       again */
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"efffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", /* y = p + 2 … */
	"f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", /* … to 2^255 - 1 */
	"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
};

/* RFC 8032 7.1, tests 1 to 3. */
static const struct {
	const char *seed, *key, *text, *sig;
} rfc[] = {
	{ "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
	    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
	    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
	    "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b" },
	{ "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
	    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
	    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
	    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
	{ "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
	    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
	    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
	    "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a" },
};

static void vectors(struct cx *cx)
{
	uint8_t key[ED25519_KEY], sig[ED25519_SIG];

	for (size_t i = 0; i < COUNT(rfc); i++) {
		struct blob seed = unhex(cx->mem, rfc[i].seed), text = unhex(cx->mem, rfc[i].text),
			    want = unhex(cx->mem, rfc[i].sig);
		must(cx, ed25519_public(cx, seed.p, key));
		must(cx, ed25519_sign(cx, seed.p, text, sig));
		ok(memcmp(key, unhex(cx->mem, rfc[i].key).p, sizeof key) == 0,
		    "RFC 8032 test %zu: public key", i + 1);
		ok(memcmp(sig, want.p, sizeof sig) == 0, "RFC 8032 test %zu: signature", i + 1);
		ok(ed25519_verify(key, text, sig), "RFC 8032 test %zu: verified", i + 1);
	}
}

static void refused(struct cx *cx)
{
	uint8_t sig[ED25519_SIG] = {
		1
	}; /* R = neutral element, S = 0: fits every text under a key of order 1 */

	for (size_t i = 0; i < COUNT(bad_keys); i++) {
		struct blob key = unhex(cx->mem, bad_keys[i]);
		ok(!ed25519_key_ok(key.p), "not a key: %s", bad_keys[i]);
		ok(!ed25519_verify(key.p, str_blob(STR("any")), sig),
		    "no signature verifies with %s", bad_keys[i]);
	}
}

/* S + L is a second encoding of the same scalar. */
static void add_order(uint8_t *s)
{
	static const uint8_t l[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c,
		0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10 };
	unsigned carry = 0;

	for (int i = 0; i < 32; i++, carry >>= 8) {
		carry += s[i] + l[i];
		s[i] = (uint8_t)carry;
	}
}

static void strict(struct cx *cx)
{
	struct blob text = str_blob(STR("a text")), other = str_blob(STR("a texT"));
	uint8_t key[ED25519_KEY], key2[ED25519_KEY], sig[ED25519_SIG], bad[ED25519_SIG];

	key_of(cx, actor_seed, key);
	key_of(cx, server_seed, key2);
	must(cx, ed25519_sign(cx, actor_seed, text, sig));
	ok(ed25519_verify(key, text, sig), "a signature verifies");
	ok(!ed25519_verify(key, other, sig), "a signature of another text is refused");
	ok(!ed25519_verify(key2, text, sig), "a signature by another key is refused");
	memcpy(bad, sig, sizeof bad);
	add_order(bad + 32);
	ok(!ed25519_verify(key, text, bad), "S + L is refused");
	int taken = 0;
	for (size_t i = 0; i < COUNT(bad_keys); i++) {
		memcpy(bad, sig, sizeof bad);
		memcpy(bad, unhex(cx->mem, bad_keys[i]).p, 32);
		taken += ed25519_verify(key, text, bad);
	}
	ok(taken == 0, "an R that is of small order or not canonical is refused, N = %zu",
	    COUNT(bad_keys));
	taken = 0;
	for (int i = 0; i < ED25519_SIG * 8; i++) {
		memcpy(bad, sig, sizeof bad);
		bad[i / 8] ^= (uint8_t)(1 << i % 8);
		taken += ed25519_verify(key, text, bad);
	}
	ok(taken == 0, "any flipped bit is refused, N = %d", ED25519_SIG * 8);
}

/* The secret scalar of a seed (RFC 8032 5.1.5), modulo L, times h. */
static void scalar_times(const uint8_t *seed, const BIGNUM *h, uint8_t *out)
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *l = NULL, *v = BN_new();
	uint8_t hash[64];

	EVP_Digest(seed, ED25519_SEED, hash, NULL, EVP_sha512(), NULL);
	hash[0] &= 0xf8;
	hash[31] = (hash[31] & 0x7f) | 0x40;
	BN_dec2bn(
	    &l, "7237005577332262213973186563042994240857116359379907606001950938285454250989");
	BN_lebin2bn(hash, 32, v);
	BN_mod_mul(v, v, h, l, ctx);
	BN_bn2lebinpad(v, out, 32);
	BN_free(l);
	BN_free(v);
	BN_CTX_free(ctx);
}

static bool library_takes(const uint8_t *key, struct blob text, const uint8_t *sig)
{
	EVP_PKEY *k = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key, ED25519_KEY);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	bool good = EVP_DigestVerifyInit(md, NULL, NULL, NULL, k) == 1 &&
	    EVP_DigestVerify(md, sig, ED25519_SIG, text.p, text.n) == 1;

	EVP_MD_CTX_free(md);
	EVP_PKEY_free(k);
	return good;
}

/* Why ed25519_key_ok() is needed: with the neutral element as key or R the equation holds, and
 * OpenSSL accepts the signature. */
static void needed(struct cx *cx)
{
	struct blob neutral = unhex(cx->mem, bad_keys[0]), text = str_blob(STR("any text"));
	uint8_t sig[ED25519_SIG], key[ED25519_KEY], hash[64], hashed[32 + 32 + 8];
	BIGNUM *h = BN_new();

	/* S = r, R = rB: with the neutral element as key it fits every text. */
	BN_one(h);
	key_of(cx, actor_seed, sig);
	scalar_times(actor_seed, h, sig + 32);
	ok(library_takes(neutral.p, text, sig) && library_takes(neutral.p, neutral, sig),
	    "OpenSSL accepts the neutral element as key");
	ok(!ed25519_verify(neutral.p, text, sig), "ed25519_verify() refuses it");
	/* R neutral, S = ha: only the owner of the key can make this signature, but strict
	 * verifiers refuse it. */
	key_of(cx, actor_seed, key);
	memcpy(sig, neutral.p, 32);
	memcpy(hashed, sig, 32);
	memcpy(hashed + 32, key, 32);
	memcpy(hashed + 64, text.p, text.n);
	EVP_Digest(hashed, 64 + text.n, hash, NULL, EVP_sha512(), NULL);
	BN_lebin2bn(hash, 64, h);
	scalar_times(actor_seed, h, sig + 32);
	ok(library_takes(key, text, sig), "OpenSSL accepts an R of small order");
	ok(!ed25519_verify(key, text, sig), "ed25519_verify() refuses it");
	BN_free(h);
}

static void good_keys(struct cx *cx)
{
	enum { N = 100000 };
	uint8_t seed[ED25519_SEED], key[ED25519_KEY];
	int refused_keys = 0;

	for (int i = 0; i < N; i++) {
		must(cx, ed25519_new(cx, seed, key));
		refused_keys += !ed25519_key_ok(key);
	}
	ok(refused_keys == 0, "%d of N = %d random keys refused", refused_keys, N);
}

int main(void)
{
	struct cx cx = cx_new();

	vectors(&cx);
	refused(&cx);
	strict(&cx);
	needed(&cx);
	good_keys(&cx);
	arena_free(cx.mem);
	return done();
}
