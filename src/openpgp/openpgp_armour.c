#include "openpgp/openpgp_armour.h"
#include "text/encoding.h"

enum { COLUMNS = 64, COLUMNS_MAX = 76, CRC_LINE = 5 };
static const char begin[] = "-----BEGIN PGP PUBLIC KEY BLOCK-----",
		  end[] = "-----END PGP PUBLIC KEY BLOCK-----", dashes[] = "-----";
static const char secret[] = "-----BEGIN PGP PRIVATE KEY BLOCK-----";

/* CRC-24 (RFC 9580 6.1.1). */
static uint32_t crc24(struct blob b)
{
	uint32_t crc = 0xb704ce;

	for (size_t i = 0; i < b.n; i++) {
		crc ^= (uint32_t)b.p[i] << 16;
		for (int bit = 0; bit < 8; bit++)
			crc = crc << 1 ^ (0x1864cfb & -(crc >> 23 & 1));
	}
	return crc & 0xffffff;
}

static struct blob checksum(struct arena *mem, struct blob packets)
{
	uint32_t crc = crc24(packets);
	const uint8_t octets[] = { (uint8_t)(crc >> 16), (uint8_t)(crc >> 8), (uint8_t)crc };

	return str_blob((struct str){ arena_dup(mem, octets, sizeof octets), sizeof octets });
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct str line(struct str *rest)
{
	struct str l;

	str_cut(*rest, '\n', &l, rest);
	while (l.n && blank(l.s[l.n - 1]))
		l.n--;
	return l;
}

static struct str peek(struct str rest)
{
	return line(&rest);
}

/* `Version: …`, `Comment: …` (RFC 9580 6.2.2): no line of base64 has a colon. */
static bool is_header(struct str l)
{
	struct str name, value;

	return str_cut(l, ':', &name, &value) && name.n && (value.n == 0 || value.s[0] == ' ');
}

static void headers(struct str *rest)
{
	while (is_header(peek(*rest)))
		line(rest);
	if (peek(*rest).n == 0)
		line(rest);
}

static bool is_base64(struct str l)
{
	if (l.n == 0 || l.n > COLUMNS_MAX)
		return false;
	for (size_t i = 0; i < l.n; i++)
		if (blank(l.s[i]))
			return false;
	return true;
}

/* The lines up to the checksum or the last line, both of which are left in *rest. */
static const char *body(struct arena *mem, struct str *rest, struct blob *packets)
{
	struct str text = *rest, l;

	for (l = peek(*rest); rest->n && !str_starts(l, dashes) && !str_starts(l, "=");
	     l = peek(*rest)) {
		if (!is_base64(l))
			return "the lines of armour have 1 to 76 columns of base64, without blanks between them";
		line(rest);
	}
	text.n = (size_t)(rest->s - text.s);
	if (!base64_decode(mem, text, packets))
		return "the armour is not base64";
	return packets->n ? NULL : "there is nothing in the armour";
}

static const char *armoured(struct arena *mem, struct str text, struct blob *packets)
{
	struct str rest = str_trim(text), l = line(&rest);
	struct blob crc;
	const char *wrong;

	if (str_is(l, secret))
		return "this is a private key, which nobody else may ever see: use a new one, and send its public key block";
	if (!str_is(l, begin))
		return "a line -----BEGIN PGP PUBLIC KEY BLOCK----- must come first";
	headers(&rest);
	if ((wrong = body(mem, &rest, packets)) != NULL)
		return wrong;
	l = line(&rest);
	if (str_starts(l, "=")) {
		if (l.n != CRC_LINE || !base64_decode(mem, str_from(l, 1), &crc) ||
		    !blob_eq(crc, checksum(mem, *packets)))
			return "the checksum of the armour is wrong";
		l = line(&rest);
	}
	if (!str_is(l, end))
		return "the line -----END PGP PUBLIC KEY BLOCK----- is missing";
	return str_trim(rest).n ? "something follows the last line of the armour" : NULL;
}

const char *openpgp_armour_decode(struct arena *mem, struct str text, struct blob *packets)
{
	struct str inner;

	if (str_starts(str_trim(text), dashes))
		return armoured(mem, text, packets);
	if (!base64_decode(mem, text, packets) || packets->n == 0)
		return "this is neither armour nor base64";
	inner = (struct str){ (const char *)packets->p, packets->n };
	if (str_starts(str_trim(inner), dashes))
		return armoured(mem, inner, packets);
	return packets->p[0] & 0x80 ? NULL
				    : "this is base64, but of neither armour nor OpenPGP packets";
}

struct str openpgp_armour_encode(struct arena *mem, struct blob packets)
{
	struct str text = base64_encode(mem, packets),
		   crc = base64_encode(mem, checksum(mem, packets));
	struct buf b = { .mem = mem };

	buf_printf(&b, "%s\n\n", begin);
	for (size_t i = 0; i < text.n; i += COLUMNS) {
		buf_put(&b, text.s + i, text.n - i < COLUMNS ? text.n - i : COLUMNS);
		buf_z(&b, "\n");
	}
	buf_printf(&b, "=%.*s\n%s\n", (int)crc.n, crc.s, end);
	return buf_done(&b);
}
