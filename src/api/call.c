#include "api/call.h"
#include "api/operation.h"
#include "api/common/render.h"
#include "api/routes.h"
#include "base/address.h"
#include "base/conf.h"
#include "core/clocks.h"
#include "core/fit.h"
#include "core/foreign_session.h"
#include "http/cors.h"
#include "shm/limits.h"
#include "text/form.h"
#include "text/utf8.h"

static enum err check_body_size(struct call *c)
{
	if (c->req->body_too_large || (int64_t)c->req->body.n > c->route->max_body)
		return refuse(c->cx, ERR_TOO_LARGE, "",
		    "The body of this route may have at most %lld bytes.",
		    (long long)c->route->max_body);
	return OK;
}

static enum err count_request(
    struct call *c, const char *class, enum counter count, int64_t per_minute)
{
	struct cx *cx = c->cx;
	struct str who = limits_address_key(cx->mem, c->req->remote);

	if (!address_valid(c->req->remote))
		return OK; /* not limited: peers of a Unix socket have no address, so all would
			      share one count */
	if (limits_take(cx->limits, class, who, per_minute, per_minute, &cx->retry_after))
		return OK;
	meter_add(&cx->meter, count, 1);
	return refuse(cx, ERR_RATE_LIMITED, "",
	    "Too many requests from your address; try again in %lld seconds.",
	    (long long)cx->retry_after);
}

/*
 * Only the number of requests is limited here; wrong passwords are counted in the database.
 * Malformed requests and unknown routes count, too; a request that was queued has already been
 * counted.
 */
static enum err check_rate_limits(struct call *c)
{
	const struct conf *conf = c->cx->conf;
	int flags = c->route ? c->route->flags : 0;

	if (!conf->rate_limit || c->cx->limits == NULL || (flags & UNLIMITED) || c->req->waited_us)
		return OK;
	TRY(count_request(c, "requests", COUNT_LIMIT_REQUESTS, conf->rate_limit_requests));
	c->cx->counted_as_write = flags & WRITES;
	return flags & WRITES
	    ? count_request(c, "writes", COUNT_LIMIT_WRITES, conf->rate_limit_writes)
	    : OK;
}

static void note_session_asks(struct cx *cx, const struct session *s)
{
	cx->asker = s->key;
	cx->asker_known = true;
}

/* If the session is unconfirmed, its actor's home server is asked first whether it still vouches
 * for the session. */
static enum err find_caller(struct call *c, struct str token, struct session **out)
{
	bool solution = session_needs_solution(c->cx, operation_policy(c->route));

	TRY(session_find(c->cx, token, solution, out));
	note_session_asks(c->cx, *out);
	if (!(*out)->unconfirmed)
		return OK;
	TRY(foreign_session_confirm(c->cx, (*out)->fid));
	return session_find(c->cx, token, solution, out);
}

/*
 * The handler of an AUTH_INLINE route looks the session up in its own statement, to save a round
 * trip. If the request has a body or a query, the session is looked up here first, so that only the
 * owner of a session reaches the parser.
 */
static enum err authenticate_caller(struct call *c)
{
	struct str token = http_bearer(c->req->authorization);
	struct session *s = NULL;

	if (c->route->auth == AUTH_NONE)
		return OK;
	if (c->route->auth == AUTH_INLINE)
		TRY(session_hash_token(c->cx, token, &c->token_hash));
	if (c->route->auth == AUTH_INLINE && c->req->body.n == 0 && c->req->query.n == 0)
		return OK;
	enum err e = find_caller(c, token, &s);
	if (e == ERR_UNAUTHORIZED && token.n && (c->route->flags & ROTATES)) {
		TRY(session_find_rotated(c->cx, token, &s));
		note_session_asks(c->cx, s);
		e = OK;
	}
	c->who = s;
	return e;
}

/* The statement of an AUTH_INLINE route does not find a session that is unconfirmed or has ended.
 * So look the session up here: return the error that says why, or, if the session is confirmed now,
 * run the handler again. */
static enum err run_handler(struct call *c)
{
	enum err e = c->route->fn(c);
	struct session *s;

	if (e != ERR_UNAUTHORIZED || c->route->auth != AUTH_INLINE || c->who)
		return e;
	TRY(find_caller(c, http_bearer(c->req->authorization), &s));
	c->who = s;
	return c->route->fn(c);
}

/* Decode X-P2-Sensitive-Solution. A solution with characters that a header cannot carry comes in
 * the form of RFC 8187: utf-8'language'percent-encoded. */
static enum err decode_solution(struct call *c, struct str *out)
{
	struct str rest, charset, language, text;

	*out = c->req->solution;
	if (!str_cut(*out, '\'', &charset, &rest) || !str_ieq(charset, STR("utf-8")) ||
	    !str_cut(rest, '\'', &language, &text))
		return OK;
	if (form_decode(c->cx->mem, text, false, out) && utf8_ok(*out))
		return OK;
	return refuse(c->cx, ERR_BAD_REQUEST, "X-P2-Sensitive-Solution",
	    "X-P2-Sensitive-Solution begins with utf-8'', so its rest must be percent-encoded "
	    "UTF-8 (RFC 8187).");
}

static enum err authorise_caller(struct call *c)
{
	struct str solution;

	if (c->who && (c->route->auth == AUTH_SESSION || c->route->auth == AUTH_ADMIN))
		TRY(session_require_home(c->cx, c->who));
	if (c->route->auth == AUTH_ADMIN && !c->who->admin)
		return refuse(c->cx, ERR_NOT_ADMIN, "", "%s", err_text(ERR_NOT_ADMIN));
	/* It was checked, and perhaps used up, when the earlier try ended the token. */
	if (c->who && c->who->rotated)
		return OK;
	TRY(decode_solution(c, &solution));
	return session_check_solution(
	    c->cx, c->who, solution, c->req->remote, operation_policy(c->route));
}

static enum err decode_input(struct call *c)
{
	const struct shape *sh = c->route->body;

	if (sh->size == 0)
		return OK;
	c->in = arena_alloc(c->cx->mem, sh->size);
	return shape_request(c->cx, sh, c->req->query, c->req->body, c->in);
}

/* Refuse a body with a content coding. Accept-Encoding in the answer says what this server takes
 * (RFC 9110 15.5.16). */
static enum err check_content_encoding(struct call *c)
{
	struct str encoding = c->req->content_encoding;

	if (c->req->body.n == 0 || encoding.n == 0 || str_ieq(encoding, STR("identity")))
		return OK;
	return refuse(c->cx, ERR_ENCODING, "", "%s", err_text(ERR_ENCODING));
}

static enum err answer_options(struct call *c)
{
	http_set(c->cx, c->resp, "Allow", "%.*s", (int)c->allow.n, c->allow.s);
	return reply_empty(c, 204);
}

/* core 3.1 also writes paths without a version (/.p2/core/…): they mean v1. */
static void insert_core_version(struct strs *segs)
{
	if (segs->n < 3 || segs->n == HTTP_SEGMENTS || !str_is(segs->v[0], ".p2") ||
	    !str_is(segs->v[1], "core") || str_is(segs->v[2], "v1"))
		return;
	memmove(segs->v + 3, segs->v + 2, (segs->n - 2) * sizeof *segs->v);
	segs->v[2] = STR("v1");
	segs->n++;
}

static enum err find_route(struct call *c, struct http_req *q)
{
	struct cx *cx = c->cx;

	if (q->malformed)
		return refuse(cx, q->headers_too_large ? ERR_HEADERS_TOO_LARGE : ERR_BAD_REQUEST,
		    "", "%s", q->malformed);
	TRY(http_target(cx, cx->conf->base_path, q));
	insert_core_version(&q->segs);
	return router_match(
	    cx, api_tables, api_sizes, api_ntables, q, &c->route, c->path, &c->allow);
}

static enum err serve_route(struct call *c, struct http_req *q)
{
	enum err found = find_route(c, q);

	c->gen = generation_of(q, c->cx->conf->default_generation);
	meter_route(&c->cx->meter, api_route_number(c->route));
	TRY(check_rate_limits(c));
	TRY(found);
	if (c->route == NULL)
		return answer_options(c);
	TRY(check_body_size(c));
	TRY(check_content_encoding(c));
	if (!(c->route->flags & ALONE))
		TRY(fit_check(c->cx));
	TRY(authenticate_caller(c));
	TRY(authorise_caller(c));
	TRY(decode_input(c));
	return run_handler(c);
}

/* If the database was asked, its clock may be why something is unknown, expired or not valid yet.
 * Then a wrong clock must not refuse the request. */
static enum err check_refusal(struct cx *cx, enum err e)
{
	const struct fail why = cx->why;

	if (cx->meter.count[COUNT_DB_ROUND_TRIP] == 0 ||
	    (err_status(e) != 401 && err_status(e) != 403))
		return e;
	TRY(clocks_check(cx));
	cx->why = why;
	return e;
}

void api_serve(struct cx *cx, const struct http_req *q, struct http_resp *r)
{
	struct http_req req = *q;
	struct call c = { .cx = cx, .req = &req, .resp = r, .allow = STR("") };
	cx->retry_after = 0;
	cx->sent_names = NULL;
	cx->asker = cx->address = limits_address_key(cx->mem, req.remote);
	cx->asker_known = cx->counted_as_write = false;
	enum err e = serve_route(&c, &req);

	e = check_refusal(cx, e);
	if (e != OK)
		reply_error(&c, e);
	cors_apply(cx, &req, r, c.allow);
	http_set(cx, r, "X-Request-Id", "%.*s", (int)req.request_id.n, req.request_id.s);
	http_set(cx, r, "X-Content-Type-Options", "nosniff");
	cx->meter.err = (int)e;
}
