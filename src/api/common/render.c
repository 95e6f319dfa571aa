#include "api/common/render.h"
#include "base/conf.h"
#include "x509/cacheable.h"
#include "crypto/hash.h"
#include "text/encoding.h"
#include <json-c/json.h>

enum err reply_text(struct call *c, int status, const char *type, struct str body)
{
	c->resp->status = status;
	c->resp->body = body;
	http_set(c->cx, c->resp, "Content-Type", "%s", type);
	http_set(c->cx, c->resp, "Cache-Control", "no-store");
	return OK;
}

enum err reply_json(struct call *c, int status, struct json_object *o)
{
	return reply_text(c, status, "application/json", json_text(c->cx, o));
}

enum err reply_empty(struct call *c, int status)
{
	c->resp->status = status;
	c->resp->body = (struct str){ "", 0 };
	http_set(c->cx, c->resp, "Cache-Control", "no-store");
	return OK;
}

/* Does the ETag match If-None-Match, a list of entity tags, compared weakly, or "*" (RFC 9110
 * 13.1.2)? */
static bool matches_etag(struct str if_none_match, const char *etag)
{
	struct str one, rest = if_none_match;

	while (str_next_word(&rest, &one)) {
		if (str_starts(one, "W/"))
			one = str_from(one, 2);
		if (str_is(one, etag) || str_is(one, "*"))
			return true;
	}
	return false;
}

enum err reply_public(struct call *c, const char *type, struct str body, const char *cache)
{
	uint8_t hash[HASH_BYTES];
	const char *etag;

	reply_text(c, 200, type, body);
	http_set(c->cx, c->resp, "Vary", "Accept");
	if (c->req->body.n)
		return OK;
	sha256_list((const struct str[]){ str_of(type), body }, 2, hash);
	etag =
	    arena_printf(c->cx->mem, "\"%s\"", hex_encode(c->cx->mem, (struct blob){ hash, 16 }).s);
	http_set(c->cx, c->resp, "ETag", "%s", etag);
	http_set(c->cx, c->resp, "Cache-Control", "%s", cache);
	if (matches_etag(c->req->if_none_match, etag)) {
		http_unset(c->resp, "Content-Type");
		c->resp->status = 304;
		c->resp->body = (struct str){ "", 0 };
	}
	return OK;
}

/* On the routes with NO_BODY_ON_ERROR, a 404, 409 or 413 of alpha.8 has no body; X-P2-Error still
 * has the code. */
static bool is_bodiless_error(const struct call *c, int status)
{
	return c->route && (c->route->flags & NO_BODY_ON_ERROR) &&
	    (status == 404 || status == 409 || status == 413);
}

static bool is_fault_of_other_server(enum err e)
{
	return e == ERR_HOME_UNREACHABLE || e == ERR_HOME_INVALID || e == ERR_NOT_FEDERATED ||
	    e == ERR_BAD_CERT;
}

static void set_error_headers(struct call *c, enum err e)
{
	struct cx *cx = c->cx;
	bool sent = http_bearer(c->req->authorization).n > 0;

	http_set(cx, c->resp, "X-P2-Error", "%s", err_code(e));
	if (err_status(e) == 401)
		http_set(cx, c->resp, "WWW-Authenticate", "Bearer realm=\"%s\"%s", cx->conf->domain,
		    sent ? ", error=\"invalid_token\"" : "");
	if (e == ERR_METHOD)
		http_set(cx, c->resp, "Allow", "%.*s", (int)c->allow.n, c->allow.s);
	if (e == ERR_ENCODING)
		http_set(cx, c->resp, "Accept-Encoding", "identity");
	if (err_status(e) == 429 || err_status(e) == 503 ||
	    (is_fault_of_other_server(e) && cx->retry_after))
		http_set(cx, c->resp, "Retry-After", "%lld",
		    cx->retry_after ? (long long)cx->retry_after : 2);
}

/* Add the members of RFC 9457, and `namespace`, which polyproto adds. The page that `type` points
 * to is made from the same rows of err.def (describe/page_html.c). */
static void add_problem_details(struct call *c, enum err e, const char *say, struct json_object *o)
{
	const struct conf *conf = c->cx->conf;

	json_object_object_add(o, "type",
	    json_object_new_string(arena_printf(
		c->cx->mem, "%s%s/#%s", conf->public_url, conf->base_path, err_code(e))));
	json_object_object_add(o, "title", json_object_new_string(err_text(e)));
	json_object_object_add(o, "status", json_object_new_int(err_status(e)));
	json_object_object_add(o, "detail", json_object_new_string(say));
	json_object_object_add(o, "instance", json_from_str(c->req->request_id));
	json_object_object_add(
	    o, "namespace", json_object_new_string("https://polyproto.org/core"));
}

/* core/ has one name for each member: return the name that the client used. An error of core/ may
 * name the actor in the path `user_id` although the pattern of the route names it `fid`. */
static const char *name_field(const struct call *c, const char *field)
{
	if (strcmp(field, "user_id") == 0 && c->route && strstr(c->route->path, "{fid}"))
		return "fid";
	return shape_sent_name(c->cx, field);
}

/* The error list of mls alpha.4 says which KeyPackage is faulty, and why. The error that is written
 * here is not about a single KeyPackage, so its `id` is empty. */
static struct json_object *list_error(struct json_object *error)
{
	struct json_object *list = json_object_new_array(), *o = json_object_new_object(), *why;

	json_object_object_get_ex(error, "message", &why);
	json_object_object_add(o, "id", json_object_new_string(""));
	json_object_object_add(o, "reason", json_object_get(why));
	json_object_array_add(list, o);
	json_object_put(error);
	return list;
}

static bool is_list_error(const struct call *c, enum err e)
{
	return err_status(e) == 400 && c->route && (c->route->flags & LIST_ON_ERROR);
}

static const char *name_error_type(const struct call *c, enum err e)
{
	return is_list_error(c, e) || http_accepts(c->req->accept, "application/json")
	    ? "application/json"
	    : "application/problem+json";
}

void reply_error(struct call *c, enum err e)
{
	const struct fail *why = &c->cx->why;
	const char *say = why->say[0] ? why->say : err_text(e);
	struct json_object *o = json_object_new_object();

	c->resp->nheaders = 0;
	add_problem_details(c, e, say, o);
	json_object_object_add(o, "errcode", json_object_new_int(err_status(e)));
	json_object_object_add(o, "error", json_object_new_string(err_code(e)));
	json_object_object_add(o, "message", json_object_new_string(say));
	if (why->field[0])
		json_object_object_add(
		    o, "field", json_object_new_string(name_field(c, why->field)));
	if (e == ERR_EVENTS_GONE)
		json_object_object_add(o, "after",
		    json_object_new_string(
			arena_printf(c->cx->mem, "%lld", (long long)c->cx->events_after)));
	if (is_list_error(c, e))
		o = list_error(o);
	if (is_bodiless_error(c, err_status(e))) {
		json_object_put(o);
		reply_empty(c, err_status(e));
	} else {
		reply_text(c, err_status(e), name_error_type(c, e), json_text(c->cx, o));
		http_set(c->cx, c->resp, "Vary", "Accept");
	}
	set_error_headers(c, e);
}

enum err reply_grant(struct call *c, const struct grant *g)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "id_cert", json_from_str(g->id_cert));
	json_object_object_add(o, "idCert", json_from_str(g->id_cert));
	if (g->token.n)
		json_object_object_add(o, "token", json_from_str(g->token));
	return reply_json(c, 201, o);
}

struct json_object *render_cacheable(const struct call *c, const struct published *p)
{
	return cacheable_json(c->cx, p->cert, &p->claim, p->sig, c->gen.strings);
}

enum err reply_cacheable(struct call *c, struct json_object *o)
{
	reply_public(c, "application/json", json_text(c->cx, o), CACHE_REVALIDATE);
	http_set(c->cx, c->resp, "Vary", "Accept, User-Agent");
	return OK;
}

struct json_object *render_number(const struct call *c, int64_t v)
{
	return c->gen.strings
	    ? json_object_new_string(arena_printf(c->cx->mem, "%lld", (long long)v))
	    : json_object_new_int64(v);
}
