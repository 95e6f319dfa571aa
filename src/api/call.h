#ifndef MOTET_API_CALL_H
#define MOTET_API_CALL_H
#include "json/shape.h"
#include "core/session.h"
#include "http/router.h"
#include <stdio.h>
/*
 * One request on its way through: route → method → volume → size → authentication → authorisation →
 * body → handler (protocol.md 2.6). A handler finds all of it done: it calls one core operation and
 * renders what came of it. It returns OK with c->resp filled, or an error, which becomes the
 * response here and nowhere else.
 */
struct call {
	struct cx *cx;
	const struct http_req *req;
	struct http_resp *resp;
	const struct route *route;
	struct str path[ROUTE_PARAMS]; /* what the {…} of the pattern stood for */
	struct str allow;	       /* methods of this path */
	const struct session *who;     /* AUTH_ANY, AUTH_SESSION, AUTH_ADMIN */
	struct blob token_hash;	       /* AUTH_FUSED: for the handler's own statement */
	void *in;		       /* the decoded body: a struct of route->body */
};
/* Answer a request: never fails, fills the response; cx->meter has its route and its error then. */
void api_serve(struct cx *, const struct http_req *, struct http_resp *);
/* What only this layer can tell of a configuration: public_url is an origin, session_extra a JSON
 * object. `why` says what is wrong. */
bool api_conf_ok(const struct conf *, char *why, size_t size);
/* One line a row: method, path, handler, who may, largest body. For `motetd -T`, the lint and the
 * manual. */
void api_print_routes(FILE *);
/* The pattern of the route with this number (meter.h), "-" for 0. */
const char *api_route_path(int number);
/* Tell the scoreboard what its numbers of routes mean. */
struct scoreboard;
void api_name_routes(struct scoreboard *);
#endif
