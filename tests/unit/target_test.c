#include "../tap.h"
#include "http/http.h"

static struct cx cx;

/* `want`: the path, the segments each behind a `|`, and behind ? the query; or 400 or 404. `~` in a
 * target stands for NUL. */
static const struct {
	const char *base, *target, *want;
} rows[] = {
	{ "", "/", "/" },
	{ "", "/a", "/a|a" },
	{ "", "/a/", "/a/|a" },
	{ "", "/.p2/core/v1/session/keymaterial/",
	    "/.p2/core/v1/session/keymaterial/|.p2|core|v1|session|keymaterial" },
	{ "", "/.well-known/polyproto-core",
	    "/.well-known/polyproto-core|.well-known|polyproto-core" },
	{ "", "/a/b/c", "/a/b/c|a|b|c" },
	{ "", "/...", "/...|..." },
	{ "", "/.a/..b/c..", "/.a/..b/c..|.a|..b|c.." },
	/* decoded once */
	{ "", "/%40me", "/%40me|@me" },
	{ "", "/@me", "/@me|@me" },
	{ "", "/flori@polyphony.chat", "/flori@polyphony.chat|flori@polyphony.chat" },
	{ "", "/a+b", "/a+b|a+b" },
	{ "", "/a%2Bb", "/a%2Bb|a+b" },
	{ "", "/a%20b", "/a%20b|a b" },
	{ "", "/a%2Fb", "/a%2Fb|a/b" },
	{ "", "/a%2fb/", "/a%2fb/|a/b" },
	{ "", "/%2F", "/%2F|/" },
	{ "", "/a%3Fb", "/a%3Fb|a?b" },
	{ "", "/a%23b", "/a%23b|a#b" },
	{ "", "/a%25b", "/a%25b|a%b" },
	{ "", "/%2540me", "/%2540me|%40me" },
	{ "", "/%252e%252e", "/%252e%252e|%2e%2e" },
	{ "", "/%252F", "/%252F|%2F" },
	{ "", "/%c3%a9", "/%c3%a9|\xc3\xa9" },
	{ "", "/\xc3\xa9", "/\xc3\xa9|\xc3\xa9" },
	{ "", "/..%2f..", "/..%2f..|../.." },
	/* 16 segments, and one more */
	{ "", "/1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/g",
	    "/1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/g|1|2|3|4|5|6|7|8|9|a|b|c|d|e|f|g" },
	{ "", "/1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/g/h", "400" },
	/* the query */
	{ "", "/a?", "/a|a?" },
	{ "", "/a?x=1", "/a|a?x=1" },
	{ "", "/a/?x=1?y=2", "/a/|a?x=1?y=2" },
	{ "", "/?x=/../%zz//", "/?x=/../%zz//" },
	{ "", "/a?%2e", "/a|a?%2e" },
	/* absolute form */
	{ "", "http://h/a?x", "/a|a?x" },
	{ "", "https://h:8443/a/b", "/a/b|a|b" },
	{ "", "HTTP://h/", "/" },
	{ "", "http://h", "/" },
	{ "", "http://h?x=/a", "/?x=/a" },
	{ "", "http://u:p@h/a", "/a|a" },
	{ "", "http://[::1]:80/a", "/a|a" },
	{ "", "http:///a", "/a|a" },
	{ "", "a+b-c.1://h/a", "/a|a" },
	{ "", "http://h//a", "400" },
	{ "", "http://h/..", "400" },
	{ "", "http:/a", "400" },
	{ "", "://h/a", "400" },
	{ "", "1http://h/a", "400" },
	{ "", "/http://h/a", "400" },
	/* refused */
	{ "", "", "400" },
	{ "", "a", "400" },
	{ "", "?", "400" },
	{ "", "?x=/", "400" },
	{ "", "h:443", "400" },
	{ "", "*", "400" },
	{ "", "*a", "400" },
	{ "", "//", "400" },
	{ "", "///", "400" },
	{ "", "//a", "400" },
	{ "", "/a//", "400" },
	{ "", "/a//b", "400" },
	{ "", "/.", "400" },
	{ "", "/./", "400" },
	{ "", "/..", "400" },
	{ "", "/../a", "400" },
	{ "", "/a/..", "400" },
	{ "", "/a/../", "400" },
	{ "", "/a/./b", "400" },
	{ "", "/%2e", "400" },
	{ "", "/%2E%2e/a", "400" },
	{ "", "/.%2e", "400" },
	{ "", "/a/%2e./b", "400" },
	{ "", "/%", "400" },
	{ "", "/%4", "400" },
	{ "", "/%4/a", "400" },
	{ "", "/%zz", "400" },
	{ "", "/a%", "400" },
	{ "", "/%%34", "400" },
	{ "", "/%u0061", "400" },
	{ "", "/%00", "400" },
	{ "", "/a%00b", "400" },
	{ "", "/~", "400" },
	{ "", "/a~/b", "400" },
	{ "", "/%0a", "400" },
	{ "", "/%0D%0A", "400" },
	{ "", "/%1f", "400" },
	{ "", "/\x01", "400" },
	{ "", "/a\tb", "400" },
	{ "", "/%7f", "400" },
	{ "", "/\x7f", "400" },
	{ "", "/%ff", "400" },
	{ "", "/%c0%ae", "400" },
	{ "", "/%c0%af", "400" },
	{ "", "/%c3", "400" },
	{ "", "/%c3/%a9", "400" },
	{ "", "/%ed%a0%80", "400" },
	{ "", "/\xc3", "400" },
	{ "", "/a#b", "400" },
	{ "", "/a?x#b", "400" },
	{ "", "#", "400" },
	{ "", "http://h#a", "400" },
	/* how many */
	{ "", "/1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/g",
	    "/1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/g|1|2|3|4|5|6|7|8|9|a|b|c|d|e|f|g" },
	{ "", "/1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/g/",
	    "/1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/g/|1|2|3|4|5|6|7|8|9|a|b|c|d|e|f|g" },
	{ "", "/1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/g/h", "400" },
	/* below a base path */
	{ "/~jo/motet", "/~jo/motet", "/" },
	{ "/~jo/motet", "/~jo/motet/", "/" },
	{ "/~jo/motet", "/~jo/motet?x", "/?x" },
	{ "/~jo/motet", "/~jo/motet/a/b/?x", "/a/b/|a|b?x" },
	{ "/~jo/motet", "/%7Ejo/mo%74et/a", "/a|a" },
	{ "/~jo/motet", "http://h/~jo/motet/a", "/a|a" },
	{ "/~jo/motet", "/~jo/motet/1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/g",
	    "/1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/g|1|2|3|4|5|6|7|8|9|a|b|c|d|e|f|g" },
	{ "/~jo/motet", "/", "404" },
	{ "/~jo/motet", "/~jo", "404" },
	{ "/~jo/motet", "/~jo/", "404" },
	{ "/~jo/motet", "/~jo/motetx", "404" },
	{ "/~jo/motet", "/~jo/motet%2Fa", "404" },
	{ "/~jo/motet", "/a/~jo/motet", "404" },
	{ "/~jo/motet", "/~Jo/motet", "404" },
	{ "/~jo/motet", "http://h", "404" },
	{ "/~jo/motet", "//~jo/motet", "400" },
	{ "/~jo/motet", "/~jo//motet", "400" },
	{ "/~jo/motet", "/~jo/motet//", "400" },
	{ "/~jo/motet", "/~jo/motet//a", "400" },
	{ "/~jo/motet", "/~jo/../~jo/motet", "400" },
	{ "/~jo/motet", "/~jo/motet/..", "400" },
	{ "/a", "/a", "/" },
	{ "/a", "/a/a", "/a|a" },
};

static struct str with_nul(const char *z)
{
	size_t n = strlen(z);
	char *s = arena_dup(cx.mem, z, n);

	for (size_t i = 1; i < n; i++)
		if (s[i] == '~' && s[i + 1] != 'j' && s[i + 1] != 'J')
			s[i] = '\0';
	return (struct str){ s, n };
}

static const char *printed(enum err e, const struct http_req *q)
{
	struct buf b = { .mem = cx.mem };

	if (e)
		return arena_printf(cx.mem, "%d", err_status(e));
	buf_str(&b, q->path);
	for (size_t i = 0; i < q->segs.n; i++) {
		buf_z(&b, "|");
		buf_str(&b, q->segs.v[i]);
	}
	if (memchr(q->target.s, '?', q->target.n))
		buf_z(&b, "?");
	buf_str(&b, q->query);
	return buf_done(&b).s;
}

/* For TAP: printable, and without # (a directive). */
static const char *shown(const char *z)
{
	struct buf b = { .mem = cx.mem };

	for (; *z; z++)
		buf_printf(
		    &b, *z >= 0x20 && *z < 0x7f && *z != '#' ? "%c" : "<%02x>", (unsigned char)*z);
	return buf_done(&b).s;
}

static void table(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct http_req q = { .method = M_GET, .target = with_nul(rows[i].target) };
		enum err e = http_target(&cx, rows[i].base, &q);
		const char *got = printed(e, &q);
		ok(strcmp(got, rows[i].want) == 0, "%s %s: %s", rows[i].base, shown(rows[i].target),
		    shown(got));
	}
}

static void asterisk(void)
{
	struct http_req q = { .method = M_OPTIONS, .target = STR("*") };

	ok(http_target(&cx, "", &q) == OK && str_is(q.path, "*") && q.segs.n == 0 && q.query.n == 0,
	    "OPTIONS * is accepted");
	q.target = STR("*");
	ok(http_target(&cx, "/a", &q) == OK && str_is(q.path, "*"),
	    "OPTIONS * is accepted with a base path");
	q.target = STR("*?x");
	ok(http_target(&cx, "", &q) == ERR_BAD_REQUEST, "* with text after it is refused");
	q.target = (struct str){ NULL, 0 };
	ok(http_target(&cx, "", &q) == ERR_BAD_REQUEST &&
		http_target(&cx, "/a", &q) == ERR_BAD_REQUEST,
	    "an empty target is refused");
}

/* The target has exact size, so that a sanitizer reports a read past its end. */
static void truncations(void)
{
	static const char t[] = "http://h:80/~jo/motet/a%2Fb/%C3%A9/.x/?a=%20&b=1";
	size_t taken = 0;

	for (size_t n = 0; n < sizeof t; n++) {
		char *s = malloc(n + !n);
		memcpy(s, t, n);
		struct http_req q = { .method = M_GET, .target = { s, n } }, r = q;
		taken += http_target(&cx, "/~jo/motet", &q) == OK;
		taken += http_target(&cx, "", &r) == OK;
		free(s);
	}
	ok(taken > 30 && taken < 2 * sizeof t, "every truncation is tried, %zu are accepted",
	    taken);
}

static const struct {
	const char *query, *name, *want; /* want NULL: no such member; "!": refused */
} queries[] = {
	{ "a=1", "a", "1" },
	{ "a=1&b=2", "b", "2" },
	{ "a=1&a=2", "a", "1" },
	{ "a", "a", "" },
	{ "a=", "a", "" },
	{ "=1", "", "1" },
	{ "", "a", NULL },
	{ "&", "a", NULL },
	{ "&&a=1&&", "a", "1" },
	{ "ab=1", "a", NULL },
	{ "A=1", "a", NULL },
	{ "%61=1", "a", "1" },
	{ "a=%41+%2B", "a", "A +" },
	{ "a=b=c", "a", "b=c" },
	{ "a=x?y/z", "a", "x?y/z" },
	{ "a=%", "a", "!" },
	{ "b=%z&a=1", "a", "!" },
	{ "a=1&b=%z", "a", "1" },
	{ "a=%00", "a", "!" },
	{ "a=%ff", "a", "!" },
	{ "a=%c3%a9", "a", "\xc3\xa9" },
	{ "a=%0a", "a", "\n" },
	{ "a;b=1", "b", NULL },
};

static void query(void)
{
	for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
		const char *want = queries[i].want;
		struct str v;
		bool there = false;
		enum err e = http_query(&cx, str_of(queries[i].query), queries[i].name, &v, &there);
		ok(want == NULL	       ? e == OK && !there
			: *want == '!' ? e == ERR_BAD_REQUEST
				       : e == OK && there && str_is(v, want),
		    "?%s: %s", queries[i].query, queries[i].name);
	}
}

static void no_query(void)
{
	struct str v;
	bool there = true;

	ok(http_query(&cx, (struct str){ NULL, 0 }, "a", &v, &there) == OK && !there && v.n == 0,
	    "a NULL query has no members");
}

int main(void)
{
	cx.mem = arena_new(16 << 20);
	table();
	asterisk();
	truncations();
	query();
	no_query();
	arena_free(cx.mem);
	return done();
}
