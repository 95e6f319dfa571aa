#include "ctl/doctor/doctor_web.h"
#include "base/clock.h"

/* Checks of the web server: TLS, base_path, error bodies, CORS headers. */
enum { TLS_DAY_S = 86400, TLS_WARN_DAYS = 14 };

/* An invalid certificate is reported by web.tls only; the other checks go on without it. */
static void send_first_request(struct doctor *d)
{
	struct doctor_web *w = d->web;
	struct doctor_web_request a = { .target = "/healthz" };

	doctor_web_send(d, &a, &w->first);
	if (!w->first.untrusted)
		return;
	w->untrusted = arena_dup(d->mem, w->first.why, strlen(w->first.why));
	w->ignore_cert = true;
	doctor_web_send(d, &a, &w->first);
}

static struct doctor_verdict check_web_answers(struct doctor *d, const struct doctor_check *k)
{
	struct doctor_web *w = d->web;

	send_first_request(d);
	w->server = str_z(d->mem, net_ask_header(&w->first, "Server", NULL));
	if (w->first.why[0])
		return doctor_bad(d,
		    doctor_web_find_fix(d, w->first.local[0] ? "web.silent" : "web.answer"),
		    "%s does not answer: %s", d->url, w->first.why);
	if (w->first.status == 404 &&
	    str_is(net_ask_header(&w->first, "X-P2-Error", NULL), "P2CORE_NO_SUCH_ROUTE"))
		return doctor_bad(d, doctor_web_find_fix(d, "web.base"),
		    "motetd has no route %s/healthz: base_path in this configuration is \"%s\"",
		    d->url, d->c->conf->base_path);
	if (strcmp(d->c->conf->base_path, w->base) != 0 &&
	    (w->first.status == 404 || w->first.status == 403))
		return doctor_bad(d, doctor_web_find_fix(d, "web.base"),
		    "%s/healthz returns %d; base_path in this configuration is \"%s\"", d->url,
		    w->first.status, d->c->conf->base_path);
	if (w->first.status != 200 || !str_starts(w->first.body, "{\"status\":\"ok\"}"))
		return doctor_web_fault(d, k,
		    "%s/healthz returns %d, but the answer is not from motetd", d->url,
		    w->first.status);
	return doctor_good(d, "motetd answers through %s in %.1f ms",
	    w->server[0] ? w->server : "the web server", (double)w->first.us / 1000);
}

static struct doctor_verdict check_web_tls(struct doctor *d, const struct doctor_check *k)
{
	const struct doctor_web *w = d->web;

	if (w->untrusted)
		return doctor_web_fault(d, k, "the TLS certificate is not valid: %s", w->untrusted);
	if (w->tls)
		return doctor_good(d, "the TLS certificate is valid for this name");
	if (w->local)
		return doctor_good(d, "the connection has no TLS, but it does not leave this host");
	return doctor_warn(d,
	    "give an https:// URL, and redirect http:// to https:// in the web server",
	    "no TLS on the connection: anyone on the network path can read tokens and passwords");
}

static struct doctor_verdict check_tls_days(struct doctor *d, const struct doctor_check *k)
{
	long long days = (long long)(d->web->first.cert_ends - clock_now()) / TLS_DAY_S;

	if (d->web->first.cert_ends == 0)
		return doctor_skipped(
		    d, "TLS certificate expiry not checked: no TLS, or libcurl does not report it");
	if (days < TLS_WARN_DAYS)
		return doctor_warn(d, doctor_web_find_fix(d, k->id),
		    "the TLS certificate expires in %lld days", days);
	return doctor_good(d, "the TLS certificate expires in %lld days", days);
}

static struct doctor_verdict check_base_path(struct doctor *d, const struct doctor_check *k)
{
	const char *conf = d->c->conf->base_path, *base = d->web->base;

	if (strcmp(conf, base) != 0)
		return doctor_web_fault(
		    d, k, "base_path is \"%s\", but the path of the URL is \"%s\"", conf, base);
	return doctor_good(d, "base_path \"%s\" is the path of the URL", conf);
}

/* Other servers ask for /.well-known/polyproto-core at the root of the host, whatever base_path is,
 * and follow redirects. */
static struct doctor_verdict check_well_known(struct doctor *d, const struct doctor_check *k)
{
	const struct conf *c = d->c->conf;
	const struct net_ask q = { .origin = d->web->origin,
		.method = "GET",
		.target = "/.well-known/polyproto-core",
		.anyhow = d->web->ignore_cert };
	struct str want =
	    str_of(arena_printf(d->mem, "\"api\":\"%s%s/.p2/core/\"", c->public_url, c->base_path));
	struct net_answer t;

	doctor_web_send_raw(d, &q, &t);
	if (t.status >= 301 && t.status <= 308)
		return doctor_good(d, "/.well-known/polyproto-core redirects to %s",
		    str_z(d->mem, net_ask_header(&t, "Location", NULL)));
	if (t.why[0] || t.status != 200 || memmem(t.body.s, t.body.n, want.s, want.n) == NULL)
		return doctor_web_fault(d, k,
		    "/.well-known/polyproto-core returns %d without the API URL %s%s/.p2/core/",
		    t.status, c->public_url, c->base_path);
	return doctor_good(d, "/.well-known/polyproto-core contains the API URL");
}

static struct doctor_verdict check_error_answers(struct doctor *d, const struct doctor_check *k)
{
	struct doctor_web_request a = { .target = "/.motet/v1/there-is-no-such-route" };
	struct net_answer t;

	doctor_web_send(d, &a, &t);
	if (t.status != 404 ||
	    !str_is(net_ask_header(&t, "X-P2-Error", NULL), "P2CORE_NO_SUCH_ROUTE") ||
	    !str_starts(t.body, "{"))
		return doctor_web_fault(
		    d, k, "motetd's 404 arrives as %d, without motetd's error body", t.status);
	return doctor_good(d, "motetd's errors arrive unchanged");
}

static struct doctor_verdict check_preflight_answer(struct doctor *d, const struct doctor_check *k)
{
	static const char *const headers[] = { "Origin: https://app.example",
		"Access-Control-Request-Method: POST",
		"Access-Control-Request-Headers: authorization, content-type", NULL };
	struct doctor_web_request a = { .q = { .method = "OPTIONS", .headers = headers },
		.target = "/.p2/core/v1/session/trust" };
	struct net_answer t;

	doctor_web_send(d, &a, &t);
	struct str allow = net_ask_header(&t, "Access-Control-Allow-Methods", NULL);
	bool fine = t.status / 100 == 2 && allow.n && memmem(allow.s, allow.n, "POST", 4);
	if (!fine || net_ask_header(&t, "Access-Control-Allow-Headers", NULL).n == 0)
		return doctor_web_fault(d, k, "a CORS preflight gets %d%s", t.status,
		    allow.n ? "" : " without Access-Control-Allow-Methods");
	return doctor_good(d, "a CORS preflight is answered");
}

static struct doctor_verdict check_allow_origin(struct doctor *d, const struct doctor_check *k)
{
	static const char *const headers[] = { "Origin: https://app.example", NULL };
	struct doctor_web_request a = { .q = { .headers = headers },
		.target = "/.p2/core/v1/idcert/server" };
	struct net_answer t;
	int n;

	doctor_web_send(d, &a, &t);
	struct str value = net_ask_header(&t, "Access-Control-Allow-Origin", &n);
	if (n != 1 || !str_is(value, "*"))
		return doctor_web_fault(d, k,
		    "Access-Control-Allow-Origin occurs %d times; it must occur once, with the "
		    "value *",
		    n);
	return doctor_good(d, "browsers of every origin can read the answers");
}

static struct doctor_verdict check_same_database(struct doctor *d, const struct doctor_check *k)
{
	struct doctor_web_request a = { .target = "/same" };
	struct net_answer t;
	struct doctor_echo e;
	const char *wrong = doctor_web_probe(d, &a, &t, &e);

	if (t.status == 503)
		return doctor_bad(d, doctor_web_find_fix(d, "web.away"),
		    "the database behind that URL is unknown: a probe got %s", wrong);
	return wrong
	    ? doctor_web_fault(d, k,
		  "motetd at that URL does not use the database of this configuration: a probe "
		  "got %s",
		  wrong)
	    : doctor_good(d, "motetd at that URL uses the database of this configuration");
}

const struct doctor_check doctor_web_checks[] = {
	{ "web.reach", "web server", "the web server", check_web_answers, HAVE_DOMAIN, HAVE_WEB,
	    NULL },
	{ "web.tls", "web server", "TLS", check_web_tls, HAVE_WEB, 0, NULL },
	{ "web.tls.days", "web server", "the TLS certificate", check_tls_days, HAVE_WEB, 0, NULL },
	{ "web.base", "web server", "base_path", check_base_path, HAVE_WEB, 0, NULL },
	{ "web.known", "web server", "/.well-known", check_well_known, HAVE_WEB, 0, NULL },
	{ "web.errors", "web server", "error answers", check_error_answers, HAVE_WEB, 0, NULL },
	{ "web.cors", "web server", "CORS preflight", check_preflight_answer, HAVE_WEB, 0, NULL },
	{ "web.origin", "web server", "CORS headers", check_allow_origin, HAVE_WEB, 0, NULL },
	{ "web.same", "web server", "the database behind it", check_same_database,
	    HAVE_WEB | HAVE_SCHEMA, HAVE_PROBE, NULL },
	{ NULL, NULL, NULL, NULL, 0, 0, NULL },
};
