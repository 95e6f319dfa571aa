#include "text/utf8.h"

/* Unicode's table 3-7: the range of the first byte, the length, the range of the second byte. The
 * third and the fourth byte are 80 to BF. */
static const struct {
	uint8_t first, last, len, low, high;
} utf8_rows[] = {
	{ 0x00, 0x7f, 1, 0, 0 },
	{ 0xc2, 0xdf, 2, 0x80, 0xbf },
	{ 0xe0, 0xe0, 3, 0xa0, 0xbf },
	{ 0xe1, 0xec, 3, 0x80, 0xbf },
	{ 0xed, 0xed, 3, 0x80, 0x9f },
	{ 0xee, 0xef, 3, 0x80, 0xbf },
	{ 0xf0, 0xf0, 4, 0x90, 0xbf },
	{ 0xf1, 0xf3, 4, 0x80, 0xbf },
	{ 0xf4, 0xf4, 4, 0x80, 0x8f },
};

static bool is_in_byte_range(uint8_t c, uint8_t low, uint8_t high)
{
	return c >= low && c <= high;
}

static bool is_utf8_tail(const uint8_t *p, size_t row)
{
	if (!is_in_byte_range(p[1], utf8_rows[row].low, utf8_rows[row].high))
		return false;
	for (size_t i = 2; i < utf8_rows[row].len; i++)
		if (!is_in_byte_range(p[i], 0x80, 0xbf))
			return false;
	return true;
}

size_t utf8_len(const char *s, size_t n)
{
	const uint8_t *p = (const uint8_t *)s;

	for (size_t i = 0; n && i < sizeof utf8_rows / sizeof utf8_rows[0]; i++)
		if (is_in_byte_range(p[0], utf8_rows[i].first, utf8_rows[i].last))
			return utf8_rows[i].len == 1 ||
				(utf8_rows[i].len <= n && is_utf8_tail(p, i))
			    ? utf8_rows[i].len
			    : 0;
	return 0;
}

bool utf8_ok(struct str t)
{
	size_t len;

	for (size_t i = 0; i < t.n; i += len)
		if (t.s[i] == '\0' || (len = utf8_len(t.s + i, t.n - i)) == 0)
			return false;
	return true;
}
