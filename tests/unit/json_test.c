#include "../tap.h"
#include "json/json.h"
#include <json-c/json.h>

/*
 * Each row is one text; a `~` in it stands for NUL. The rows cover what JSON conformance suites
 * cover: structure, strings, numbers, blanks and encoding. Where RFC 8259 leaves a choice, we
 * refuse.
 */
/* clang-format off */
static const char *const accepted[] = {
	"[]", "{}", "null", "true", "false", "0", "-0", "\"\"", "\"x\"", " [ ] ", "\t\r\n {}\n",
	"[[]]", "[[],[[]]]", "[{}]", "{\"a\":[]}",
	"[1,2,3]", "[1 , 2]", "[null,true,false]", "{\"\":0}", "{\"a\":1,\"b\":2}",
	"{\"a\":{\"a\":{\"a\":1}}}", "[{\"a\":1},{\"a\":1}]",
	"{\"a\":1,\"A\":2}", "{\"a\":1,\"aa\":2,\"aaa\":3}", "{ \"a\" : \"b\" }", "1", "-1", "10",
	"123456789", "-123", "1.0", "0.1",
	"-0.5",
	"1e1", "1E1", "1e+1", "1e-1", "1E+10", "1.5e10", "0e1", "0e+1", "0.0e0", "-0e0", "1e400",
	"0.00000000000000000000000000000000001",
	"9223372036854775807", "-9223372036854775808", "9223372036854775808",
	"18446744073709551615", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
	"\"\\u0061\"", "\"\\u00E9\\u20aC\"", "\"\\uD83D\\uDE00\"", "\"\\ud800\\udc00\"",
	"\"\\udbff\\udfff\"", "\"\\u0001\"", "\"\\uffff\"",
	"\"\\u2028\\u2029\"", "\"\\\\u0000\"", "\"\\u0022\"", "\"\x7f\"", "\"\xc2\x80\"",
	"\"\xdf\xbf\"", "\"\xe0\xa0\x80\"",
	"\"\xed\x9f\xbf\"",
	"\"\xee\x80\x80\"", "\"\xef\xbf\xbf\"", "\"\xef\xbb\xbf\"", "\"\xf0\x90\x80\x80\"",
	"\"\xf4\x8f\xbf\xbf\"", "\"\xe2\x80\xa8\"",
	"\"a/b\"", "\"'\"", "\"// no comment\"", "[\"]\"]", "{\"}\":\"{\"}",
	"{\"\\u0061\":1,\"\\u0062\":2}", "[\"a\",\"a\"]",
	"[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]",
};
/* clang-format on */

/* Bodies that are sent in place of JSON in UTF-8, and the error sentence for each. */
static const struct {
	struct str text;
	const char *say;
} mistaken[] = {
	{ STR(""), "This is empty" },
	{ STR(" \n"), "This is empty" },
	{ STR("\x1f\x8b\x08\0"), "gzip" },
	{ STR("\xff\xfe{\0}\0"), "UTF-16" },
	{ STR("\xfe\xff\0{\0}"), "UTF-16" },
	{ STR("{\0}\0"), "UTF-16" },
	{ STR("actor_name=a&password=b"), "a form" },
	{ STR("--x\r\nContent-Disposition: form-data"), "a multipart form" },
	{ STR("{\"a=b\":"), "byte" },
};

/* clang-format off */
static const char *const refused[] = {
	/* structure */
	"", " ", "\n", "[", "]", "{", "}", "[]]", "{}}", "[[]", "{\"a\":1", "[1", "[1,", "[,",
	"[,1]", "[1,]", "[1,,2]", "[,]", "[1 2]",
	"[1:2]", "[}",
	"{]", "[{]}", "{\"a\"}", "{\"a\":}", "{\"a\",1}", "{\"a\" 1}", "{\"a\"::1}", "{:1}",
	"{1:1}", "{a:1}", "{'a':1}", "{null:1}",
	"{true:1}",
	"{\"a\":1,}", "{\"a\":1,,\"b\":2}", "{,\"a\":1}", "{\"a\":1 \"b\":2}", "{\"a\":1;\"b\":2}",
	"{\"a\":1\"b\":2}", "{\"a\":1}{",
	"{\"a\":1}#", "1 2",
	"[] []", "{}[]", "\"\"\"\"", "true false", "[]x", "[]~", "~", "1~", "{\"a\":1}/**/",
	"/**/[]", "// x\n[]", "[/**/1]", "#", "()",
	"<.>", "[1)",
	"[*]", "[@]", "[\"a\",\n4\n,1,", "{[1]:2}", "{{}:1}", "{\"a\":b}", "[a]", "*", "\\u0020[]",
	"[\\n]", "=", ":", ",",
	/* literals */
	"nul", "nulll", "tru", "fals", "True", "NULL", "nan", "NaN", "[NaN]", "Infinity",
	"-Infinity", "[-Inf]", "undefined", "truex",
	"nullnull", "[nul]", "t", "[tru,1]",
	/* numbers */
	"-", "+1", "+", "01", "-01", "00", "-00", "1.", "-1.", ".1", "-.1", "1.e1", "1e", "1e+",
	"1e-", "1E", "1ee1", "1e1.5", "1e+-1",
	"1.1.1", "0x10", "0X1",
	"0b1", "0o7", "1_000", "1,000", "--1", "-a", "1a", "1.a", "1e1a", "- 1", "1 .0", "[1.]",
	"[-]", "[01]", "[+1]", "[0e]", "1f",
	"1L", "\xef\xbc\x91", "0.", "1-1",
	"18446744073709551616", "-9223372036854775809", "99999999999999999999",
	"-99999999999999999999999", "[100000000000000000000]",
	/* strings */
	"\"", "\"a", "\"\\", "\"\\\"", "'a'", "\"a\nb\"", "\"a\tb\"", "\"\x1f\"", "\"\x01\"",
	"\"~\"", "\"a~b\"", "{\"a~b\":1}",
	"\"\\x41\"", "\"\\a\"", "\"\\'\"", "\"\\0\"",
	"\"\\ \"", "\"\\U0061\"", "\"\\v\"", "\"\\\xc3\xa9\"", "\"\\~\"", "\"\\u\"", "\"\\u1\"",
	"\"\\u12\"", "\"\\u123\"", "\"\\u123g\"",
	"\"\\u 123\"", "\"\\u-123\"", "\"\\u+123\"",
	"\"\\u0000\"", "\"a\\u0000b\"", "{\"\\u0000\":1}", "\"\\ud800\"", "\"\\udc00\"",
	"\"\\ud800x\"", "\"\\ud800\\\"",
	"\"\\ud800\\n\"", "\"\\ud800\\u\"",
	"\"\\ud800\\u0061\"", "\"\\ud800\\ud800\"", "\"\\udc00\\ud800\"", "\"\\ud83d\\ude0\"",
	"{\"\\ud800\":1}", "\"\\u00\\u00e9\"",
	"\"\\",
	/* encoding */
	"\xef\xbb\xbf[]", "\xff\xfe[\x01]", "\"\x80\"", "\"\xbf\"", "\"\xc0\x80\"", "\"\xc0\xaf\"",
	"\"\xc1\xbf\"", "\"\xc3\"",
	"\"\xc3(\"", "\"\xe0\x80\x80\"", "\"\xe0\x9f\xbf\"",
	"\"\xe2\x82\"", "\"\xe2(\xa1\"", "\"\xed\xa0\x80\"", "\"\xed\xbf\xbf\"",
	"\"\xf0\x80\x80\x80\"", "\"\xf0\x8f\xbf\xbf\"",
	"\"\xf0\x9f\x98\"", "\"\xf4\x90\x80\x80\"",
	"\"\xf5\x80\x80\x80\"", "\"\xf8\x88\x80\x80\x80\"", "\"\xfe\"", "\"\xff\"", "\"\xe9\"",
	"{\"\xc0\x80\":1}", "\xc3\xa9", "[\xff]",
	"\x80", "\xc2\xa0[]", "[\xc2\x85]", "\xe2\x80\xa8[]",
	"\f[]", "\v[]", "[\b]",
	/* duplicate keys */
	"{\"a\":1,\"a\":2}", "{\"a\":1,\"a\":1}", "{\"a\":1,\"\\u0061\":2}",
	"{\"\\u0061\":1,\"\\u0061\":2}", "{\"\":1,\"\":2}",
	"{\"a\":1,\"b\":2,\"a\":3}",
	"{\"x\":{\"a\":1,\"a\":2}}", "[{\"a\":1,\"a\":2}]", "{\"a\":{\"b\":1},\"a\":2}",
	"{\"a\":{\"a\":{\"a\":1}},\"a\":2}",
	"{\"\xc3\xa9\":1,\"\\u00e9\":2}",
	"{\"\xf0\x9f\x98\x80\":1,\"\\ud83d\\ude00\":2}", "{\"\\n\":1,\"\\u000a\":2}",
	"{\"/\":1,\"\\/\":2}", "{\"\\\"\":1,\"\\u0022\":2}",
	"{\"a\":[{},{}],\"a\":0}", "{\"\xe2\x82\xac\":1,\"\\u20ac\":2}",
	/* depth */
	"[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]", "[[[[[[[[[[[[[[[[{}]]]]]]]]]]]]]]]]",
	"[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
};
/* clang-format on */

/* clang-format off */
static const struct {
	const char *name, *text, *say;
} sayings[] = {
	{ "a duplicate key", "{\"a\": 1, \"a\": 2}", "byte 9: duplicate key \"a\"" },
	{ "the first duplicate", "{\"b\":1,\"a\":1,\"b\":2,\"a\":2}",
	    "byte 13: duplicate key \"b\"" },
	{ "a key that must not be echoed", "{\"\xc3\xa9\\n\":1,\"\\u00e9\\n\":2}",
	    "byte 10: duplicate key \"???\"" },
	{ "a long key",
	    "{\"0123456789012345678901234567890123\":1,"
	    "\"0123456789012345678901234567890123\":2}",
	    "byte 40: duplicate key \"01234567890123456789012345678901...\"" },
	{ "an array without end", "{\"a\": [1, 2", "byte 11: expected a comma or ]" },
	{ "no comma", "{\"a\": 1 \"b\"", "byte 8: expected a comma or }" },
	{ "no colon", "{\"a\" 1}", "byte 5: expected a colon" },
	{ "no key", "{a:1}", "byte 1: expected a key in quotes" },
	{ "no value", "[1,]", "byte 3: expected a value" },
	{ "an empty text", "", "This is empty; send JSON." },
	{ "text after the value", "{} x", "byte 3: unexpected text after the value" },
	{ "a raw line break", "\"a\nb\"",
	    "byte 2: control character in a string; write it as an escape, such as \\n" },
	{ "a string without end", " \"abc", "byte 1: this string has no closing quote" },
	{ "not UTF-8", "[\"ab\xff\"]", "byte 4: invalid UTF-8" },
	{ "an unknown escape", "\"a\\x\"",
	    "byte 2: unknown escape; use one of JSON, such as \\n or \\u0020" },
	{ "two digits after \\u", "\"\\u12\"", "byte 1: \\u must be followed by four hex digits" },
	{ "NUL", "\"\\u0000\"", "byte 1: \\u0000 is not allowed" },
	{ "half of a surrogate pair", "\"ab\\ud800\"",
	    "byte 3: \\u gives half of a surrogate pair; write both halves" },
	{ "too large", "[18446744073709551616]",
	    "byte 1: this number does not fit into 64 bits; send it as a string" },
	{ "no digit", "-", "byte 0: this number has no digit" },
	{ "no digit after the point", "1.", "byte 0: this number has no digit after its point" },
	{ "no digit in the exponent", "1e", "byte 0: this number has no digit in its exponent" },
	{ "too deep", "[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]",
	    "byte 16: more than 16 levels of nesting" },
};
/* clang-format on */

static struct cx cx;

static struct str with_nul(const char *z)
{
	char *s = arena_dup(cx.mem, z, strlen(z));
	size_t n = strlen(z);

	for (size_t i = 0; i < n; i++)
		s[i] = s[i] == '~' ? '\0' : s[i];
	return (struct str){ s, n };
}

static const char *shown(const char *z)
{
	struct buf b = { .mem = cx.mem };

	for (; *z; z++)
		buf_printf(
		    &b, *z >= 0x20 && *z < 0x7f && *z != '#' ? "%c" : "<%02x>", (unsigned char)*z);
	return buf_done(&b).s;
}

/* Makes a copy of exact size, so that a sanitizer reports a read past its end. */
static enum err scan_exact(struct str t)
{
	char *s = malloc(t.n + !t.n);
	enum err e;

	memcpy(s, t.s, t.n);
	e = json_scan(&cx, (struct str){ s, t.n });
	free(s);
	return e;
}

static void tables(void)
{
	struct json_object *o;

	for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
		struct str t = str_of(accepted[i]);
		ok(scan_exact(t) == OK && json_parse(&cx, t, &o) == OK && (o || str_is(t, "null")),
		    "taken: %s", shown(accepted[i]));
	}
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
		ok(scan_exact(with_nul(refused[i])) == ERR_BAD_JSON, "refused: %s: %s",
		    shown(refused[i]), cx.why.say);
	for (size_t i = 0; i < sizeof sayings / sizeof sayings[0]; i++) {
		enum err e = json_scan(&cx, str_of(sayings[i].text));
		ok(e == ERR_BAD_JSON && strcmp(cx.why.say, sayings[i].say) == 0, "%s: %s",
		    sayings[i].name, cx.why.say);
	}
}

/* No truncation of an object or array is valid. */
static void other_encodings(void)
{
	struct json_object *o;

	for (size_t i = 0; i < sizeof mistaken / sizeof mistaken[0]; i++)
		ok(json_parse(&cx, mistaken[i].text, &o) == ERR_BAD_JSON &&
			strstr(cx.why.say, mistaken[i].say),
		    "%s", cx.why.say);
	ok(json_parse(&cx, STR("\xef\xbb\xbf{}"), &o) == OK, "a byte order mark is skipped");
}

static void truncations(void)
{
	static const char whole[] =
	    "{\"a\":[1,-2.5e+3,\"\\u00e9\\ud83d\\ude00\xf0\x9f\x98\x80\",true,false,null],"
	    "\"b\":{\"c\":{}},\"\":\"\\\\\"}";
	struct str t = str_of(whole);
	size_t bad = 0;

	ok(scan_exact(t) == OK, "the whole text passes");
	for (size_t n = 0; n < t.n; n++)
		bad += scan_exact((struct str){ whole, n }) == ERR_BAD_JSON;
	ok(bad == t.n, "all %zu truncations are refused", t.n);
}

/* Change each byte to every other value: no crash, and json-c accepts what json_scan() accepts. */
static void single_changes(void)
{
	char text[] = "{\"a\":[1,-2.5e+3,\"\\u00e9\\ud83d\\ude00\xc3\xa9\",true],\"b\":null}";
	size_t n = sizeof text - 1, taken = 0, parsed = 0;

	for (size_t i = 0; i < n; i++)
		for (int c = 0; c < 256; c++) {
			struct arena *mem = arena_new(1 << 20);
			struct cx one = { .mem = mem };
			struct json_object *o;
			char was = text[i];
			text[i] = (char)c;
			bool fine = json_scan(&one, (struct str){ text, n }) == OK;
			taken += fine;
			parsed += fine && json_parse(&one, (struct str){ text, n }, &o) == OK;
			text[i] = was;
			arena_free(mem);
		}
	ok(taken > n && taken == parsed,
	    "of %zu one-byte changes %zu pass, and json-c accepts %zu of them", n * 256, taken,
	    parsed);
}

static struct str many(const char *open, const char *each, int n, const char *close)
{
	struct buf b = { .mem = cx.mem };

	buf_z(&b, open);
	for (int i = 0; i < n; i++) {
		buf_z(&b, i ? "," : "");
		buf_printf(&b, "%.*s%d%s", (int)strcspn(each, "%"), each, i,
		    each + strcspn(each, "%") + 1);
	}
	buf_z(&b, close);
	return buf_done(&b);
}

static void bounds(void)
{
	ok(json_scan(&cx, many("[", "%", JSON_MEMBERS, "]")) == OK, "%d elements", JSON_MEMBERS);
	ok(json_scan(&cx, many("[", "%", JSON_MEMBERS + 1, "]")) == ERR_BAD_JSON, "one more: %s",
	    cx.why.say);
	ok(json_scan(&cx, many("{", "\"k%\":0", JSON_MEMBERS, "}")) == OK, "%d members",
	    JSON_MEMBERS);
	ok(json_scan(&cx, many("{", "\"k%\":0", JSON_MEMBERS + 1, "}")) == ERR_BAD_JSON,
	    "one more: %s", cx.why.say);
	ok(json_scan(&cx, many("{", "\"k%\":0", 4000, ",\"k17\":1}")) == ERR_BAD_JSON &&
		strstr(cx.why.say, "\"k17\""),
	    "a duplicate among many keys: %s", cx.why.say);
	ok(json_scan(&cx, many("{\"k5\":", "{\"k%\":[]}", 1, ",\"k0\":1}")) == OK,
	    "an inner object may repeat a key of the outer one");
	ok(json_scan(&cx, many("[", "{\"k\":[%]}", JSON_MEMBERS / 3, "]")) == OK,
	    "members of inner objects are counted: 65535");
	ok(json_scan(&cx, many("[", "{\"k\":[%]}", JSON_MEMBERS / 3 + 1, "]")) == ERR_BAD_JSON,
	    "65538: %s", cx.why.say);
}

/* clang-format off */
static const struct {
	const char *text;
	bool good;
	int64_t v;
} numbers[] = {
	{ "0", true, 0 }, { "-0", true, 0 }, { "-1", true, -1 },
	{ "9223372036854775807", true, INT64_MAX },
	{ "-9223372036854775808", true, INT64_MIN },
	{ "9223372036854775808", false, 0 }, { "18446744073709551615", false, 0 },
	{ "1.0", true, 1 }, { "1e3", true, 1000 }, { "1.5", false, 0 },
	{ "9007199254740993.0", true, 9007199254740992 }, { "1e300", false, 0 },
	{ "\"1\"", false, 0 },
	{ "null", false, 0 }, { "true", false, 0 }, { "[1]", false, 0 },
};
/* clang-format on */

/* clang-format off */
static const struct {
	const char *text;
	bool good;
	int64_t v;
} digits[] = {
	{ "17", true, 17 }, { "\"17\"", true, 17 }, { "\"9223372036854775807\"", true, INT64_MAX },
	{ "\"9223372036854775808\"", false, 0 },
	{ "\"\"", false, 0 }, { "\"0x1\"", false, 0 }, { "\"1 \"", false, 0 }, { "1.5", false, 0 },
	{ "null", false, 0 }, { "[\"1\"]", false, 0 },
}, octets[] = {
	{ "[48,0,255]", true, 0 }, { "[48,0,256]", false, 0 }, { "[48,-1,255]", false, 0 },
	{ "[48,\"0\",255]", false, 0 }, { "[48,null,255]", false, 0 },
	{ "[48,0.5,255]", false, 0 }, { "[]", false, 0 }, { "\"48\"", false, 0 },
	{ "{\"a\":48}", false, 0 },
};
/* clang-format on */

static void values(void)
{
	struct json_object *o;

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		int64_t v = 0;
		bool parsed = json_parse(&cx, str_of(numbers[i].text), &o) == OK;
		ok(parsed && json_i64(o, &v) == numbers[i].good && v == numbers[i].v,
		    "as int64_t: %s", numbers[i].text);
	}
	for (size_t i = 0; i < sizeof digits / sizeof digits[0]; i++) {
		int64_t v = -1;
		bool parsed = json_parse(&cx, str_of(digits[i].text), &o) == OK;
		ok(parsed && json_number(o, &v) == digits[i].good &&
			(!digits[i].good || v == digits[i].v),
		    "as a number: %s", digits[i].text);
	}
	for (size_t i = 0; i < sizeof octets / sizeof octets[0]; i++) {
		struct blob b;
		bool parsed = json_parse(&cx, str_of(octets[i].text), &o) == OK;
		ok(parsed && json_octets(cx.mem, o, &b) == octets[i].good &&
			(!octets[i].good || (b.n == 3 && b.p[0] == 48 && b.p[2] == 255)),
		    "as octets: %s", octets[i].text);
	}
	ok(json_parse(&cx, STR("\"a\\u00e9\\ud83d\\ude00\""), &o) == OK &&
		str_eq(json_get_str(o), STR("a\xc3\xa9\xf0\x9f\x98\x80")),
	    "escapes become UTF-8");
	ok(json_get_str(NULL).n == 0, "null is not a string");
	o = json_object_new_object();
	json_object_object_add(o, "u", json_from_str(STR("https://x/\"\n")));
	ok(str_is(json_text(&cx, o), "{\"u\":\"https://x/\\\"\\n\"}"),
	    "compact output does not escape slashes");
	ok(str_is(json_text(&cx, NULL), "null"), "NULL is written as null");
	ok(str_is(json_text(&cx, json_from_str((struct str){ NULL, 0 })), "\"\""),
	    "an empty string");
}

static void utf8(void)
{
	static const struct {
		const char *s;
		size_t n;
		bool good;
	} rows[] = {
		{ "", 0, true },
		{ "a", 1, true },
		{ "\x7f", 1, true },
		{ "\xc2\x80", 2, true },
		{ "\xf4\x8f\xbf\xbf", 4, true },
		{ "a\0b", 3, false },
		{ "\xc2", 1, false },
		{ "\xe0\xa0", 2, false },
		{ "\xf0\x90\x80", 3, false },
		{ "\xed\xa0\x80", 3, false },
		{ "\xc0\x80", 2, false },
		{ "\xf4\x90\x80\x80", 4, false },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ok(utf8_ok((struct str){ rows[i].s, rows[i].n }) == rows[i].good, "UTF-8 row %zu",
		    i);
	/* All sequences of 2 and of 3 bytes: the number of valid ones is known. */
	size_t two = 0, three = 0;
	for (int v = 0; v < 1 << 16; v++)
		two += utf8_len((char[]){ (char)(v >> 8), (char)v }, 2) == 2;
	for (int v = 0; v < 1 << 24; v++)
		three += utf8_len((char[]){ (char)(v >> 16), (char)(v >> 8), (char)v }, 3) == 3;
	ok(two == 0x800 - 0x80, "%zu sequences of two bytes", two);
	ok(three == 0x10000 - 0x800 - 0x800, "%zu sequences of three bytes", three);
}

int main(void)
{
	cx.mem = arena_new(64 << 20);
	tables();
	other_encodings();
	truncations();
	single_changes();
	bounds();
	values();
	utf8();
	arena_free(cx.mem);
	return done();
}
