#include "../tap.h"
#include "json/shape.h"
#include <json-c/json.h>

struct thing {
	struct str name;
	int64_t when;
	bool on;
	struct strs serials;
	struct json_object *form;
	struct str number;
};

static bool lower_case(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.s[i] < 'a' || s.s[i] > 'z')
			return false;
	return true;
}

static bool decimal(struct str s)
{
	int64_t v;

	return str_i64(s, &v);
}

static enum err form(struct cx *cx, const struct field *f, struct json_object *v, void *out)
{
	*(struct json_object **)out = v;
	return json_object_is_type(v, json_type_boolean)
	    ? shape_refuse(cx, f, "must not be a boolean")
	    : OK;
}

ROW(thing, F_STR(thing, name, .min = 2, .max = 5, .ok = lower_case, .must = "must be lower case"),
    F_I64(thing, when, .alias = "timestamp", .min = -5, .max = 1000), F_BOOL(thing, on),
    F_STRS(thing, serials, .min = 1, .max = 3, .ok = decimal, .flags = NUMERIC),
    F_CUSTOM(thing, form, form), F_STR(thing, number, .flags = NUMERIC));

struct needed {
	struct str csr;
	int64_t any;
};
ROW(needed, F_STR(needed, csr, .flags = REQUIRED), F_I64(needed, any));

struct octets {
	struct blob b;
};
ROW(octets, F_BLOB(octets, b));

static struct cx cx;

/* The decoded values in one line. */
static const char *printed(const struct thing *t)
{
	struct buf b = { .mem = cx.mem };

	buf_printf(&b, "%.*s|%lld|%d|", (int)t->name.n, t->name.n ? t->name.s : "",
	    (long long)t->when, t->on);
	for (size_t i = 0; i < t->serials.n; i++)
		buf_printf(&b, "%.*s;", (int)t->serials.v[i].n, t->serials.v[i].s);
	buf_printf(&b, "|%s|%.*s",
	    t->form ? json_object_to_json_string_ext(t->form, JSON_C_TO_STRING_PLAIN) : "",
	    (int)t->number.n, t->number.n ? t->number.s : "");
	return buf_done(&b).s;
}

/* want: the output of printed(); or `!`, the member to blame and the error sentence. */
static const struct {
	const char *query, *body, *want;
} rows[] = {
	{ "", "", "|0|0|||" },
	{ "", " \r\n\t", "|0|0|||" },
	{ "", "{}", "|0|0|||" },
	{ "",
	    "{\"name\":\"ab\",\"when\":7,\"on\":true,\"serials\":[\"1\",2],"
	    "\"form\":{\"x\":1},\"number\":\"12\"}",
	    "ab|7|1|1;2;|{\"x\":1}|12" },
	{ "", "{\"unknown\":[1,{\"a\":null}],\"name\":\"ab\"}", "ab|0|0|||" },
	{ "", "{\"name\":null,\"when\":null,\"on\":null,\"serials\":null,\"form\":null}",
	    "|0|0|||" },
	/* texts */
	{ "", "{\"name\":\"a\"}", "!name: name must have 2 to 5 bytes" },
	{ "", "{\"name\":\"abcdef\"}", "!name: name must have 2 to 5 bytes" },
	{ "", "{\"name\":\"\xc3\xa9\xc3\xa9\xc3\xa9\"}", "!name: name must have 2 to 5 bytes" },
	{ "", "{\"name\":\"aB\"}", "!name: name must be lower case" },
	{ "", "{\"name\":12}", "!name: name must be a string" },
	{ "", "{\"name\":[\"ab\"]}", "!name: name must be a string" },
	{ "", "{\"name\":true}", "!name: name must be a string" },
	{ "", "{\"number\":12}", "|0|0|||12" },
	{ "", "{\"number\":18446744073709551615}", "|0|0|||18446744073709551615" },
	{ "", "{\"number\":12.0}", "|0|0|||12" },
	/* numbers */
	{ "", "{\"when\":-5}", "|-5|0|||" },
	{ "", "{\"when\":-6}", "!when: when must be -5 to 1000" },
	{ "", "{\"when\":1001}", "!when: when must be -5 to 1000" },
	{ "", "{\"when\":\"1000\"}", "|1000|0|||" },
	{ "", "{\"when\":\"01\"}", "!when: when must be a whole number" },
	{ "", "{\"when\":\"\"}", "!when: when must be a whole number" },
	{ "", "{\"when\":\"1e2\"}", "!when: when must be a whole number" },
	{ "", "{\"when\":1.0}", "|1|0|||" },
	{ "", "{\"when\":1e2}", "|100|0|||" },
	{ "", "{\"when\":9223372036854775808}", "!when: when must be a whole number" },
	{ "", "{\"when\":18446744073709551615}", "!when: when must be a whole number" },
	{ "", "{\"when\":\"9223372036854775808\"}", "!when: when must be a whole number" },
	{ "", "{\"when\":true}", "!when: when must be a whole number" },
	{ "", "{\"timestamp\":9}", "|9|0|||" },
	{ "", "{\"timestamp\":9,\"when\":8}",
	    "!timestamp: when and timestamp are two names of one member and differ; send one of "
	    "them" },
	{ "", "{\"timestamp\":9,\"when\":\"9\"}", "|9|0|||" },
	{ "", "{\"timestamp\":\"x\"}", "!timestamp: timestamp must be a whole number" },
	{ "timestamp=x", "", "!timestamp: timestamp must be a whole number" },
	{ "", "{\"x\":18446744073709551616,\"y\":\"\\u0000\",\"when\":2}", "|2|0|||" },
	{ "", "{\"when\":18446744073709551616}", "!when: when must be a whole number" },
	{ "", "{\"name\":\"a\\u0000\"}", "!name: name must not contain NUL" },
	{ "", "{\"timestamp\":9,\"when\":null}", "|9|0|||" },
	/* booleans */
	{ "", "{\"on\":false}", "|0|0|||" },
	{ "", "{\"on\":1}", "!on: on must be true or false" },
	{ "", "{\"on\":\"true\"}", "!on: on must be true or false" },
	/* lists */
	{ "", "{\"serials\":[]}", "!serials: serials must have 1 to 3 elements" },
	{ "", "{\"serials\":[1,2,3]}", "|0|0|1;2;3;||" },
	{ "", "{\"serials\":[1,2,3,4]}", "!serials: serials must have 1 to 3 elements" },
	{ "", "{\"serials\":\"1\"}", "!serials: serials must be an array of strings" },
	{ "", "{\"serials\":[null]}", "!serials: serials must contain only strings" },
	{ "", "{\"serials\":[[\"1\"]]}", "!serials: serials must contain only strings" },
	{ "", "{\"serials\":[\"x\"]}", "!serials: serials is malformed" },
	{ "", "{\"serials\":[-1]}", "!serials: serials is malformed" },
	/* custom */
	{ "", "{\"form\":true}", "!form: form must not be a boolean" },
	/* not objects, not JSON */
	{ "", "[]", "!: the body must be a JSON object" },
	{ "", "null", "!: the body must be a JSON object" },
	{ "", "\"x\"", "!: the body must be a JSON object" },
	{ "", "{\"name\":}", "!: byte 8: expected a value" },
	{ "", "name=ab", "!: This is a form (name=value); send JSON." },
	/* queries */
	{ "name=ab&when=7&on=true&serials=1,2&form=x&number=12", "", "ab|7|1|1;2;|\"x\"|12" },
	{ "name=%61b&on=false", "", "ab|0|0|||" },
	{ "n%61me=ab", "", "ab|0|0|||" },
	{ "timestamp=9", "", "|9|0|||" },
	{ "unknown=1&&=&x", "", "|0|0|||" },
	{ "serials=1&serials=2,3", "", "|0|0|1;2;3;||" },
	{ "serials=1%2C2", "", "|0|0|1;2;||" },
	{ "serials=", "", "!serials: serials must have 1 to 3 elements" },
	{ "serials=1,,2", "", "!serials: serials is malformed" },
	{ "serials=1,", "", "!serials: serials is malformed" },
	{ "form=x&form=y&form=z", "", "|0|0||[\"x\",\"y\",\"z\"]|" },
	{ "form=true", "", "|0|0||\"true\"|" },
	{ "form=a+b%2B", "", "|0|0||\"a b+\"|" },
	{ "name=ab&name=ab", "", "!name: name must be in the query only once" },
	{ "when=1&timestamp=1", "", "|1|0|||" },
	{ "when=1&when=1", "", "!when: when must be in the query only once" },
	{ "when=x", "", "!when: when must be a whole number" },
	{ "when=-1", "", "!when: when must be a whole number" },
	{ "when=1001", "", "!when: when must be -5 to 1000" },
	{ "on=1", "", "!on: on must be true or false" },
	{ "on", "", "!on: on must be true or false" },
	{ "name=", "", "!name: name must have 2 to 5 bytes" },
	{ "name=%6", "", "!: every % in the query must be followed by two hex digits" },
	{ "x=%zz", "", "!: every % in the query must be followed by two hex digits" },
	{ "name=a%00", "", "!: the query must be UTF-8 without NUL" },
	{ "name=%c0%80", "", "!: the query must be UTF-8 without NUL" },
	/* both */
	{ "when=7", "{\"name\":\"ab\"}", "ab|7|0|||" },
	{ "when=7", "{\"when\":7}", "|7|0|||" },
	{ "when=7", "{\"when\":\"7\"}", "|7|0|||" },
	{ "timestamp=7", "{\"when\":7}", "|7|0|||" },
	{ "when=7", "{\"when\":8}",
	    "!when: when differs between the body and the query; send it once" },
	{ "when=7", "{\"timestamp\":8}",
	    "!when: when differs between the body and the query; send it once" },
	{ "when=7", "{\"when\":null}", "|7|0|||" },
	{ "on=true", "{\"on\":true}", "|0|1|||" },
	{ "on=true", "{\"on\":false}",
	    "!on: on differs between the body and the query; send it once" },
	{ "serials=1,2", "{\"serials\":[1,\"2\"]}", "|0|0|1;2;||" },
	{ "serials=1,2", "{\"serials\":[\"2\",\"1\"]}",
	    "!serials: serials differs between the body and the query; send it once" },
	{ "serials=1,2", "{\"serials\":[\"1\"]}",
	    "!serials: serials differs between the body and the query; send it once" },
	{ "serials=1", "{\"serials\":\"1\"}",
	    "!serials: serials differs between the body and the query; send it once" },
	{ "name=ab", "{\"name\":\"ac\"}",
	    "!name: name differs between the body and the query; send it once" },
};

static void requests(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct thing t = { .when = 0 };
		const char *got;
		memset(&cx.why, 0, sizeof cx.why);
		if (shape_request(
			&cx, &thing_shape, str_of(rows[i].query), str_of(rows[i].body), &t) == OK)
			got = printed(&t);
		else
			got = arena_printf(cx.mem, "!%s: %s", cx.why.field, cx.why.say);
		ok(strcmp(got, rows[i].want) == 0, "?%s %s: %s", rows[i].query, rows[i].body, got);
	}
}

static void required(void)
{
	struct needed n = { .any = 0 };

	ok(shape_request(&cx, &needed_shape, STR(""), STR(""), &n) == ERR_BAD_REQUEST &&
		strcmp(cx.why.say, "csr is required") == 0,
	    "%s", cx.why.say);
	ok(shape_request(&cx, &needed_shape, STR(""), STR("{\"csr\":null}"), &n) ==
		    ERR_BAD_REQUEST &&
		strcmp(cx.why.field, "csr") == 0,
	    "null is absent");
	ok(shape_request(&cx, &needed_shape, STR("csr=x"), STR("{}"), &n) == OK &&
		str_is(n.csr, "x"),
	    "a query is enough");
	ok(shape_request(&cx, &needed_shape, STR("csr=&any=9223372036854775807"), STR(""), &n) ==
		    OK &&
		n.any == INT64_MAX,
	    "without bounds an empty text is accepted");
	ok(shape_request(&cx, &needed_shape, STR("csr="), STR("{\"any\":-1}"), &n) ==
		    ERR_BAD_REQUEST &&
		strcmp(cx.why.say, "any must be at least 0") == 0,
	    "%s", cx.why.say);
	ok(shape_request(&cx, &thing_shape, (struct str){ NULL, 0 }, (struct str){ NULL, 0 },
	       &(struct thing){ .when = 0 }) == OK,
	    "neither query nor body");
	ok(shape_request(&cx, &no_body_shape, STR("%zz"), STR("{{{"), NULL) == OK,
	    "a route without arguments ignores query and body");
}

static void decode(void)
{
	struct json_object *o;
	struct needed n = { .any = 0 };
	struct octets b;

	ok(json_parse(&cx, STR("{\"csr\":\"x\",\"any\":3}"), &o) == OK &&
		shape_decode(&cx, &needed_shape, o, &n) == OK && n.any == 3,
	    "an object is decoded");
	ok(shape_decode(&cx, &needed_shape, NULL, &n) == ERR_BAD_REQUEST, "null is not an object");
	ok(json_parse(&cx, STR("{\"b\":\"x\"}"), &o) == OK &&
		shape_decode(&cx, &octets_shape, o, &b) == ERR_INTERNAL,
	    "FT_BLOB has no JSON form");
}

static enum err as_it_is(struct cx *c, const struct shape *sh, struct str body, void *out)
{
	(void)c, (void)sh;
	((struct thing *)out)->name = body;
	return OK;
}

static const struct {
	bool fields;
	const char *query, *body, *want; /* want: the text that parse got; NULL: refused */
} whole[] = {
	{ true, "", "-----BEGIN", "-----BEGIN" },
	{ true, "", " [1] ", " [1] " },
	{ true, "other=1", "[1]", "[1]" },
	{ true, "serials=1,2", "", "{\"serials\":[\"1\",\"2\"]}" },
	{ true, "on=true&timestamp=5", "\n", "{\"on\":true,\"timestamp\":\"5\"}" },
	{ true, "", "", "{}" },
	{ true, "other=1", "", "{}" },
	{ true, "serials=1", "[1]", NULL },
	{ true, "timestamp=1", "[1]", NULL },
	{ true, "serials=%", "", NULL },
	{ false, "", "", "" },
	{ false, "serials=1", "\n", "" },
	{ false, "serials=1", "x", "x" },
};

static void by_parse(void)
{
	for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
		struct thing t = { .when = 0 };
		struct shape sh = thing_shape;
		sh.parse = as_it_is;
		sh.nfields = whole[i].fields ? sh.nfields : 0;
		bool fine = shape_request(
				&cx, &sh, str_of(whole[i].query), str_of(whole[i].body), &t) == OK;
		ok(whole[i].want ? fine && str_is(t.name, whole[i].want)
				 : !fine && cx.why.err == ERR_BAD_REQUEST,
		    "parse gets: ?%s and %s", whole[i].query,
		    *whole[i].body == '\n' ? "blanks" : whole[i].body);
	}
}

/* An error that is found after decoding names the member as the client did. */
static void sent_names(void)
{
	struct thing t = { .when = 0 };

	cx.sent_names = NULL;
	ok(shape_request(&cx, &thing_shape, STR("timestamp=5"), STR(""), &t) == OK &&
		strcmp(shape_sent_name(&cx, "when"), "timestamp") == 0 &&
		strcmp(shape_sent_name(&cx, "name"), "name") == 0,
	    "a member that came under its alias is named so");
	cx.sent_names = NULL;
	ok(shape_request(&cx, &thing_shape, STR("when=5"), STR("{\"timestamp\":5}"), &t) == OK &&
		strcmp(shape_sent_name(&cx, "when"), "timestamp") == 0,
	    "and one that came under both, as in the body");
	cx.sent_names = NULL;
	ok(shape_request(&cx, &thing_shape, STR("when=5"), STR(""), &t) == OK &&
		strcmp(shape_sent_name(&cx, "when"), "when") == 0,
	    "and one that came under its first name, so");
}

int main(void)
{
	cx.mem = arena_new(16 << 20);
	requests();
	required();
	decode();
	by_parse();
	sent_names();
	arena_free(cx.mem);
	return done();
}
