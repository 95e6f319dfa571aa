#include "crypto/token.h"
#include "base/ascii.h"
#include "text/encoding.h"
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	TOKEN_PREFIX = 4,
	TOKEN_RANDOM = 32,
	TOKEN_DIGITS = 43,
	TOKEN_CHECK = 6
}; /* 62^43 > 2^256, 62^6 > 2^32 */

/* CRC-32/ISO-HDLC, the one of zlib. */
static uint32_t compute_crc32(const char *s, size_t n)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < n; i++) {
		crc ^= (uint8_t)s[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (0xedb88320 & -(crc & 1));
	}
	return ~crc;
}

static void write_token_checksum(const char *s, char out[TOKEN_CHECK])
{
	uint32_t crc = compute_crc32(s, TOKEN_PREFIX + TOKEN_DIGITS);
	uint8_t number[4] = { (uint8_t)(crc >> 24), (uint8_t)(crc >> 16), (uint8_t)(crc >> 8),
		(uint8_t)crc };

	base62_encode(number, sizeof number, out, TOKEN_CHECK);
}

static void hash_token(const char *s, uint8_t hash[TOKEN_HASH])
{
	if (SHA256((const uint8_t *)s, TOKEN_LENGTH, hash))
		return;
	fprintf(stderr, "motet: token: no SHA-256\n");
	abort();
}

struct str token_new(struct arena *mem, char kind, uint8_t hash[TOKEN_HASH])
{
	char *s = arena_secret(mem, TOKEN_LENGTH + 1);
	uint8_t number[TOKEN_RANDOM];

	if (RAND_bytes(number, sizeof number) != 1) {
		fprintf(stderr, "motet: token: no random bytes\n");
		abort();
	}
	memcpy(s, (char[TOKEN_PREFIX]){ 'p', '2', kind, '_' }, TOKEN_PREFIX);
	base62_encode(number, sizeof number, s + TOKEN_PREFIX, TOKEN_DIGITS);
	write_token_checksum(s, s + TOKEN_PREFIX + TOKEN_DIGITS);
	hash_token(s, hash);
	OPENSSL_cleanse(number, sizeof number);
	return (struct str){ s, TOKEN_LENGTH };
}

bool token_ok(struct str t, char kind, uint8_t hash[TOKEN_HASH])
{
	char check[TOKEN_CHECK];

	if (t.n != TOKEN_LENGTH ||
	    memcmp(t.s, (char[TOKEN_PREFIX]){ 'p', '2', kind, '_' }, TOKEN_PREFIX) != 0)
		return false;
	if (!ascii_all(str_from(t, TOKEN_PREFIX), ascii_is_alnum))
		return false;
	write_token_checksum(t.s, check);
	if (memcmp(t.s + TOKEN_PREFIX + TOKEN_DIGITS, check, TOKEN_CHECK) != 0)
		return false;
	hash_token(t.s, hash);
	return true;
}
