#include "openpgp/openpgp_armour.h"
#include "text/encoding.h"

enum { PGP_COLUMNS = 64, PGP_COLUMNS_MAX = 76, PGP_CRC_LINE = 5 };
static const char pgp_begin[] = "-----BEGIN PGP PUBLIC KEY BLOCK-----",
		  pgp_end[] = "-----END PGP PUBLIC KEY BLOCK-----", pgp_dashes[] = "-----";
static const char pgp_private_begin[] = "-----BEGIN PGP PRIVATE KEY BLOCK-----";

/* CRC-24 (RFC 9580 6.1.1). */
static uint32_t compute_crc24(struct blob b)
{
	uint32_t crc = 0xb704ce;

	for (size_t i = 0; i < b.n; i++) {
		crc ^= (uint32_t)b.p[i] << 16;
		for (int bit = 0; bit < 8; bit++)
			crc = crc << 1 ^ (0x1864cfb & -(crc >> 23 & 1));
	}
	return crc & 0xffffff;
}

static struct blob make_pgp_checksum(struct arena *mem, struct blob packets)
{
	uint32_t crc = compute_crc24(packets);
	const uint8_t octets[] = { (uint8_t)(crc >> 16), (uint8_t)(crc >> 8), (uint8_t)crc };

	return str_blob((struct str){ arena_dup(mem, octets, sizeof octets), sizeof octets });
}

static bool is_pgp_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct str take_pgp_line(struct str *rest)
{
	struct str l;

	str_cut(*rest, '\n', &l, rest);
	while (l.n && is_pgp_blank(l.s[l.n - 1]))
		l.n--;
	return l;
}

static struct str peek_pgp_line(struct str rest)
{
	return take_pgp_line(&rest);
}

/* Is it a header line such as `Version: …` (RFC 9580 6.2.2)? Lines of base64 have no colon. */
static bool is_pgp_header(struct str l)
{
	struct str name, value;

	return str_cut(l, ':', &name, &value) && name.n && (value.n == 0 || value.s[0] == ' ');
}

static void skip_pgp_headers(struct str *rest)
{
	while (is_pgp_header(peek_pgp_line(*rest)))
		take_pgp_line(rest);
	if (peek_pgp_line(*rest).n == 0)
		take_pgp_line(rest);
}

static bool is_pgp_base64_line(struct str l)
{
	if (l.n == 0 || l.n > PGP_COLUMNS_MAX)
		return false;
	for (size_t i = 0; i < l.n; i++)
		if (is_pgp_blank(l.s[i]))
			return false;
	return true;
}

/* Decode the lines before the checksum or, if it is missing, before the last line; the lines from
 * there on stay in *rest. */
static const char *decode_pgp_body(struct arena *mem, struct str *rest, struct blob *packets)
{
	struct str text = *rest, l;

	for (l = peek_pgp_line(*rest); rest->n && !str_starts(l, pgp_dashes) && !str_starts(l, "=");
	     l = peek_pgp_line(*rest)) {
		if (!is_pgp_base64_line(l))
			return "a line of the ASCII-armored block must have 1 to 76 columns of "
			       "base64, no blanks";
		take_pgp_line(rest);
	}
	text.n = (size_t)(rest->s - text.s);
	if (!base64_decode(mem, text, packets))
		return "the ASCII-armored block is not base64";
	return packets->n ? NULL : "the ASCII-armored block is empty";
}

static const char *decode_pgp_block(struct arena *mem, struct str text, struct blob *packets)
{
	struct str rest = str_trim(text), l = take_pgp_line(&rest);
	struct blob crc;
	const char *wrong;

	if (str_is(l, pgp_private_begin))
		return "this is a private key, which must never leave its owner: "
		       "make a new key and send its public key block";
	if (!str_is(l, pgp_begin))
		return "the first line must be -----BEGIN PGP PUBLIC KEY BLOCK-----";
	skip_pgp_headers(&rest);
	if ((wrong = decode_pgp_body(mem, &rest, packets)) != NULL)
		return wrong;
	l = take_pgp_line(&rest);
	if (str_starts(l, "=")) {
		if (l.n != PGP_CRC_LINE || !base64_decode(mem, str_from(l, 1), &crc) ||
		    !blob_eq(crc, make_pgp_checksum(mem, *packets)))
			return "the checksum of the ASCII-armored block is wrong";
		l = take_pgp_line(&rest);
	}
	if (!str_is(l, pgp_end))
		return "the line -----END PGP PUBLIC KEY BLOCK----- is missing";
	return str_trim(rest).n ? "something follows the last line of the ASCII-armored block"
				: NULL;
}

const char *openpgp_armour_decode(struct arena *mem, struct str text, struct blob *packets)
{
	struct str inner;

	if (str_starts(str_trim(text), pgp_dashes))
		return decode_pgp_block(mem, text, packets);
	if (!base64_decode(mem, text, packets) || packets->n == 0)
		return "this is neither an ASCII-armored OpenPGP block nor base64";
	inner = (struct str){ (const char *)packets->p, packets->n };
	if (str_starts(str_trim(inner), pgp_dashes))
		return decode_pgp_block(mem, inner, packets);
	return packets->p[0] & 0x80 ? NULL
				    : "this is base64, but of neither an ASCII-armored block nor "
				      "OpenPGP packets";
}

struct str openpgp_armour_encode(struct arena *mem, struct blob packets)
{
	struct str text = base64_encode(mem, packets),
		   crc = base64_encode(mem, make_pgp_checksum(mem, packets));
	struct buf b = { .mem = mem };

	buf_printf(&b, "%s\n\n", pgp_begin);
	for (size_t i = 0; i < text.n; i += PGP_COLUMNS) {
		buf_put(&b, text.s + i, text.n - i < PGP_COLUMNS ? text.n - i : PGP_COLUMNS);
		buf_z(&b, "\n");
	}
	buf_printf(&b, "=%.*s\n%s\n", (int)crc.n, crc.s, pgp_end);
	return buf_done(&b);
}
