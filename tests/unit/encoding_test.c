#include "../tap.h"
#include "text/encoding.h"

static struct cx cx;

static struct blob octets(const char *z, size_t n)
{
	return (struct blob){ (const uint8_t *)z, n };
}

/* The vectors of RFC 4648 10, and texts that strict decoding refuses (text NULL). */
static const struct {
	const char *base64, *text;
} rows64[] = {
	{ "", "" },
	{ "Zg==", "f" },
	{ "Zm8=", "fo" },
	{ "Zm9v", "foo" },
	{ "Zm9vYg==", "foob" },
	{ "Zm9vYmE=", "fooba" },
	{ "Zm9vYmFy", "foobar" },
	{ "Zm9v\nYmFy\n", "foobar" },
	{ "Zm9v\r\nYmFy", "foobar" },
	{ " Z m 9\tv ", "foo" },
	{ "Zg=\n=", "f" },
	{ "+/+/", "\xfb\xff\xbf" },
	{ "Zg", NULL },
	{ "Zg=", NULL },
	{ "Zg===", NULL },
	{ "Zm8", NULL },
	{ "Zm8==", NULL },
	{ "Zm9v=", NULL },
	{ "Zm9v====", NULL },
	{ "Z", NULL },
	{ "Z===", NULL },
	{ "=", NULL },
	{ "====", NULL },
	{ "Zh==", NULL },
	{ "Zm9=", NULL },
	{ "Zg==Zg==", NULL },
	{ "Zg==Zm9v", NULL },
	{ "Zm9v-_", NULL },
	{ "Zm9*", NULL },
	{ "Zm9v.", NULL },
	{ "Zm\xc3\xa9v", NULL },
	{ "Z=g=", NULL },
};

static void base64(void)
{
	struct blob b;

	for (size_t i = 0; i < sizeof rows64 / sizeof rows64[0]; i++) {
		bool fine = base64_decode(cx.mem, str_of(rows64[i].base64), &b);
		const char *t = rows64[i].text;
		ok(t ? fine && blob_eq(b, octets(t, strlen(t))) : !fine,
		    "base64 row %zu: %zu characters", i, strlen(rows64[i].base64));
		if (i < 7)
			ok(str_is(base64_encode(cx.mem, octets(t, strlen(t))), rows64[i].base64),
			    "decoded: %s", rows64[i].base64);
	}
	ok(!base64_decode(cx.mem, (struct str){ "Zm9\0", 4 }, &b), "NUL is not a digit");
	size_t same = 0;
	uint8_t p[256];
	for (size_t i = 0; i < sizeof p; i++)
		p[i] = (uint8_t)(i * 167 + 13);
	for (size_t n = 0; n <= sizeof p; n++)
		same += base64_decode(cx.mem, base64_encode(cx.mem, (struct blob){ p, n }), &b) &&
		    blob_eq(b, (struct blob){ p, n });
	ok(same == 257, "%zu of 257 lengths survive encoding and decoding", same);
}

/* A text that decodes encodes to itself: one value,
    one text. All 65536 texts of four characters whose last two come from the alphabet and =. */
static void canonical(void)
{
	static const char set[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
	size_t taken = 0, same = 0;
	struct blob b;

	for (size_t i = 0; i < 65; i++)
		for (size_t k = 0; k < 65; k++)
			for (size_t l = 0; l < 65; l++) {
				struct arena *mem = arena_new(1 << 16);
				char t[4] = { 'Q', set[i], set[k], set[l] };
				bool fine = base64_decode(mem, (struct str){ t, 4 }, &b);
				taken += fine;
				same += fine && str_eq(base64_encode(mem, b), (struct str){ t, 4 });
				arena_free(mem);
			}
	/* 3, 2 or 1 octets that begin with 0x40 to 0x43. */
	ok(taken == 4 * 65536 + 4 * 256 + 4 && taken == same, "%zu texts stand for as many values",
	    taken);
}

static void hex(void)
{
	struct blob b;

	ok(str_is(hex_encode(cx.mem, octets("\x00\x9f\xff", 3)), "009fff"), "hex");
	ok(hex_decode(cx.mem, STR("009fFF"), &b) && blob_eq(b, octets("\x00\x9f\xff", 3)),
	    "hex is decoded in either case");
	ok(hex_decode(cx.mem, STR(""), &b) && b.n == 0, "empty hex is decoded");
	ok(!hex_decode(cx.mem, STR("0"), &b) && !hex_decode(cx.mem, STR("0g"), &b) &&
		!hex_decode(cx.mem, STR(" 0"), &b) && !hex_decode(cx.mem, STR("0x"), &b),
	    "0x is refused");
}

#define L64 "MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw"
#define B "-----BEGIN CERTIFICATE-----\n"
#define E "-----END CERTIFICATE-----\n"

static const struct {
	const char *name, *label, *text, *say; /* say: part of the error sentence; NULL: accepted */
} pems[] = {
	{ "one line", "CERTIFICATE", B "Zm9v\n" E, NULL },
	{ "no last newline", "CERTIFICATE", B "Zm9v\n-----END CERTIFICATE-----", NULL },
	{ "CRLF", "CERTIFICATE",
	    "-----BEGIN CERTIFICATE-----\r\nZm9v\r\n-----END CERTIFICATE-----\r\n", NULL },
	{ "blanks around", "CERTIFICATE", " \n\t" B "Zm9v\n" E "\n \r\n", NULL },
	{ "64 columns", "CERTIFICATE", B L64 "\nZm9v\n" E, NULL },
	{ "64 columns twice", "CERTIFICATE", B L64 "\n" L64 "\n" E, NULL },
	{ "fewer columns", "CERTIFICATE", B "Zm9vZm9v\nZm9vZm9v\nZm9v\n" E, NULL },
	{ "one long line", "CERTIFICATE", B L64 L64 L64 "\n" E, NULL },
	{ "a CSR", "CERTIFICATE REQUEST",
	    "-----BEGIN CERTIFICATE REQUEST-----\nZm9v\n-----END CERTIFICATE REQUEST-----\n",
	    NULL },
	{ "a NEW CSR", "CERTIFICATE REQUEST",
	    "-----BEGIN NEW CERTIFICATE REQUEST-----\nZm9v\n"
	    "-----END NEW CERTIFICATE REQUEST-----\n",
	    NULL },
	{ "a NEW certificate", "CERTIFICATE",
	    "-----BEGIN NEW CERTIFICATE-----\nZm9v\n-----END NEW CERTIFICATE-----\n",
	    "this is a NEW CERTIFICATE; send a CERTIFICATE" },
	{ "NEW begins, not ends", "CERTIFICATE REQUEST",
	    "-----BEGIN NEW CERTIFICATE REQUEST-----\nZm9v\n-----END CERTIFICATE REQUEST-----\n",
	    "must have the same label" },
	{ "another label", "CERTIFICATE REQUEST", B "Zm9v\n" E,
	    "this is a CERTIFICATE; send a CERTIFICATE REQUEST" },
	{ "a private key", "CERTIFICATE",
	    "-----BEGIN PRIVATE KEY-----\nZm9v\n-----END PRIVATE KEY-----\n",
	    "this is a PRIVATE KEY" },
	{ "a label that must not be echoed", "CERTIFICATE", "-----BEGIN \x1b[1m\xff-----\nZm9v\n",
	    "this is a ?[1m?; send a" },
	{ "a lower-case label", "CERTIFICATE",
	    "-----BEGIN certificate-----\nZm9v\n-----END certificate-----\n",
	    "this is a certificate" },
	{ "text before", "CERTIFICATE", "subject=x\n" B "Zm9v\n" E, NULL },
	{ "text after", "CERTIFICATE", B "Zm9v\n" E "x", NULL },
	{ "two blocks", "CERTIFICATE", B "Zm9v\n" E B "Zm9v\n" E, "only one PEM block" },
	{ "65 columns", "CERTIFICATE", B L64 "M\nDAw\n" E, NULL },
	{ "76 columns", "CERTIFICATE", B L64 "MDAwMDAwMDAw\nMDAw\n" E, NULL },
	{ "a short line between", "CERTIFICATE", B "Zm9vZm9v\nZm9v\nZm9vZm9v\n" E, NULL },
	{ "two short lines", "CERTIFICATE", B "Zm9vZm9v\nZm9v\nZm9v\n" E, NULL },
	{ "a longer last line", "CERTIFICATE", B "Zm9v\nZm9vZm9v\n" E, NULL },
	{ "an empty line", "CERTIFICATE", B "\nZm9v\n" E, NULL },
	{ "an empty line at the end", "CERTIFICATE", B "Zm9v\n\n" E, NULL },
	{ "a header", "CERTIFICATE", B "Proc-Type: 4\nZm9v\n" E, "blanks" },
	{ "a header alone", "CERTIFICATE", B "Proc-Type:4\n" E, "must be base64" },
	{ "blanks in a line", "CERTIFICATE", B "Zm 9v\n" E, "blanks" },
	{ "blanks behind a line", "CERTIFICATE", B "Zm9v \n" E, NULL },
	{ "bad padding", "CERTIFICATE", B "Zm9\n" E, "must be base64" },
	{ "spare bits", "CERTIFICATE", B "Zm9=\n" E, "must be base64" },
	{ "nothing in it", "CERTIFICATE", B E, "must be base64" },
	{ "no end", "CERTIFICATE", B "Zm9v\n", "-----END line" },
	{ "no end, no newline", "CERTIFICATE", B "Zm9v", "-----END line" },
	{ "half an end", "CERTIFICATE", B "Zm9v\n-----END CERTIFICATE----", "-----END line" },
	{ "an end before a newline", "CERTIFICATE", B "Zm9v-----END CERTIFICATE-----\n",
	    "-----END line" },
	{ "an end of another", "CERTIFICATE", B "Zm9v\n-----END CERTIFICATE REQUEST-----\n",
	    "must have the same label" },
	{ "begin twice", "CERTIFICATE", B B "Zm9v\n" E, "-----END line" },
	{ "all on one line", "CERTIFICATE",
	    "-----BEGIN CERTIFICATE-----Zm9v-----END CERTIFICATE-----",
	    "line breaks of this PEM are lost" },
	{ "spaces for newlines", "CERTIFICATE",
	    "-----BEGIN CERTIFICATE----- Zm9v -----END CERTIFICATE-----",
	    "line breaks of this PEM are lost" },
	{ "backslash and n for newlines", "CERTIFICATE",
	    "-----BEGIN CERTIFICATE-----\\nZm9v\\n-----END CERTIFICATE-----\\n",
	    "line breaks of this PEM are lost" },
	{ "four dashes", "CERTIFICATE",
	    "----BEGIN CERTIFICATE----\nZm9v\n----END CERTIFICATE----\n",
	    "must begin with a line" },
	{ "nothing", "CERTIFICATE", "", "must begin with a line" },
	{ "dashes", "CERTIFICATE", "-----", "must begin with a line" },
};

static void pem(void)
{
	struct blob b;

	for (size_t i = 0; i < sizeof pems / sizeof pems[0]; i++) {
		enum err e = pem_decode(&cx, "csr", pems[i].label, str_of(pems[i].text), &b);
		ok(pems[i].say ? e == ERR_BAD_REQUEST && strstr(cx.why.say, pems[i].say) &&
			    strcmp(cx.why.field, "csr") == 0
			       : e == OK && b.n,
		    "PEM, %s: %s", pems[i].name, e ? cx.why.say : "taken");
	}
	ok(pem_decode(&cx, NULL, "X", STR(""), &b) &&
		strcmp(cx.why.say, "PEM must begin with a line -----BEGIN X-----") == 0 &&
		!cx.why.field[0],
	    "no field: %s", cx.why.say);
	ok(pem_decode(&cx, NULL, "X", (struct str){ NULL, 0 }, &b) &&
		armour_decode(&cx, NULL, "X", (struct str){ NULL, 0 }, &b),
	    "a NULL body is refused");
	size_t same = 0;
	uint8_t p[200];
	for (size_t i = 0; i < sizeof p; i++)
		p[i] = (uint8_t)(i * 31);
	for (size_t n = 1; n <= sizeof p; n++) {
		struct str t = pem_encode(cx.mem, "PUBLIC KEY", (struct blob){ p, n });
		same += pem_decode(&cx, NULL, "PUBLIC KEY", t, &b) == OK &&
		    blob_eq(b, (struct blob){ p, n }) && t.s[t.n - 1] == '\n' &&
		    t.s[t.n - 2] == '-';
	}
	ok(same == 200, "%zu of 200 lengths survive encoding and decoding", same);
	ok(str_is(pem_encode(cx.mem, "CERTIFICATE",
		      octets("000000000000000000000000000000000000000000000000foo", 51)),
	       B L64 "\nZm9v\n" E),
	    "64 columns");
}

static void truncations(void)
{
	struct str t = STR(B L64 "\nZm9v\n" E);
	struct blob b;
	size_t bad = 0;

	for (size_t n = 0; n + 1 < t.n; n++) {
		char *s = malloc(n + 1);
		memcpy(s, t.s, n);
		bad += pem_decode(&cx, NULL, "CERTIFICATE", (struct str){ s, n }, &b) ==
		    ERR_BAD_REQUEST;
		free(s);
	}
	ok(bad == t.n - 1,
	    "%zu truncations of PEM are refused; only the last newline may be missing", bad);
}

static void armour(void)
{
	const struct blob der = octets("0\x03\x02\x01\x05\xff\x0a", 7);
	struct str pem_text = pem_encode(cx.mem, "CERTIFICATE", der),
		   other = pem_encode(cx.mem, "PRIVATE KEY", der);
	struct str crooked = STR(B "Zm\n" E);
	const struct {
		const char *name;
		struct str text;
		const char *say;
	} forms[] = {
		{ "PEM", pem_text, NULL },
		{ "DER", { (const char *)der.p, der.n }, NULL },
		{ "base64 of DER", base64_encode(cx.mem, der), NULL },
		{ "base64 of DER in lines", STR("MAMC\nAQX/\r\nCg==\n"), NULL },
		{ "base64 of PEM", base64_encode(cx.mem, str_blob(pem_text)), NULL },
		{ "base64 of base64 of DER",
		    base64_encode(cx.mem, str_blob(base64_encode(cx.mem, der))),
		    "must encode DER or PEM" },
		{ "PEM of another", other, "this is a PRIVATE KEY; send a CERTIFICATE" },
		{ "base64 of PEM of another", base64_encode(cx.mem, str_blob(other)),
		    "this is a PRIVATE KEY; send a CERTIFICATE" },
		{ "base64 of crooked PEM", base64_encode(cx.mem, str_blob(crooked)),
		    "must be base64" },
		{ "base64url of DER", STR("MAMCAQX_Cg"), NULL },
		{ "a byte order mark",
		    str_of(arena_printf(cx.mem, "\xef\xbb\xbf%s", str_z(cx.mem, pem_text))), NULL },
		{ "base64 of something", STR("Zm9v"), "must encode DER or PEM" },
		{ "text", STR("hello, world"), "must be PEM, DER" },
		{ "JSON", STR("{\"csr\":\"\"}"), "must be PEM, DER" },
		{ "nothing", STR(""), "must be PEM, DER" },
		{ "blanks", STR(" \n"), "must be PEM, DER" },
	};

	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		struct blob b = { NULL, 0 };
		enum err e = armour_decode(&cx, "id_cert", "CERTIFICATE", forms[i].text, &b);
		ok(forms[i].say ? e == ERR_BAD_REQUEST && strstr(cx.why.say, forms[i].say)
				: e == OK && blob_eq(b, der),
		    "armour, %s: %s", forms[i].name, e ? cx.why.say : "taken");
	}
}

int main(void)
{
	cx.mem = arena_new(64 << 20);
	base64();
	canonical();
	hex();
	pem();
	truncations();
	armour();
	arena_free(cx.mem);
	return done();
}
