#include "ctl/selftest/selftest.h"
#include "text/origin.h"
#include "text/url.h"
#include <json-c/json.h>

/* The first step: find the API as a client does that knows only the domain. */
static const char well_known[] = "/.well-known/polyproto-core";
static const char api_tail[] = "/.p2/core/";
enum { MAX_REDIRECTS = 3 };

/* Tell whether the answer is a redirect; if so, set *origin and *target to where it leads. */
static bool follow_redirect(
    struct arena *mem, const struct net_answer *t, const char **origin, const char **target)
{
	struct str to = net_ask_header(t, "Location", NULL);
	struct url u;

	if (t->why[0] || t->status < 301 || t->status > 308 || to.n == 0)
		return false;
	if (url_split(to, &u)) {
		*origin = arena_dup(mem, to.s, to.n - u.rest.n);
		to = u.rest;
	}
	*target = str_z(mem, to);
	return to.n && to.s[0] == '/';
}

static void ask_well_known(struct selftest *t, const char *base, struct net_answer *a)
{
	const char *origin = t->d.web->origin,
		   *target = arena_printf(t->d.mem, "%s%s", base, well_known);
	int redirects = 0;

	do {
		const struct net_ask q = { .origin = origin, .method = "GET", .target = target };
		doctor_web_send_raw(&t->d, &q, a);
	} while (redirects++ < MAX_REDIRECTS && follow_redirect(t->d.mem, a, &origin, &target));
}

/* Read the member `api` of the answer; its n is 0 if the answer has none. */
static struct str read_api_url(struct selftest *t, const struct net_answer *a)
{
	struct cx *cx = &t->d.c->cx;
	struct json_object *o = NULL;

	if (a->why[0] || a->status != 200 || json_parse(cx, a->body, &o) != OK)
		o = NULL;
	cx->why = (struct fail){ .err = OK };
	return json_get_str(json_object_object_get(o, "api"));
}

static bool is_same_origin(struct arena *mem, const char *a, struct str b)
{
	struct str x, y;

	return origin_read(mem, str_of(a), ORIGIN_HTTP | ORIGIN_ADDRESS, &x) == NULL &&
	    origin_read(mem, b, ORIGIN_HTTP | ORIGIN_ADDRESS, &y) == NULL && str_eq(x, y);
}

/* Send all further requests to the address in `api`. An address on another host is not tested: it
 * may belong to another server. */
static enum err adopt_api_url(struct selftest *t, struct str api)
{
	const size_t tail = strlen(api_tail);
	struct url u;

	if (!url_split(api, &u) || u.rest.n < tail ||
	    memcmp(u.rest.s + u.rest.n - tail, api_tail, tail) != 0)
		return fail(&t->d.c->cx, ERR_INTERNAL,
		    "%s: api is \"%.*s\", which is not a URL that ends in %s", well_known,
		    (int)api.n, api.s, api_tail);
	t->d.web->base = arena_dup(t->d.mem, u.rest.s, u.rest.n - tail);
	if (!is_same_origin(t->d.mem, t->d.web->origin, (struct str){ api.s, api.n - u.rest.n }))
		t->unseen = arena_printf(t->d.mem, "clients use %.*s, but this test used %s%s",
		    (int)api.n, api.s, t->d.web->origin, t->d.web->base);
	return OK;
}

static enum err find_api(struct selftest *t)
{
	const char *base = t->d.web->base;
	struct net_answer a, below;

	ask_well_known(t, "", &a);
	struct str api = read_api_url(t, &a);
	if (api.n == 0 && base[0]) {
		ask_well_known(t, base, &below);
		api = read_api_url(t, &below);
		t->unseen = arena_printf(t->d.mem,
		    "clients that know only the domain find no API: %s%s does not lead to the API",
		    t->d.web->origin, well_known);
	}
	if (api.n)
		return adopt_api_url(t, api);
	if (a.why[0])
		return fail(&t->d.c->cx, ERR_INTERNAL, "%s%s: no answer: %s", t->d.web->origin,
		    well_known, a.why);
	return fail(&t->d.c->cx, ERR_INTERNAL, "GET %s%s returned %d without the URL of the API",
	    t->d.web->origin, well_known, a.status);
}

enum err selftest_discover(struct selftest *t)
{
	enum err e = find_api(t);

	t->note = t->unseen;
	return e;
}
