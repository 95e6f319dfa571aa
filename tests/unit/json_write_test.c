#include "../tap.h"
#include "json/json.h"
#include <json-c/json.h>
#include <stdlib.h>

static struct cx cx;

/* RFC 8785 3.2.2, 3.2.3, and what follows from 3.2.2.2. */
static const struct {
	const char *name, *in, *out;
} texts[] = {
	{ "RFC 8785 3.2.2: the sample object",
	    "{\n\"numbers\": [333333333.33333329, 1E30, 4.50,\n 2e-3, "
	    "0.000000000000000000000000001],\n\"string\": "
	    "\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\",\n"
	    "\"literals\": [null, true, false]\n}",
	    "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
	    "\"string\":\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}" },
	{ "RFC 8785 3.2.3: the sorting of names",
	    "{\"\\u20ac\": \"Euro Sign\", \"\\r\": \"Carriage Return\", \"\\ufb33\": \"Dalet\", "
	    "\"1\": \"One\", \"\\ud83d\\ude00\": \"Emoji\", \"\\u0080\": \"Control\", "
	    "\"\\u00f6\": \"o\"}",
	    "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\",\"\xc3\xb6\":"
	    "\"o\",\"\xe2\x82\xac\":\"Euro Sign\",\"\xf0\x9f\x98\x80\":\"Emoji\",\"\xef\xac\xb3\":"
	    "\"Dalet\"}" },
	{ "short escapes", "\"\\u0008\\u0009\\u000a\\u000c\\u000d\\u000b\\u007f\\u001F\"",
	    "\"\\b\\t\\n\\f\\r\\u000b\x7f\\u001f\"" },
	{ "nested objects", "{\"b\": {\"d\": 1, \"c\": []}, \"a\": {}, \"aa\": 0, \"A\": 0}",
	    "{\"A\":0,\"a\":{},\"aa\":0,\"b\":{\"c\":[],\"d\":1}}" },
	{ "whole numbers", "[0,-1,9007199254740992,18446744073709551615,-9223372036854775808]",
	    "[0,-1,9007199254740992,18446744073709551615,-9223372036854775808]" },
	{ "no value", "null", "null" },
	{ "what is too large for a double", "1e999", "null" },
};

/* RFC 8785 appendix B: the bits of a number, and its text. */
static const struct {
	uint64_t bits;
	const char *out;
} numbers[] = {
	{ 0x0000000000000000, "0" },
	{ 0x8000000000000000, "0" },
	{ 0x0000000000000001, "5e-324" },
	{ 0x8000000000000001, "-5e-324" },
	{ 0x7fefffffffffffff, "1.7976931348623157e+308" },
	{ 0xffefffffffffffff, "-1.7976931348623157e+308" },
	{ 0x4340000000000000, "9007199254740992" },
	{ 0xc340000000000000, "-9007199254740992" },
	{ 0x4430000000000000, "295147905179352830000" },
	{ 0x44b52d02c7e14af5, "9.999999999999997e+22" },
	{ 0x44b52d02c7e14af6, "1e+23" },
	{ 0x44b52d02c7e14af7, "1.0000000000000001e+23" },
	{ 0x444b1ae4d6e2ef4e, "999999999999999700000" },
	{ 0x444b1ae4d6e2ef4f, "999999999999999900000" },
	{ 0x444b1ae4d6e2ef50, "1e+21" },
	{ 0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7" },
	{ 0x3eb0c6f7a0b5ed8d, "0.000001" },
	{ 0x41b3de4355555553, "333333333.3333332" },
	{ 0x41b3de4355555554, "333333333.33333325" },
	{ 0x41b3de4355555555, "333333333.3333333" },
	{ 0x41b3de4355555556, "333333333.3333334" },
	{ 0x41b3de4355555557, "333333333.33333343" },
	{ 0xbecbf647612f3696, "-0.0000033333333333333333" },
	{ 0x43143ff3c1cb0959, "1424953923781206.2" },
};

static void writes_text(const char *name, const char *in, const char *out)
{
	struct json_object *o;

	ok(json_parse(&cx, str_of(in), &o) == OK && str_is(json_text(&cx, json_object_get(o)), out),
	    "%s", name);
	ok(json_parse(&cx, str_of(out), &o) == OK &&
		str_is(json_text(&cx, json_object_get(o)), out),
	    "%s: written again, it stays the same", name);
}

int main(void)
{
	double v;

	cx = (struct cx){ .mem = arena_new(1 << 20) };
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		writes_text(texts[i].name, texts[i].in, texts[i].out);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		memcpy(&v, &numbers[i].bits, sizeof v);
		struct str text = json_text(&cx, json_object_new_double(v));
		ok(str_is(text, numbers[i].out), "RFC 8785 appendix B: %s (%s)", numbers[i].out,
		    text.s);
	}
	arena_free(cx.mem);
	return done();
}
