#include "../tap.h"
#include "base/address.h"
#include "base/ascii.h"
#include "base/clock.h"
#include "text/encoding.h"
#include "text/form.h"
#include "text/origin.h"
#include "text/url.h"

/* One reader for each kind of text: characters, addresses, URLs, percent-encoding. */
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct arena *mem;

static void classes(void)
{
	int digits = 0, alnums = 0, values = 0;

	for (int i = 0; i < 256; i++) {
		digits += ascii_is_digit((char)i);
		alnums += ascii_is_alnum((char)i);
		values += ascii_hex_value((char)i) >= 0;
	}
	ok(digits == 10 && alnums == 62 && values == 22, "%d digits, %d alphanumerics, %d hex",
	    digits, alnums, values);
	ok(ascii_hex_value('a') == 10 && ascii_hex_value('F') == 15, "hex in either case");
	ok(!ascii_is_one_of('\0', "ab") && ascii_is_one_of('b', "ab"), "NUL is in no set");
	ok(ascii_all(STR("019"), ascii_is_digit) && !ascii_all(STR("01a"), ascii_is_digit) &&
		ascii_all(STR(""), ascii_is_digit),
	    "all of a class");
	ok(clock_is_ten_digits(1000000000) && clock_is_ten_digits(9999999999) &&
		!clock_is_ten_digits(999999999) && !clock_is_ten_digits(10000000000),
	    "times of ten digits");
}

static const struct {
	const char *text, *scheme, *user, *host, *port, *rest;
} urls[] = {
	{ "https://a.example", "https", NULL, "a.example", "", "" },
	{ "HTTPS://a.example:8443/x?y#z", "HTTPS", NULL, "a.example", ":8443", "/x?y#z" },
	{ "http://a.example?x", "http", NULL, "a.example", "", "?x" },
	{ "http://a.example#x@y", "http", NULL, "a.example", "", "#x@y" },
	{ "http://u:p@a.example:1/", "http", "u:p", "a.example", ":1", "/" },
	{ "http://u@v@a.example/", "http", "u@v", "a.example", "", "/" },
	{ "http://@a.example", "http", "", "a.example", "", "" },
	{ "http://[::1]:80/", "http", NULL, "[::1]", ":80", "/" },
	{ "http://[::1]x", "http", NULL, "[::1]", "x", "" },
	{ "http://[::1", "http", NULL, "[::1", "", "" },
	{ "http://a:b:c/", "http", NULL, "a", ":b:c", "/" },
	{ "http://", "http", NULL, "", "", "" },
	{ "a+b-c.1://x", "a+b-c.1", NULL, "x", "", "" },
	{ "/x?to=http://a", NULL, NULL, NULL, NULL, NULL },
	{ "://a", NULL, NULL, NULL, NULL, NULL },
	{ "1a://b", NULL, NULL, NULL, NULL, NULL },
	{ "https:/a", NULL, NULL, NULL, NULL, NULL },
	{ "", NULL, NULL, NULL, NULL, NULL },
};

static bool same(struct str is, const char *want)
{
	return want ? is.s && str_is(is, want) : is.s == NULL;
}

static void split(void)
{
	for (size_t i = 0; i < COUNT(urls); i++) {
		struct url u;
		bool good = url_split(str_of(urls[i].text), &u);
		if (urls[i].scheme == NULL || !good)
			ok(!good && urls[i].scheme == NULL, "no URL: %s", urls[i].text);
		else
			ok(same(u.scheme, urls[i].scheme) && same(u.user, urls[i].user) &&
				same(u.host, urls[i].host) && same(u.port, urls[i].port) &&
				same(u.rest, urls[i].rest),
			    "URL %s", urls[i].text);
	}
}

static void origins(void)
{
	static const struct {
		const char *text, *want, *host;
		int port;
	} rows[] = {
		{ "HTTPS://A.Example:443/", "https://a.example", "a.example", 443 },
		{ "https://a.example:8443", "https://a.example:8443", "a.example", 8443 },
		{ "http://192.0.2.1", "http://192.0.2.1", "192.0.2.1", 80 },
		{ "http://[2001:DB8::0:1]:8080", "http://[2001:db8::1]:8080", "2001:db8::1", 8080 },
		{ "https://a.example:0", NULL, NULL, 0 },
		{ "https://a.example:", NULL, NULL, 0 },
		{ "https://a.example/x", NULL, NULL, 0 },
		{ "https://u@a.example", NULL, NULL, 0 },
		{ "https://[::1", NULL, NULL, 0 },
		{ "https://[::1]x", NULL, NULL, 0 },
		{ "https://", NULL, NULL, 0 },
		{ "ftp://a.example", NULL, NULL, 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct str o;
		const char *why =
		    origin_read(mem, str_of(rows[i].text), ORIGIN_HTTP | ORIGIN_ADDRESS, &o);
		ok(rows[i].want ? why == NULL && str_is(o, rows[i].want) &&
			    str_is(origin_host(o), rows[i].host) && origin_port(o) == rows[i].port
				: why != NULL,
		    "origin of %s: %s", rows[i].text, why ? why : o.s);
	}
}

static void encodings(void)
{
	struct buf b = { .mem = mem };
	uint8_t most[4] = { 255, 255, 255, 255 };
	char digits[6];

	form_encode(&b, STR("aZ9-._~ /@\xc3\xa4"), "@");
	ok(str_is(buf_done(&b), "aZ9-._~%20%2F@%C3%A4"), "percent-encoding: %s", b.s);
	base62_encode(most, sizeof most, digits, sizeof digits);
	ok(memcmp(digits, "4gfFC3", 6) == 0 && most[0] + most[3] == 0, "base62: %.6s", digits);
}

static void words(void)
{
	struct str list = STR(" a, b ,,c"), one = STR("");
	struct buf b = { .mem = mem };

	while (str_next_word(&list, &one))
		buf_printf(&b, "<%.*s>", (int)one.n, one.s);
	ok(str_is(buf_done(&b), "<a><b><><c>"), "words of a list: %s", b.s);
}

static void addresses(void)
{
	struct address a, m;

	ok(address_read(STR("192.0.2.1"), &a) && a.v4 &&
		address_read(STR("::ffff:192.0.2.1"), &m) && m.v4 &&
		address_bits_equal(a.b, m.b, 128),
	    "a mapped address is the IPv4 address");
	ok(!address_read(STR(""), &a) && !address_read(STR("192.0.2.01"), &a) &&
		!address_read(STR("::1%lo"), &a),
	    "no addresses");
	ok(address_bits_equal((uint8_t[]){ 172, 31 }, (uint8_t[]){ 172, 16 }, 12) &&
		!address_bits_equal((uint8_t[]){ 172, 32 }, (uint8_t[]){ 172, 16 }, 12),
	    "bits of a network");
}

int main(void)
{
	mem = arena_new(1 << 20);
	classes();
	split();
	origins();
	encodings();
	words();
	addresses();
	arena_free(mem);
	return done();
}
