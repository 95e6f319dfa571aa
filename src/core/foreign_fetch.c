#include "core/foreign_fetch.h"
#include "base/ascii.h"
#include "base/fetch.h"
#include "text/fid.h"
#include "text/form.h"
#include "text/origin.h"
#include "text/url.h"
#include "json/shape.h"
#include "core/foreign_verify.h"

enum { WELL_KNOWN_REDIRECTS = 2 };

struct well_known_api {
	struct str api;
};
ROW(well_known_api, F_STR(well_known_api, api, .flags = REQUIRED, .min = 1, .max = 1024));

/* `missing`: the error for a status other than 200, 429 and 5xx. */
static enum err fetch_body(
    struct cx *cx, struct str url, int redirects, enum err missing, struct fetch_reply *r)
{
	*r = (struct fetch_reply){ .status = 0 };
	if (cx->fetch == NULL)
		return fail(
		    cx, ERR_HOME_UNREACHABLE, "this program sends no requests to other servers");
	TRY(cx->fetch->get(cx, cx->fetch, url, redirects, r));
	if (r->status == 200)
		return OK;
	if (r->status == 429 || r->status >= 500)
		return refuse(cx, ERR_HOME_UNREACHABLE, "",
		    "The other server failed (status %d); try again in a moment.", r->status);
	return refuse(
	    cx, missing, "", "The other server has no such route (status %d).", r->status);
}

static struct str join_url(struct cx *cx, struct str base, const char *path)
{
	return str_of(arena_printf(cx->mem, "%.*s%s", (int)base.n, base.s, path));
}

static enum err fetch_server_cert(
    struct cx *cx, struct str api, const char *path, struct str domain, struct home_server *h)
{
	struct fetch_reply r;

	enum err e = fetch_body(cx, join_url(cx, api, path), 0, ERR_NOT_FEDERATED, &r);
	h->reached = r.reached;
	h->tried = r.tried;
	h->named = r.named;
	TRY(e);
	e = cacheable_read(cx, r.body, &h->server);
	if (e == ERR_HOME_INVALID)
		return refuse(cx, ERR_NOT_FEDERATED, "", "That server does not speak polyproto.");
	TRY(e);
	h->api = api;
	return foreign_verify_server(
	    cx, &h->server, domain.n ? domain : h->server.cert.domain, h->server.cert.key, cx->now);
}

static bool is_api_path_char(char c)
{
	return ascii_is_alnum(c) || ascii_is_one_of(c, "-._~/");
}

static struct str cut_suffix(struct str s, const char *end)
{
	size_t n = strlen(end);

	return s.n >= n && memcmp(s.s + s.n - n, end, n) == 0 ? (struct str){ s.s, s.n - n } : s;
}

/* Read the address of the API. The scheme, the final slash and v1 are optional in the address. */
static enum err read_api_address(struct cx *cx, struct str said, struct str *api)
{
	struct str text = str_trim(said), path, origin;
	struct url u;

	if (!url_split(text, &u)) {
		text = join_url(cx, STR("https://"), str_z(cx->mem, text));
		url_split(text, &u);
	}
	path = str_starts(u.rest, "/") ? str_from(u.rest, 1) : u.rest;
	text.n -= u.rest.n;
	if (origin_read(cx->mem, text, 0, &origin) != NULL || !ascii_all(path, is_api_path_char))
		return refuse(cx, ERR_NOT_FEDERATED, "",
		    "The API address in that server's /.well-known/polyproto-core is not an https "
		    "URL.");
	path = cut_suffix(cut_suffix(cut_suffix(path, "/"), "v1"), "/");
	*api = str_of(arena_printf(
	    cx->mem, "%s/%.*s%s", str_z(cx->mem, origin), (int)path.n, path.s, path.n ? "/" : ""));
	return OK;
}

static enum err fetch_well_known(struct cx *cx, struct str origin, struct str *api)
{
	struct json_object *o;
	struct well_known_api w = { { NULL, 0 } };
	struct fetch_reply r;

	TRY(fetch_body(cx, join_url(cx, origin, "/.well-known/polyproto-core"),
	    WELL_KNOWN_REDIRECTS, ERR_NOT_FEDERATED, &r));
	if (json_parse(cx, r.body, &o) != OK ||
	    shape_decode(cx, &well_known_api_shape, o, &w) != OK)
		return refuse(cx, ERR_NOT_FEDERATED, "", "That server does not speak polyproto.");
	return read_api_address(cx, w.api, api);
}

/* After one of these errors, ask .well-known where the polyproto server is: what runs at the domain
 * itself may be any web server, which may answer anything or close the connection. A server that
 * accepts no connection does not serve .well-known either. */
static bool may_be_elsewhere(enum err e, const struct home_server *h)
{
	return e == ERR_NOT_FEDERATED || e == ERR_BAD_CERT || e == ERR_HOME_INVALID ||
	    (e == ERR_HOME_UNREACHABLE && h->reached);
}

static enum err find_home_at_origin(
    struct cx *cx, struct str origin, struct str domain, struct home_server *h)
{
	struct str api = join_url(cx, origin, "/.p2/core/");
	enum err e = fetch_server_cert(cx, api, "v1/idcert/server", domain, h);

	return e == ERR_NOT_FEDERATED ? fetch_server_cert(cx, api, "v1/idcert/server/", domain, h)
				      : e;
}

static enum err find_home_by_well_known(
    struct cx *cx, struct str origin, struct str domain, struct home_server *h)
{
	struct str api;

	TRY(fetch_well_known(cx, origin, &api));
	enum err e = fetch_server_cert(cx, api, "v1/idcert/server", domain, h);
	return e == ERR_NOT_FEDERATED ? fetch_server_cert(cx, api, "v1/idcert/server/", domain, h)
				      : e;
}

enum err foreign_fetch_home(
    struct cx *cx, struct str origin, struct str domain, struct home_server *h)
{
	*h = (struct home_server){ .remembered = false };
	enum err e = find_home_at_origin(cx, origin, domain, h);
	if (e == OK || !may_be_elsewhere(e, h))
		return e;
	struct fail first = cx->why;
	enum err f = find_home_by_well_known(cx, origin, domain, h);
	if (f != ERR_NOT_FEDERATED)
		return f;
	cx->why = first;
	return e;
}

enum err foreign_fetch_server_at(
    struct cx *cx, const struct home_server *h, int64_t at, struct cacheable *out)
{
	const char *bare = arena_printf(cx->mem, "v1/idcert/server?timestamp=%lld", (long long)at);
	const char *slash =
	    arena_printf(cx->mem, "v1/idcert/server/?timestamp=%lld", (long long)at);
	struct fetch_reply r;

	enum err e = fetch_body(cx, join_url(cx, h->api, bare), 0, ERR_NOT_FEDERATED, &r);
	if (e == ERR_NOT_FEDERATED)
		e = fetch_body(cx, join_url(cx, h->api, slash), 0, ERR_HOME_INVALID, &r);
	return e == OK ? cacheable_read(cx, r.body, out) : e;
}

static void put_query_time(struct buf *b, const char *name, int64_t t)
{
	if (t >= 0)
		buf_printf(b, "&%s=%lld", name, (long long)t);
}

enum err foreign_fetch_actor(struct cx *cx, struct home_server *h, struct str fid,
    const struct cert_filter *f, struct strs *out)
{
	struct buf b = { .mem = cx->mem }, q = { .mem = cx->mem };
	struct fetch_reply r;
	struct str query;

	if (f->session_id.n) {
		buf_z(&q, "&session_id=");
		form_encode(&q, f->session_id, "");
	}
	put_query_time(&q, "timestamp", f->at);
	put_query_time(&q, "notBefore", f->not_before);
	put_query_time(&q, "notAfter", f->not_after);
	query = buf_done(&q);
	buf_str(&b, h->api);
	buf_z(&b, "v1/idcert/actor/");
	buf_str(&b, fid);
	if (query.n) {
		buf_z(&b, "?");
		buf_str(&b, str_from(query, 1));
	}
	enum err e = fetch_body(cx, buf_done(&b), 0, ERR_NOT_FOUND, &r);
	h->tried = r.tried;
	h->named = r.named;
	if (e == ERR_NOT_FOUND)
		return refuse(cx, ERR_NOT_FOUND, "fid", "The home server has no actor %.*s.",
		    (int)fid.n, fid.s);
	TRY(e);
	return cacheable_split(cx, r.body, out);
}
