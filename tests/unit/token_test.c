#include "../tap.h"
#include "text/encoding.h"
#include "crypto/token.h"

/* Computed independently: CRC-32 by zlib, base62 by long division, SHA-256 by sha256sum. */
static const struct {
	const char *token, *hash;
} known[] = {
	{ "p2s_00000000000000000000000000000000000000000002tTBCQ",
	    "352ed885e76edeb95e13b4a0e205c96607b770493053a03eb926569d18252df7" },
	{ "p2s_yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp10ysR0A",
	    "61aa60795471550057f9347072db98134e5ea3269637dbe987fa0079e535fad6" },
	{ "p2s_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf3HME7C",
	    "5e8557af6b08d3df626a92d0f6b00170da449060af759348dfa2f81e92b2bbf0" },
	{ "p2s_00000000000000000000000000000000000000000014GeEYi",
	    "a701c65191fa488ea139e21b09c617ab430b669ed8cc98ac9bc174512416d4b2" },
};

static void known_answers(void)
{
	struct arena *mem = arena_new(1 << 20);
	uint8_t hash[TOKEN_HASH];

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		ok(token_ok(str_of(known[i].token), 's', hash) &&
			str_is(hex_encode(mem, (struct blob){ hash, sizeof hash }), known[i].hash),
		    "a known token: %s", known[i].token);
	arena_free(mem);
}

static void form(void)
{
	struct arena *mem = arena_new(1 << 20);
	uint8_t hash[TOKEN_HASH], again[TOKEN_HASH];
	struct str t = token_new(mem, 's', hash);
	size_t bad = 0;

	ok(t.n == 53 && str_starts(t, "p2s_"), "%zu characters: %.*s…", t.n, 8, t.s);
	ok(token_ok(t, 's', again) && memcmp(hash, again, sizeof hash) == 0,
	    "a new token is valid, with the same hash");
	ok(!token_ok(t, 'f', again), "a token is valid for its own kind only");
	for (size_t n = 0; n < t.n; n++)
		bad += !token_ok((struct str){ t.s, n }, 's', again);
	ok(bad == t.n, "no truncation is valid: %zu tried", bad);
	ok(!token_ok((struct str){ arena_printf(mem, "%sx", t.s), t.n + 1 }, 's', again),
	    "a longer text is not valid");
	ok(!token_ok((struct str){ NULL, 0 }, 's', again), "an empty text is not valid");
	arena_free(mem);
}

/* CRC-32 detects every change of one character and every swap of neighbours. */
static void mistyped(void)
{
	struct arena *mem = arena_new(1 << 20);
	uint8_t hash[TOKEN_HASH];
	struct str t = token_new(mem, 's', hash);
	char *s = arena_dup(mem, t.s, t.n);
	size_t changes = 0, found = 0;

	for (size_t i = 0; i < t.n; i++)
		for (int c = 0; c < 256; c++) {
			if ((char)c == t.s[i])
				continue;
			s[i] = (char)c;
			changes++;
			found += !token_ok((struct str){ s, t.n }, 's', hash);
			s[i] = t.s[i];
		}
	ok(found == changes, "%zu of %zu changes of one byte are detected", found, changes);
	changes = found = 0;
	for (size_t i = 0; i + 1 < t.n; i++) {
		if (t.s[i] == t.s[i + 1])
			continue;
		s[i] = t.s[i + 1];
		s[i + 1] = t.s[i];
		changes++;
		found += !token_ok((struct str){ s, t.n }, 's', hash);
		memcpy(s, t.s, t.n);
	}
	ok(found == changes, "%zu of %zu swaps of neighbours are detected", found, changes);
	arena_free(mem);
}

/* This test does not prove randomness, but finds digits that never occur and repeated tokens. */
static void spread(void)
{
	enum { N = 2000 };
	struct arena *mem = arena_new(4 << 20);
	size_t seen[256] = { 0 }, least = SIZE_MAX, twice = 0, valid = 0;
	struct str t[N];
	uint8_t hash[TOKEN_HASH];

	for (size_t i = 0; i < N; i++) {
		t[i] = token_new(mem, 's', hash);
		valid += token_ok(t[i], 's', hash);
		for (size_t k = 5; k < 47; k++)
			seen[(unsigned char)t[i].s[k]]++;
		for (size_t k = 0; k < i; k++)
			twice += str_eq(t[i], t[k]);
	}
	for (const char *d = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"; *d;
	     d++)
		least = seen[(unsigned char)*d] < least ? seen[(unsigned char)*d] : least;
	ok(valid == N && twice == 0, "N = %d tokens, %zu valid, %zu repeated", N, valid, twice);
	ok(least > N * 42 / 62 * 3 / 4, "the rarest digit occurs %zu times, %d are expected", least,
	    N * 42 / 62);
	arena_free(mem);
}

int main(void)
{
	known_answers();
	form();
	mistyped();
	spread();
	return done();
}
