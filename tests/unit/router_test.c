#include "../tap.h"
#include "http/router.h"

#define R(m, p) \
	{ \
		.method = (m), .path = (p), .name = (p) \
	}
static const struct route one[] = {
	R(M_GET, "/p2core/token/status"),
	R(M_PUT, "/p2core/token/status"),
	R(M_DELETE, "/p2core/token/{user_id}"),
	R(M_DELETE, "/p2core/token/@me"),
	R(M_DELETE, "/p2core/token/@all"),
	R(M_GET, "/p2core/key/user/{user_id}"),
	R(M_POST, "/p2core/key/user/@me"),
};
static const struct route two[] = {
	R(M_GET, "/.p2/core/v1/session/keymaterial"),
	R(M_POST, "/.p2/core/v1/session/keymaterial"),
	R(M_OPTIONS, "/.p2/core/v1/session/keymaterial"),
	R(M_GET, "/.p2/core/v1/session/keymaterial/size"),
	R(M_DELETE, "/.p2/core/v1/session/{id}"),
	R(M_PUT, "/.p2/core/v1/session/idcert"),
	R(M_GET, "/x/{a}/{b}/{c}"),
	R(M_GET, "/x/{a}/y/{c}"),
	R(M_GET, "/x/y/{b}/{c}"),
	R(M_GET, "/{any}"),
	R(M_GET, "/"),
	R(M_POST, "/p2core/key/user/{id}/extra"),
};
static const struct route *const tables[] = { one, NULL, two };
static const size_t sizes[] = { sizeof one / sizeof one[0], 0, sizeof two / sizeof two[0] };

/* want: pattern, parameters each behind `|`, ` ` and the Allow text; or status and Allow text. */
static const struct {
	const char *method, *target, *want;
} rows[] = {
	{ "GET", "/p2core/token/status", "/p2core/token/status GET, HEAD, PUT, OPTIONS" },
	{ "HEAD", "/p2core/token/status", "/p2core/token/status GET, HEAD, PUT, OPTIONS" },
	{ "PUT", "/p2core/token/status/", "/p2core/token/status GET, HEAD, PUT, OPTIONS" },
	{ "POST", "/p2core/token/status", "405 GET, HEAD, PUT, OPTIONS" },
	{ "PATCH", "/p2core/token/status", "405 GET, HEAD, PUT, OPTIONS" },
	{ "OPTIONS", "/p2core/token/status", "- GET, HEAD, PUT, OPTIONS" },
	{ "DELETE", "/p2core/token/status", "405 GET, HEAD, PUT, OPTIONS" },
	{ "DELETE", "/p2core/token/@me", "/p2core/token/@me DELETE, OPTIONS" },
	{ "DELETE", "/p2core/token/%40me", "/p2core/token/@me DELETE, OPTIONS" },
	{ "DELETE", "/p2core/token/%2540me", "/p2core/token/{user_id}|%40me DELETE, OPTIONS" },
	{ "DELETE", "/p2core/token/@all", "/p2core/token/@all DELETE, OPTIONS" },
	{ "DELETE", "/p2core/token/@ALL", "/p2core/token/{user_id}|@ALL DELETE, OPTIONS" },
	{ "DELETE", "/p2core/token/123", "/p2core/token/{user_id}|123 DELETE, OPTIONS" },
	{ "HEAD", "/p2core/token/123", "405 DELETE, OPTIONS" },
	{ "GET", "/p2core/key/user/jo@example.org",
	    "/p2core/key/user/{user_id}|jo@example.org GET, HEAD, OPTIONS" },
	{ "GET", "/p2core/key/user/a%2Fextra",
	    "/p2core/key/user/{user_id}|a/extra GET, HEAD, OPTIONS" },
	{ "POST", "/p2core/key/user/@me", "/p2core/key/user/@me POST, OPTIONS" },
	{ "GET", "/p2core/key/user/@me", "405 POST, OPTIONS" },
	{ "POST", "/p2core/key/user/1/extra", "/p2core/key/user/{id}/extra|1 POST, OPTIONS" },
	{ "POST", "/p2core/key/user/@me/extra", "/p2core/key/user/{id}/extra|@me POST, OPTIONS" },
	{ "GET", "/.p2/core/v1/session/keymaterial",
	    "/.p2/core/v1/session/keymaterial GET, HEAD, POST, OPTIONS" },
	{ "OPTIONS", "/.p2/core/v1/session/keymaterial",
	    "/.p2/core/v1/session/keymaterial GET, HEAD, POST, OPTIONS" },
	{ "DELETE", "/.p2/core/v1/session/keymaterial", "405 GET, HEAD, POST, OPTIONS" },
	{ "GET", "/.p2/core/v1/session/keymaterial/size/",
	    "/.p2/core/v1/session/keymaterial/size GET, HEAD, OPTIONS" },
	{ "DELETE", "/.p2/core/v1/session/7", "/.p2/core/v1/session/{id}|7 DELETE, OPTIONS" },
	{ "GET", "/x/1/2/3", "/x/{a}/{b}/{c}|1|2|3 GET, HEAD, OPTIONS" },
	{ "GET", "/x/1/y/3", "/x/{a}/y/{c}|1|3 GET, HEAD, OPTIONS" },
	{ "GET", "/x/y/y/3", "/x/y/{b}/{c}|y|3 GET, HEAD, OPTIONS" },
	{ "GET", "/", "/ GET, HEAD, OPTIONS" },
	{ "GET", "/%7Bany%7D", "/{any}|{any} GET, HEAD, OPTIONS" },
	{ "POST", "/", "405 GET, HEAD, OPTIONS" },
	{ "GET", "/healthz", "/{any}|healthz GET, HEAD, OPTIONS" },
	{ "GET", "/p2core/token", "404 " },
	{ "GET", "/P2core/token/status", "404 " },
	{ "GET", "/p2core/token/status/x", "404 " },
	{ "GET", "/p2core%2Ftoken%2Fstatus", "/{any}|p2core/token/status GET, HEAD, OPTIONS" },
	{ "PATCH", "/no/such", "404 " },
	{ "OPTIONS", "/no/such", "404 " },
	{ "OPTIONS", "*", "- GET, HEAD, POST, PUT, DELETE, OPTIONS" },
};

static const char *printed(
    struct cx *cx, enum err e, const struct route *r, const struct str *params, struct str allow)
{
	struct buf b = { .mem = cx->mem };

	if (e)
		buf_printf(&b, "%d", err_status(e));
	else
		buf_z(&b, r ? r->path : "-");
	for (size_t i = 0; i < ROUTE_PARAMS && params[i].n; i++) {
		buf_z(&b, "|");
		buf_str(&b, params[i]);
	}
	buf_z(&b, " ");
	buf_str(&b, allow);
	return buf_done(&b).s;
}

static void table(struct cx *cx)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct http_req q = { .target = str_of(rows[i].target) };
		struct str params[ROUTE_PARAMS] = { { NULL, 0 } }, allow = STR("");
		const struct route *r = NULL;
		q.method = http_method(str_of(rows[i].method), &q.head);
		enum err e = http_target(cx, "", &q);
		if (e == OK)
			e = router_match(cx, tables, sizes, 3, &q, &r, params, &allow);
		const char *got = printed(cx, e, r, params, allow);
		ok(strcmp(got, rows[i].want) == 0, "%s %s: %s", rows[i].method, rows[i].target,
		    got);
		ok(e == OK || (cx->why.err == e && cx->why.say[0]), "an error has a sentence");
	}
}

/* Which pattern the router suggests for a path with a mistake. */
static void nearest(struct cx *cx)
{
	static const struct route near[] = { { .path = "/.p2/core/v1/session/trust" },
		{ .path = "/.p2/core/v1/idcert/actor/{fid}" }, { .path = "/healthz" } };
	static const struct route *const table[] = { near };
	static const size_t size = sizeof near / sizeof near[0];
	static const struct {
		const char *target, *want;
	} slips[] = {
		{ "/.p2/core/v1/session/trusty", "/.p2/core/v1/session/trust" },
		{ "/.p2/core/session/trust", "/.p2/core/v1/session/trust" },
		{ "/p2/core/v1/session/trust", "/.p2/core/v1/session/trust" },
		{ "/.p2/core/v1/idcert/actr/al@x.example", "/.p2/core/v1/idcert/actor/{fid}" },
		{ "/healtz", "/healthz" },
		{ "/wp-login.php", NULL },
		{ "/.p2/core/v2/sessions/auth", NULL },
		{ "/", NULL },
	};

	for (size_t i = 0; i < sizeof slips / sizeof slips[0]; i++) {
		struct http_req q = { .method = M_GET, .target = str_of(slips[i].target) };
		const char *got =
		    http_target(cx, "", &q) == OK ? router_nearest(table, &size, 1, &q.segs) : "";
		ok(got == slips[i].want ||
			(got && slips[i].want && strcmp(got, slips[i].want) == 0),
		    "near %s: %s", slips[i].target, got ? got : "nothing");
	}
}

int main(void)
{
	struct arena *mem = arena_new(1 << 20);
	struct cx cx = { .mem = mem };
	struct http_req q = { .method = M_GET, .target = STR("/") };
	struct str params[ROUTE_PARAMS], allow;
	const struct route *r;

	table(&cx);
	nearest(&cx);
	ok(http_target(&cx, "", &q) == OK &&
		router_match(&cx, NULL, NULL, 0, &q, &r, params, &allow) == ERR_NO_ROUTE &&
		r == NULL,
	    "without tables there are no routes");
	arena_free(mem);
	return done();
}
