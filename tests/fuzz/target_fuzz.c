#include "fuzz.h"
#include "http/http.h"
#include "text/utf8.h"

/* The segments of an accepted target have no control characters, and no segment is empty or a dot
 * segment; the target, written out and read again, is the same. */
static void segments(const struct http_req *q)
{
	PROMISE(q->segs.n <= HTTP_SEGMENTS);
	for (size_t i = 0; i < q->segs.n; i++) {
		struct str s = q->segs.v[i];
		PROMISE(s.n && utf8_ok(s) && !str_is(s, ".") && !str_is(s, ".."));
		for (size_t k = 0; k < s.n; k++)
			PROMISE((unsigned char)s.s[k] >= 0x20 && s.s[k] != 0x7f);
	}
}

static void again(struct cx *cx, const struct http_req *q)
{
	struct buf b = { .mem = cx->mem };
	struct http_req r = { .method = M_GET };

	for (size_t i = 0; i < q->segs.n; i++) {
		buf_z(&b, "/");
		for (size_t k = 0; k < q->segs.v[i].n; k++)
			buf_printf(&b, "%%%02x", (unsigned char)q->segs.v[i].s[k]);
	}
	r.target = q->segs.n ? buf_done(&b) : STR("/");
	PROMISE(http_target(cx, "", &r) == OK && r.segs.n == q->segs.n);
	for (size_t i = 0; i < r.segs.n; i++)
		PROMISE(str_eq(r.segs.v[i], q->segs.v[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const char *const bases[] = { "", "/~jo/motet", "/a" };
	struct arena *mem = arena_new(16 << 20);
	struct cx cx = { .mem = mem };
	struct str text = { (const char *)p, n }, value;
	bool there;

	for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++) {
		struct http_req q = { .method = i ? M_GET : M_OPTIONS, .target = text };
		enum err e = http_target(&cx, bases[i], &q);
		PROMISE(e == OK || e == ERR_BAD_REQUEST || (i && e == ERR_NO_ROUTE));
		if (e)
			continue;
		segments(&q);
		again(&cx, &q);
		if (http_query(&cx, q.query, "a", &value, &there) == OK && there)
			PROMISE(utf8_ok(value));
	}
	http_accepts(text, "application/json");
	value = http_bearer(text);
	PROMISE(value.n == 0 || memchr(value.s, ' ', value.n) == NULL);
	arena_free(mem);
	return 0;
}

FUZZ_MAIN("/.p2/core/v1/session/keymaterial/?a=1&b=%20+",
    "http://h:80/~jo/motet/a%2Fb/%40me?a=%C3%A9", "/a/..%2f/%2e%2E/x", "*", "/%7ejo/motet",
    "application/json;q=0.5, text/*;q=\"0,1\"", "Bearer abc.-_~+/==")
