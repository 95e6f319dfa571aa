#include "text/encoding.h"
#include "base/ascii.h"

static const char base62_alphabet[] =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
static const char base64_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct str base64_encode(struct arena *mem, struct blob b)
{
	size_t n = (b.n + 2) / 3 * 4, at = 0;
	char *s = arena_alloc(mem, n + 1);

	for (size_t i = 0; i < b.n; i += 3) {
		size_t left = b.n - i;
		uint32_t v = (uint32_t)b.p[i] << 16 | (left > 1 ? (uint32_t)b.p[i + 1] << 8 : 0) |
		    (left > 2 ? b.p[i + 2] : 0);
		s[at++] = base64_alphabet[v >> 18];
		s[at++] = base64_alphabet[v >> 12 & 63];
		s[at++] = left > 1 ? base64_alphabet[v >> 6 & 63] : '=';
		s[at++] = left > 2 ? base64_alphabet[v & 63] : '=';
	}
	return (struct str){ s, n };
}

struct str base32_encode(struct arena *mem, struct blob b)
{
	static const char base32_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	struct buf out = { .mem = mem };
	uint32_t v = 0;
	int bits = 0;

	for (size_t i = 0; i < b.n; i++) {
		v = v << 8 | b.p[i];
		for (bits += 8; bits >= 5; bits -= 5)
			buf_put(&out, base32_alphabet + (v >> (bits - 5) & 31), 1);
	}
	if (bits)
		buf_put(&out, base32_alphabet + (v << (5 - bits) & 31), 1);
	return buf_done(&out);
}

static int read_base64_digit(char c)
{
	if (ascii_is_upper(c))
		return c - 'A';
	if (ascii_is_lower(c))
		return c - 'a' + 26;
	if (ascii_is_digit(c))
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static bool is_base64_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct base64_reader {
	uint32_t bits; /* bits of the digits that are not yet in p */
	unsigned ndigits, npads;
	uint8_t *p;
	size_t n;
};

static bool add_base64_digit(struct base64_reader *d, int v)
{
	if (v < 0 || d->npads)
		return false;
	d->bits = d->bits << 6 | (uint32_t)v;
	if (++d->ndigits == 4) {
		for (int shift = 16; shift >= 0; shift -= 8)
			d->p[d->n++] = (uint8_t)(d->bits >> shift);
		d->bits = d->ndigits = 0;
	}
	return true;
}

/* Decode the last two or three digits and their padding; unused bits must be zero (RFC
 * 4648 3.5). */
static bool finish_base64(struct base64_reader *d)
{
	unsigned spare = d->ndigits == 2 ? 4 : 2;

	if (d->ndigits == 0)
		return d->npads == 0;
	if (d->ndigits == 1 || d->ndigits + d->npads != 4 || d->bits & ((1u << spare) - 1))
		return false;
	d->bits >>= spare;
	if (d->ndigits == 3)
		d->p[d->n++] = (uint8_t)(d->bits >> 8);
	d->p[d->n++] = (uint8_t)d->bits;
	return true;
}

bool base64_decode(struct arena *mem, struct str s, struct blob *out)
{
	struct base64_reader d = { .p = arena_alloc(mem, s.n / 4 * 3 + 3) };

	for (size_t i = 0; i < s.n; i++) {
		if (is_base64_blank(s.s[i]))
			continue;
		if (s.s[i] == '=' ? ++d.npads > 2
				  : !add_base64_digit(&d, read_base64_digit(s.s[i])))
			return false;
	}
	if (!finish_base64(&d))
		return false;
	*out = (struct blob){ d.p, d.n };
	return true;
}

/* Divide a big-endian number in place; returns the remainder. */
static unsigned divide_number(uint8_t *number, size_t n, unsigned by)
{
	unsigned rest = 0;

	for (size_t i = 0; i < n; i++) {
		rest = rest << 8 | number[i];
		number[i] = (uint8_t)(rest / by);
		rest %= by;
	}
	return rest;
}

void base62_encode(uint8_t *number, size_t n, char *out, size_t digits)
{
	while (digits)
		out[--digits] = base62_alphabet[divide_number(number, n, 62)];
}

struct str hex_encode(struct arena *mem, struct blob b)
{
	char *s = arena_alloc(mem, 2 * b.n + 1);

	for (size_t i = 0; i < b.n; i++) {
		s[2 * i] = "0123456789abcdef"[b.p[i] >> 4];
		s[2 * i + 1] = "0123456789abcdef"[b.p[i] & 15];
	}
	return (struct str){ s, 2 * b.n };
}

bool hex_decode(struct arena *mem, struct str s, struct blob *out)
{
	uint8_t *p = arena_alloc(mem, s.n / 2 + 1);

	if (s.n % 2)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		int d = ascii_hex_value(s.s[i]);
		if (d < 0)
			return false;
		p[i / 2] = (uint8_t)(p[i / 2] << 4 | d);
	}
	*out = (struct blob){ p, s.n / 2 };
	return true;
}
