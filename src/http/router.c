#include "http/router.h"
#include <stdio.h>
#include <stdlib.h>

struct route_tables {
	const struct route *const *v;
	const size_t *sizes;
	size_t n;
};

/* A position in the rows of all tables; start with { 0 }. */
struct route_cursor {
	size_t table, row;
};

static const struct route *next_route(const struct route_tables *t, struct route_cursor *c)
{
	while (c->table < t->n && c->row == t->sizes[c->table])
		*c = (struct route_cursor){ .table = c->table + 1 };
	return c->table < t->n ? &t->v[c->table][c->row++] : NULL;
}

/*
 * How well does the pattern match? 0: not at all. Otherwise the score has one bit per segment, the
 * highest for the first segment, which is set if the segment is literal; so of two patterns, the
 * one whose first literal is earlier has the greater score. One more bit above these tells a match
 * without literals from no match.
 */
static unsigned score_pattern(const char *pattern, const struct strs *segs)
{
	struct str rest = str_from(str_of(pattern), 1), want;
	unsigned bits = 1;

	for (size_t i = 0; i < segs->n; i++) {
		if (rest.n == 0)
			return 0;
		str_cut(rest, '/', &want, &rest);
		bool param = want.n && want.s[0] == '{';
		if (!param && !str_eq(want, segs->v[i]))
			return 0;
		bits = bits << 1 | !param;
	}
	return rest.n ? 0 : bits;
}

static unsigned find_best_score(const struct route_tables *t, const struct strs *segs)
{
	struct route_cursor c = { 0 };
	unsigned best = 0;

	for (const struct route *r; (r = next_route(t, &c));) {
		unsigned f = score_pattern(r->path, segs);
		best = f > best ? f : best;
	}
	return best;
}

static void collect_params(
    const char *pattern, const struct strs *segs, struct str params[ROUTE_PARAMS])
{
	struct str rest = str_from(str_of(pattern), 1), want;
	size_t n = 0;

	for (size_t i = 0; i < segs->n; i++) {
		str_cut(rest, '/', &want, &rest);
		if (want.s[0] != '{')
			continue;
		if (n == ROUTE_PARAMS) {
			fprintf(stderr, "motet: router: %s: too many parameters\n", pattern);
			abort();
		}
		params[n++] = segs->v[i];
	}
}

/* Write the methods in a fixed order. `mask` has a bit for each method. */
static struct str format_allow(struct arena *mem, unsigned mask)
{
	static const struct {
		enum method method;
		const char *names;
	} rows[] = { { M_GET, "GET, HEAD, " }, { M_POST, "POST, " }, { M_PUT, "PUT, " },
		{ M_DELETE, "DELETE, " } };
	struct buf b = { .mem = mem };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (mask & 1u << rows[i].method)
			buf_z(&b, rows[i].names);
	buf_z(&b, "OPTIONS");
	return buf_done(&b);
}

enum err router_refuse_hidden(struct cx *cx)
{
	return refuse(cx, ERR_NO_ROUTE, NULL,
	    "This server has no such route; GET /.p2/openapi.json lists them all.");
}

static enum err refuse_unknown_path(struct cx *cx, const char *nearest)
{
	if (nearest)
		return refuse(cx, ERR_NO_ROUTE, NULL,
		    "This server has no such route; the nearest is %s. GET /.p2/openapi.json lists "
		    "them all.",
		    nearest);
	return router_refuse_hidden(cx);
}

enum err router_match(struct cx *cx, const struct route *const *tables, const size_t *sizes,
    size_t ntables, const struct http_req *q, const struct route **out,
    struct str params[ROUTE_PARAMS], struct str *allow)
{
	const struct route_tables t = { tables, sizes, ntables };
	const bool all = str_is(q->path, "*");
	const unsigned best = all ? 1 : find_best_score(&t, &q->segs);
	struct route_cursor c = { 0 };
	unsigned mask = 0;

	*out = NULL;
	*allow = STR("");
	if (best == 0)
		return refuse_unknown_path(cx, router_nearest(tables, sizes, ntables, &q->segs));
	for (const struct route *r; (r = next_route(&t, &c));) {
		if (!all && score_pattern(r->path, &q->segs) != best)
			continue;
		mask |= 1u << r->method;
		if (!all && r->method == q->method)
			*out = r;
	}
	*allow = format_allow(cx->mem, mask);
	if (*out)
		collect_params((*out)->path, &q->segs, params);
	return *out || q->method == M_OPTIONS
	    ? OK
	    : refuse(cx, ERR_METHOD, NULL, "%s", err_text(ERR_METHOD));
}
