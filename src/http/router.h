#ifndef MOTET_HTTP_ROUTER_H
#define MOTET_HTTP_ROUTER_H
#include "http/http.h"
/*
 * A route is a row (src/api/<generation>/routes.def): method, pattern, handler, who may, body,
 * limit. Patterns are split on '/'; a segment {x} takes any one segment, a literal wins over a
 * parameter. One row per method; the Allow header and the answer to OPTIONS come from the same
 * rows.
 */
enum { ROUTE_PARAMS = 3 };
enum auth {
	AUTH_NONE, /* anybody */
	AUTH_ANY, /* a session here, of a home or a foreign actor, looked up before the handler runs
		   */
	AUTH_SESSION, /* one of a home actor */
	AUTH_FUSED,   /* the same, but the handler's own statement looks it up: one round trip */
	AUTH_ADMIN    /* a session of an administrator */
};
enum {
	SENSITIVE = 1,
	WRITES = 2,
	NOBODY_ON_ERROR = 4,
	UNLIMITED = 8,
	ALWAYS = 16
};	      /* row flags; ALWAYS: sensitive whatever the configuration says */
struct call;  /* api/call.h */
struct shape; /* json/shape.h */
typedef enum err handler(struct call *);
struct route {
	enum method method;
	const char *path;
	handler *fn;
	const char *name; /* of the handler, for logs and lint */
	enum auth auth;
	const struct shape *body; /* what the body, or the query, decodes to */
	int64_t max_body;	  /* bytes; a larger body is 413 before anything looks at it */
	int flags;
};
/*
 * Find the row for q->segs and q->method among all rows of all tables. Of the patterns that match,
 * the one with its first literal segment earlier wins, and then only its methods count: where
 * /user/@me knows POST alone, GET /user/@me is ERR_METHOD even beside a row GET /user/{id}.
 * ERR_NO_ROUTE when no pattern matches; ERR_METHOD when one does but not with this method. With
 * M_OPTIONS and no row for it: OK, *out NULL. *allow lists the methods that would do ("GET, HEAD,
 * OPTIONS") whenever a pattern matches, and those of all rows for the target "*". `params` gets the
 * segments that {…} stood for, from left to right; they live as long as q->segs.
 */
must_check enum err router_match(struct cx *, const struct route *const *tables,
    const size_t *sizes, size_t ntables, const struct http_req *q, const struct route **out,
    struct str params[ROUTE_PARAMS], struct str *allow);
#endif
