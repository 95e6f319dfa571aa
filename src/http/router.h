#ifndef MOTET_HTTP_ROUTER_H
#define MOTET_HTTP_ROUTER_H
#include "http/http.h"
/*
 * A route is a row of src/api/<generation>/routes.def: method, pattern, handler, who may call it,
 * body, size limit, operation. Patterns are split on '/'; a segment {x} matches any one segment,
 * and a literal segment wins over {x}. There is one row per method; the Allow header and the answer
 * to OPTIONS come from the same rows.
 */
enum { ROUTE_PARAMS = 3 };
enum auth {
	AUTH_NONE,    /* the route needs no session */
	AUTH_ANY,     /* the route needs a session on this server, of a home or a foreign actor */
	AUTH_SESSION, /* the route needs a session of a home actor */
	AUTH_INLINE,  /* as AUTH_SESSION, but the handler's own statement looks the session up */
	AUTH_ADMIN    /* the route needs a session of an administrator */
};
/* Flags of a row. */
enum {
	WRITES = 2,	      /* the request counts for rate_limit_writes */
	LIST_ON_ERROR = 128,  /* the body of a 400 is an array of {id, reason}, as mls wants */
	NO_BODY_ON_ERROR = 4, /* 404, 409 and 413 have no body, as polyproto wants */
	UNLIMITED = 8,	      /* requests are not rate-limited */
	ALONE = 64,	      /* the route answers without the database */
	ROTATES = 32 /* the route accepts the token that an earlier try of the same request ended */
};
struct call;  /* api/call.h */
struct shape; /* json/shape.h */
typedef enum err handler(struct call *);
struct route {
	enum method method;
	const char *path;
	handler *fn;
	const char *name; /* name of the handler, for logs and lint */
	enum auth auth;
	const struct shape *body; /* the shape that decodes the body and the query */
	int64_t max_body; /* bytes; a larger body is refused with 413, before it is parsed */
	int operation;	  /* what the route does (api/operation.h) */
	int flags;
};
/*
 * Find the row for q->segs and q->method in all tables. Of several patterns that match, the pattern
 * whose first literal segment is earlier wins, and only its methods count: if /user/@me has only
 * POST, then GET /user/@me is ERR_METHOD, even if there is a row GET /user/{id}.
 *
 * ERR_NO_ROUTE if no pattern matches; ERR_METHOD if a pattern matches, but has no row with this
 * method. With M_OPTIONS and no row for it: OK, and *out is NULL. If a pattern matches, *allow
 * lists its methods ("GET, HEAD, OPTIONS"); for the target "*", it lists the methods of all rows.
 * `params` gets the segments that matched {…}, from left to right; they live as long as q->segs.
 */
must_check enum err router_match(struct cx *, const struct route *const *tables,
    const size_t *sizes, size_t ntables, const struct http_req *q, const struct route **out,
    struct str params[ROUTE_PARAMS], struct str *allow);
/* ERR_NO_ROUTE, in the words of router_match(): for a handler that hides its route from this
 * caller. */
must_check enum err router_refuse_hidden(struct cx *);
/* Find the pattern that differs from the segments only by a few letters or one segment. NULL: there
 * is no such pattern. */
const char *router_nearest(const struct route *const *tables, const size_t *sizes, size_t ntables,
    const struct strs *segs);
#endif
