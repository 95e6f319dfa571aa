#include "fuzz.h"
#include "json/shape.h"
#include <json-c/json.h>

/* json-c parses every text that the scan accepts, and the scan accepts json-c's tree, written out,
 * again. Shapes decode both texts without a crash. */
struct everything {
	struct str s;
	int64_t i;
	bool b;
	struct strs l;
	struct json_object *o;
};

static enum err take(struct cx *cx, const struct field *f, struct json_object *v, void *out)
{
	(void)cx, (void)f;
	*(struct json_object **)out = v;
	return OK;
}
static bool texts_ok(struct str s)
{
	return utf8_ok(s);
}
ROW(everything, F_STR(everything, s, .max = 20, .ok = texts_ok, .flags = NUMERIC),
    F_I64(everything, i, .min = INT64_MIN), F_BOOL(everything, b), F_STRS(everything, l, .max = 5),
    F_CUSTOM(everything, o, take));

static bool printable(const char *s)
{
	for (; *s; s++)
		if (*s < 0x20 || *s > 0x7e)
			return false;
	return true;
}

static void scan_and_parse(struct cx *cx, struct str text)
{
	struct json_object *o;
	enum err e = json_scan(cx, text);

	PROMISE(e == OK ||
	    (e == ERR_BAD_JSON && printable(cx->why.say) &&
		(strncmp(cx->why.say, "byte ", 5) == 0 || strstr(cx->why.say, "; send "))));
	PROMISE(json_parse(cx, text, &o) == e);
	if (e)
		return;
	PROMISE(utf8_ok(text));
	struct str again = json_text(cx, json_object_get(o));
	if (!memmem(again.s, again.n, "Infinity", 8))
		PROMISE(json_scan(cx, again) == OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *mem = arena_new(64 << 20);
	struct cx cx = { .mem = mem };
	struct everything out = { .i = 0 };
	struct str text = { (const char *)p, n }, query;

	scan_and_parse(&cx, text);
	str_cut(text, '#', &text, &query);
	if (shape_request(&cx, &everything_shape, query, text, &out) == OK)
		PROMISE(out.s.n <= 20 && out.l.n <= 5);
	arena_free(mem);
	return 0;
}

FUZZ_MAIN(
    "{\"s\":\"a\\u00e9\\ud83d\\ude00\",\"i\":-12,\"b\":true,\"l\":[\"x\",\"y\"],\"o\":{\"a\":1,\"\\u0061b\":2}}",
    "[1,2.5e-3,null,false,\"\"]", "{\"a\":{\"a\":[[[]]]},\"b\":18446744073709551615}",
    "#s=a%20b&i=12&b=true&l=1,2&l=3&o=x&o=y", "{\"s\":\"a\",\"i\":\"7\"}#s=a&i=7", "0",
    "\"\xc3\xa9\"")
