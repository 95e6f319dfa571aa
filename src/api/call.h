#ifndef MOTET_API_CALL_H
#define MOTET_API_CALL_H
#include "api/generation.h"
#include "json/shape.h"
#include "core/session.h"
#include "http/router.h"
#include <stdio.h>
/*
 * One request on its way: route, method, rate limits, size, authentication, authorisation, body,
 * handler (protocol.md 2.6). The handler runs last: it calls one core operation and renders the
 * result. The handler returns OK with c->resp filled, or an error, which only api_serve() turns
 * into a response.
 */
struct call {
	struct cx *cx;
	const struct http_req *req;
	struct http_resp *resp;
	const struct route *route;
	struct str path[ROUTE_PARAMS]; /* the segments of the path that {…} in the route's pattern
					  stand for */
	struct generation gen;	   /* generation of the protocol; decides the shape of the answer */
	struct str allow;	   /* the value of Allow for this path */
	const struct session *who; /* AUTH_ANY, _SESSION, _ADMIN: the session of the caller */
	struct blob token_hash;	   /* AUTH_INLINE: hash of the session token */
	void *in;		   /* the decoded body or query: the struct of route->body */
};
/* Answer a request. The response is always filled; the route and the error are set in cx->meter. */
void api_serve(struct cx *, const struct http_req *, struct http_resp *);
/* Check a key that only this layer can read: metrics_token_file or session_extra. False: `why` says
 * what is wrong. */
bool api_conf_ok(const struct conf *, const char *key, char *why, size_t size);
/* Print one line for each route: method, path, handler, largest body, who may call it, what it
 * does. `motetd -T` and tests/lint use this. */
void api_print_routes(FILE *);
/* Return the path pattern of the route with this number (meter.h); "-" for 0. */
const char *api_route_path(int number);
/* Write method and path of each route number into the scoreboard. */
struct scoreboard;
void api_name_routes(struct scoreboard *);
#endif
