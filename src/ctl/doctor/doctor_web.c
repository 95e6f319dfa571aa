#include "ctl/doctor/doctor_web.h"
#include "base/clock.h"
#include "crypto/hash.h"
#include "json/shape.h"
#include "text/encoding.h"
#include "core/probe.h"
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <stdio.h>

/* Through the web server, as a client sees it. */
enum { TLS_DAY_S = 86400, TLS_WARN_DAYS = 14, LARGEST_BODY = 1048576, LONG_ANSWER = 1000000 };
static const char documentation_address[] = "192.0.2.77"; /* RFC 5737: nobody's */

static struct doctor_verdict report_web_fault(
    struct doctor *d, const struct doctor_check *k, const char *what)
{
	if (d->web->limited)
		return doctor_bad(d,
		    doctor_web_find_fix(d,
			d->web->limited == DOCTOR_WEB_LIMITED ? "web.limited"
							      : "web.limited_before"),
		    "%s could not be looked at: this address has sent too many requests", k->text);
	return doctor_bad(d, doctor_web_find_fix(d, k->id), "%s", what);
}

#define WEB_FAULT(d, k, ...) report_web_fault((d), (k), arena_printf((d)->mem, __VA_ARGS__))

/* A certificate that is not good is one line of its own; everything else is looked at all the same.
 */
static void send_first_request(struct doctor *d)
{
	struct doctor_web *w = d->web;
	struct doctor_web_request a = { .target = "/healthz" };

	doctor_web_send(d, &a, &w->first);
	if (!w->first.untrusted)
		return;
	w->untrusted = arena_dup(d->mem, w->first.why, strlen(w->first.why));
	w->anyhow = true;
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
		    "motetd has no route %s/healthz: base_path of this configuration is \"%s\"",
		    d->url, d->c->conf->base_path);
	if (strcmp(d->c->conf->base_path, w->base) != 0 &&
	    (w->first.status == 404 || w->first.status == 403))
		return doctor_bad(d, doctor_web_find_fix(d, "web.base"),
		    "%s/healthz is answered with %d; base_path of this configuration is \"%s\"",
		    d->url, w->first.status, d->c->conf->base_path);
	if (w->first.status != 200 || !str_starts(w->first.body, "{\"status\":\"ok\"}"))
		return WEB_FAULT(d, k, "%s/healthz is answered with %d, and not by motetd", d->url,
		    w->first.status);
	return doctor_good(d, "motetd answers through %s within %.1f ms",
	    w->server[0] ? w->server : "the web server", (double)w->first.us / 1000);
}

static struct doctor_verdict check_web_tls(struct doctor *d, const struct doctor_check *k)
{
	const struct doctor_web *w = d->web;

	if (w->untrusted)
		return WEB_FAULT(d, k, "the TLS certificate is not good: %s", w->untrusted);
	if (w->tls)
		return doctor_good(d, "the TLS certificate is good for this name");
	if (w->local)
		return doctor_good(d, "there is no TLS on the way to this host itself");
	return doctor_warn(d, "give https://, and let the web server redirect http:// to it",
	    "without TLS everybody on the way can read tokens and passwords");
}

static struct doctor_verdict check_tls_days(struct doctor *d, const struct doctor_check *k)
{
	long long days = (long long)(d->web->first.cert_ends - clock_now()) / TLS_DAY_S;

	if (d->web->first.cert_ends == 0)
		return doctor_skipped(d,
		    "how long the TLS certificate is good: there is none, or libcurl does not say");
	if (days < TLS_WARN_DAYS)
		return doctor_warn(d, doctor_web_find_fix(d, k->id),
		    "the TLS certificate is good for %lld more days", days);
	return doctor_good(d, "the TLS certificate is good for %lld more days", days);
}

static struct doctor_verdict check_base_path(struct doctor *d, const struct doctor_check *k)
{
	const char *conf = d->c->conf->base_path, *base = d->web->base;

	if (strcmp(conf, base) != 0)
		return WEB_FAULT(d, k,
		    "base_path of the configuration is \"%s\", and the path of the URL \"%s\"",
		    conf, base);
	return doctor_good(d,
	    conf[0] ? "base_path %s is the path of the URL"
		    : "routes are at the root, %sand so is the URL",
	    conf);
}

/* Where others look for it: at the root of the host, whatever base_path says; they follow
 * redirects. */
static struct doctor_verdict check_well_known(struct doctor *d, const struct doctor_check *k)
{
	const struct conf *c = d->c->conf;
	const struct net_ask q = { .origin = d->web->origin,
		.method = "GET",
		.target = "/.well-known/polyproto-core",
		.anyhow = d->web->anyhow };
	struct str want =
	    str_of(arena_printf(d->mem, "\"api\":\"%s%s/.p2/core/\"", c->public_url, c->base_path));
	struct net_told t;

	doctor_web_send_raw(d, &q, &t);
	if (t.status >= 301 && t.status <= 308)
		return doctor_good(d, "/.well-known/polyproto-core leads to %s",
		    str_z(d->mem, net_ask_header(&t, "Location", NULL)));
	if (t.why[0] || t.status != 200 || memmem(t.body.s, t.body.n, want.s, want.n) == NULL)
		return WEB_FAULT(d, k,
		    "/.well-known/polyproto-core is answered with %d, and not with %s%s/.p2/core/",
		    t.status, c->public_url, c->base_path);
	return doctor_good(d, "/.well-known/polyproto-core says where the API is");
}

static struct doctor_verdict check_same_database(struct doctor *d, const struct doctor_check *k)
{
	struct doctor_web_request a = { .target = "/same" };
	struct net_told t;
	struct doctor_echo e;
	const char *wrong = doctor_web_probe(d, &a, &t, &e);

	if (t.status == 503)
		return doctor_bad(d, doctor_web_find_fix(d, "web.away"),
		    "which database it works on cannot be seen: a probe got %s", wrong);
	return wrong
	    ? WEB_FAULT(d, k,
		  "the motetd behind that URL has another database than this configuration: a probe got %s",
		  wrong)
	    : doctor_good(d, "it works on the database of this configuration");
}

/* `arg` is what follows the token in the path. */
static struct doctor_verdict check_path_arrives(struct doctor *d, const struct doctor_check *k)
{
	struct doctor_web_request a = { .target = k->arg };
	struct net_told t;
	struct doctor_echo e;
	const char *wrong = doctor_web_probe(d, &a, &t, &e);

	if (wrong)
		return WEB_FAULT(d, k, "a path with %s gets %s", k->arg, wrong);
	if (!str_is(e.target, a.q.target))
		return WEB_FAULT(
		    d, k, "a path with %s arrives as %.*s", k->arg, (int)e.target.n, e.target.s);
	return doctor_good(d, "a path with %s arrives as it was sent", k->arg);
}

/* motetd refuses an empty segment; if the probe works, there was none. */
static struct doctor_verdict check_double_slash(struct doctor *d, const struct doctor_check *k)
{
	struct doctor_web_request a = { .target = "//x" };
	struct net_told t;
	struct doctor_echo e;
	const char *wrong = doctor_web_probe(d, &a, &t, &e);

	if (wrong == NULL || t.status != 400 || net_ask_header(&t, "X-P2-Error", NULL).n == 0)
		return WEB_FAULT(d, k, "a path with // gets %s, and not motetd's 400",
		    wrong ? wrong : "cleaned on the way");
	return doctor_good(d, "a path with // arrives as it was sent");
}

static struct doctor_verdict check_query_arrives(struct doctor *d, const struct doctor_check *k)
{
	struct doctor_web_request a = { .target = "/x?a=%26&b=c+d&a=%3F" };
	struct net_told t;
	struct doctor_echo e;
	const char *wrong = doctor_web_probe(d, &a, &t, &e);

	if (wrong == NULL && str_is(e.target, a.q.target))
		return doctor_good(d, "a query arrives as it was sent");
	d->web->no_query = !d->web->limited;
	return WEB_FAULT(d, k, "a query ?a=%%26&b=c+d&a=%%3F %s%.*s",
	    wrong ? "gets " : "arrives as ", wrong ? (int)strlen(wrong) : (int)e.target.n,
	    wrong ? wrong : e.target.s);
}

static struct str hash_text_as_hex(struct doctor *d, struct str text)
{
	uint8_t hash[HASH_BYTES];

	sha256(str_blob(text), hash);
	return hex_encode(d->mem, (struct blob){ hash, sizeof hash });
}

static struct doctor_verdict check_authorization_arrives(
    struct doctor *d, const struct doctor_check *k)
{
	static const char header[] = "Authorization: Bearer not-a-token-of-anybody";
	static const char *const headers[] = { header, NULL };
	struct doctor_web_request a = { .q = { .headers = headers }, .target = "/x" };
	struct net_told t;
	struct doctor_echo e;
	const char *wrong = doctor_web_probe(d, &a, &t, &e);

	if (wrong)
		return WEB_FAULT(d, k, "a request with Authorization gets %s", wrong);
	if (e.authorization.n == 0)
		return WEB_FAULT(
		    d, k, "the header Authorization does not arrive, so nobody is logged in");
	if (!str_eq(
		e.authorization, hash_text_as_hex(d, str_of(header + strlen("Authorization: ")))))
		return WEB_FAULT(d, k, "the header Authorization arrives changed");
	return doctor_good(d, "the header Authorization arrives");
}

static struct doctor_verdict check_methods_arrive(struct doctor *d, const struct doctor_check *k)
{
	static const char *const list[] = { "GET", "POST", "PUT", "DELETE" };
	enum doctor_web_limit limited = DOCTOR_WEB_UNLIMITED;
	struct buf b = { .mem = d->mem };
	struct net_told t;
	struct doctor_echo e;

	for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
		struct doctor_web_request a = { .q = { .method = list[i] }, .target = "/x" };
		a.q.body = i ? str_blob(STR("")) : (struct blob){ NULL, 0 };
		const char *wrong = doctor_web_probe(d, &a, &t, &e);
		limited = d->web->limited ? d->web->limited : limited;
		if (d->web->limited || (wrong == NULL && str_is(e.method, list[i])))
			continue;
		d->web->no_delete |= strcmp(list[i], "DELETE") == 0;
		buf_printf(&b, "%s%s gets %s", b.n ? ", " : "", list[i],
		    wrong ? wrong : "there as another method");
	}
	d->web->limited = b.n ? DOCTOR_WEB_UNLIMITED : limited; /* a fault that was seen is one */
	return b.n || limited ? WEB_FAULT(d, k, "%s", buf_done(&b).s)
			      : doctor_good(d, "GET, POST, PUT and DELETE arrive");
}

static struct doctor_verdict check_head_answer(struct doctor *d, const struct doctor_check *k)
{
	struct doctor_web_request a = { .q = { .method = "HEAD" }, .target = "/x" };
	struct net_told t;
	struct doctor_echo e;
	const char *wrong = doctor_web_probe(d, &a, &t, &e);

	return wrong ? WEB_FAULT(d, k, "HEAD gets %s", wrong)
		     : doctor_good(d, "HEAD is answered without a body");
}

static const char *probe_with_body(
    struct doctor *d, struct doctor_web_request *a, struct net_told *t)
{
	struct doctor_echo e;
	const char *wrong = doctor_web_probe(d, a, t, &e);

	if (wrong)
		return wrong;
	struct str want =
	    hash_text_as_hex(d, (struct str){ (const char *)a->q.body.p, a->q.body.n });
	if (e.body_length == (int64_t)a->q.body.n && str_eq(e.body_sha256, want))
		return NULL;
	return arena_printf(
	    d->mem, "%lld of %zu octets through", (long long)e.body_length, a->q.body.n);
}

/* `arg` is the method. */
static struct doctor_verdict check_body_arrives(struct doctor *d, const struct doctor_check *k)
{
	struct doctor_web_request a = { .q = { .method = k->arg,
					    .body = str_blob(
						STR("{\"doctor\": \"\xc3\xa4\\u0000\"}")) },
		.target = "/x" };
	struct net_told t;

	if (d->web->no_delete && strcmp(k->arg, "DELETE") == 0)
		return doctor_skipped(d, "a body of DELETE: DELETE itself does not arrive");
	const char *wrong = probe_with_body(d, &a, &t);
	return wrong ? WEB_FAULT(d, k, "%s with a body gets %s", k->arg, wrong)
		     : doctor_good(d, "a body of %s arrives", k->arg);
}

static struct doctor_verdict check_chunked_body(struct doctor *d, const struct doctor_check *k)
{
	struct doctor_web_request a = { .q = { .method = "POST",
					    .chunked = true,
					    .body = str_blob(STR("[\"in chunks\"]")) },
		.target = "/x" };
	struct net_told t;
	const char *wrong = probe_with_body(d, &a, &t);

	if (wrong && t.status == 411)
		return doctor_warn(d, doctor_web_find_fix(d, k->id),
		    "the web server wants Content-Length, so clients that send in chunks get 411");
	return wrong ? WEB_FAULT(d, k, "a body in chunks gets %s", wrong)
		     : doctor_good(d, "a body in chunks arrives");
}

static struct blob make_body_of_size(struct doctor *d, size_t n)
{
	char *p = arena_alloc(d->mem, n);

	memset(p, ' ', n);
	return (struct blob){ (const uint8_t *)p, n };
}

static struct doctor_verdict check_largest_body(struct doctor *d, const struct doctor_check *k)
{
	struct doctor_web_request a = { .q = { .method = "POST",
					    .body = make_body_of_size(d, LARGEST_BODY) },
		.target = "/x" };
	struct net_told t;
	const char *wrong = probe_with_body(d, &a, &t);

	d->web->no_large = wrong && !d->web->limited;
	return wrong
	    ? WEB_FAULT(d, k, "a body of 1 MiB, the largest that a route takes, gets %s", wrong)
	    : doctor_good(d, "a body of 1 MiB arrives");
}

static struct doctor_verdict check_too_large_body(struct doctor *d, const struct doctor_check *k)
{
	struct doctor_web_request a = { .q = { .method = "POST",
					    .body = make_body_of_size(d, LARGEST_BODY + 1024) },
		.target = "/x" };
	struct net_told t;
	struct doctor_echo e;

	if (d->web->no_large)
		return doctor_skipped(
		    d, "too large a body: not even the largest that is allowed arrives");
	const char *wrong = doctor_web_probe(d, &a, &t, &e);
	if (t.status != 413)
		return WEB_FAULT(d, k, "a body of more than 1 MiB gets %s, and not 413",
		    wrong ? wrong : "through");
	if (!str_is(net_ask_header(&t, "X-P2-Error", NULL), "P2CORE_TOO_LARGE"))
		return doctor_warn(d, doctor_web_find_fix(d, k->id),
		    "a body of more than 1 MiB gets 413 from the web server, which clients cannot read");
	return doctor_good(d, "a body of more than 1 MiB gets 413 and P2CORE_TOO_LARGE");
}

/* The token is not used up: nothing was done for who has not sent all of it. */
static const char *send_cut_body(struct doctor *d, bool chunks)
{
	struct doctor_web_request a = { .q = { .method = "POST",
					    .cut = true,
					    .chunked = chunks,
					    .body = str_blob(STR("{\"half\": ")) },
		.target = "/x" };
	struct net_told t;
	bool unused = false;

	if (probe_new(&d->c->cx, &a.token) != OK)
		return doctor_take_error(d);
	doctor_web_send(d, &a, &t);
	if (probe_unused(&d->c->cx, a.token, &unused) != OK)
		return doctor_take_error(d);
	return unused ? NULL : "a body that breaks off was taken for a whole one";
}

static struct doctor_verdict check_cut_body(struct doctor *d, const struct doctor_check *k)
{
	const char *wrong = send_cut_body(d, false);

	if (wrong == NULL)
		wrong = send_cut_body(d, true);
	return wrong ? WEB_FAULT(d, k, "%s", wrong)
		     : doctor_good(d, "a body that breaks off is not taken for a whole one");
}

static struct doctor_verdict check_long_answer(struct doctor *d, const struct doctor_check *k)
{
	struct doctor_web_request a = { .target = arena_printf(d->mem, "/x?fill=%d", LONG_ANSWER) };
	struct net_told t;
	struct doctor_echo e;

	if (d->web->no_query)
		return doctor_skipped(
		    d, "a long answer: the query that asks for it does not arrive");
	const char *wrong = doctor_web_probe(d, &a, &t, &e);
	if (wrong || !t.whole || e.fill.n != LONG_ANSWER)
		return WEB_FAULT(d, k, "an answer of 1 MB is cut: %s",
		    wrong ? wrong : arena_printf(d->mem, "%zu octets", t.body.n));
	return doctor_good(d, "an answer of 1 MB arrives whole");
}

static struct doctor_verdict check_error_answers(struct doctor *d, const struct doctor_check *k)
{
	struct doctor_web_request a = { .target = "/.motet/v1/there-is-no-such-route" };
	struct net_told t;

	doctor_web_send(d, &a, &t);
	if (t.status != 404 ||
	    !str_is(net_ask_header(&t, "X-P2-Error", NULL), "P2CORE_NO_SUCH_ROUTE") ||
	    !str_starts(t.body, "{"))
		return WEB_FAULT(
		    d, k, "motetd's 404 arrives as %d without what motetd says in it", t.status);
	return doctor_good(d, "errors arrive as motetd says them");
}

static struct doctor_verdict check_preflight_answer(struct doctor *d, const struct doctor_check *k)
{
	static const char *const headers[] = { "Origin: https://app.example",
		"Access-Control-Request-Method: POST",
		"Access-Control-Request-Headers: authorization, content-type", NULL };
	struct doctor_web_request a = { .q = { .method = "OPTIONS", .headers = headers },
		.target = "/.p2/core/v1/session/trust" };
	struct net_told t;

	doctor_web_send(d, &a, &t);
	struct str allow = net_ask_header(&t, "Access-Control-Allow-Methods", NULL);
	bool fine = t.status / 100 == 2 && allow.n && memmem(allow.s, allow.n, "POST", 4);
	if (!fine || net_ask_header(&t, "Access-Control-Allow-Headers", NULL).n == 0)
		return WEB_FAULT(d, k, "a browser's preflight gets %d%s", t.status,
		    allow.n ? "" : " without Access-Control-Allow-Methods");
	return doctor_good(d, "a browser's preflight is answered");
}

static struct doctor_verdict check_allow_origin(struct doctor *d, const struct doctor_check *k)
{
	static const char *const headers[] = { "Origin: https://app.example", NULL };
	struct doctor_web_request a = { .q = { .headers = headers },
		.target = "/.p2/core/v1/idcert/server" };
	struct net_told t;
	int n;

	doctor_web_send(d, &a, &t);
	struct str value = net_ask_header(&t, "Access-Control-Allow-Origin", &n);
	if (n != 1 || !str_is(value, "*"))
		return WEB_FAULT(d, k,
		    "Access-Control-Allow-Origin is there %d times, and has to be there once, as *",
		    n);
	return doctor_good(d, "browsers of every origin may read what comes");
}

/* Has one of this host's interfaces that address? */
static bool is_address_of_host(struct str address)
{
	struct ifaddrs *list, *i;
	char text[NI_MAXHOST];
	bool ours = false;

	if (getifaddrs(&list) != 0)
		return true;
	if (str_starts(address, "::ffff:"))
		address = str_from(address, strlen("::ffff:"));
	for (i = list; i && !ours; i = i->ifa_next) {
		int family = i->ifa_addr ? i->ifa_addr->sa_family : AF_UNSPEC;
		socklen_t n = family == AF_INET ? sizeof(struct sockaddr_in)
		    : family == AF_INET6	? sizeof(struct sockaddr_in6)
						: 0;
		if (n == 0 ||
		    getnameinfo(i->ifa_addr, n, text, sizeof text, NULL, 0, NI_NUMERICHOST) != 0)
			continue;
		text[strcspn(text, "%")] = '\0';
		ours = str_is(address, text);
	}
	freeifaddrs(list);
	return ours;
}

/* Behind a NAT the address that arrives is lawfully not ours; but a connection of this host to
 * itself passes none. */
static struct doctor_verdict check_client_address(struct doctor *d, const struct doctor_check *k)
{
	struct doctor_web_request a = { .target = "/x" };
	struct net_told t;
	struct doctor_echo e;
	const char *wrong = doctor_web_probe(d, &a, &t, &e);

	if (wrong)
		return WEB_FAULT(d, k, "a probe gets %s", wrong);
	const char *seen = str_z(d->mem, e.remote);
	if (doctor_web_is_loopback(d->mem, e.remote) &&
	    !doctor_web_is_loopback(d->mem, str_of(t.local)))
		return WEB_FAULT(d, k,
		    "all clients seem to come from %s, so that all of them share one rate limit",
		    seen);
	if (doctor_web_is_loopback(d->mem, str_of(t.local)) &&
	    !doctor_web_is_loopback(d->mem, e.remote) && !is_address_of_host(e.remote))
		return doctor_warn(d, doctor_web_find_fix(d, "web.address"),
		    "motetd takes this host for %s: if it takes others for that, too, all share one limit",
		    seen);
	return doctor_good(d,
	    strcmp(seen, t.local) == 0 ? "our address arrives: %s" : "our address arrives as %s",
	    seen);
}

/* Whether we are told apart from a proxy of the operator's, only the operator knows. */
static struct doctor_verdict check_forwarded_for(struct doctor *d, const struct doctor_check *k)
{
	const char *const headers[] = {
		arena_printf(d->mem, "X-Forwarded-For: %s", documentation_address), NULL
	};
	struct doctor_web_request a = { .q = { .headers = headers }, .target = "/x" };
	struct net_told t;
	struct doctor_echo e;
	const char *wrong = doctor_web_probe(d, &a, &t, &e);

	if (wrong)
		return WEB_FAULT(d, k, "a request with X-Forwarded-For gets %s", wrong);
	if (str_is(e.remote, documentation_address))
		return doctor_warn(d, doctor_web_find_fix(d, k->id),
		    "X-Forwarded-For from %s is believed: whoever asks from there can seem to be anybody",
		    t.local);
	return doctor_good(d, "a client cannot give itself another address by X-Forwarded-For");
}

static struct doctor_verdict check_https_flag(struct doctor *d, const struct doctor_check *k)
{
	struct doctor_web_request a = { .target = "/x" };
	struct net_told t;
	struct doctor_echo e;
	const char *wrong = doctor_web_probe(d, &a, &t, &e);

	if (wrong || (d->web->tls && !e.https))
		return wrong
		    ? WEB_FAULT(d, k, "a probe gets %s", wrong)
		    : WEB_FAULT(d, k, "motetd is not told that a request has come by https");
	return doctor_good(d, "motetd knows that requests come by %s", e.https ? "https" : "http");
}

static struct doctor_verdict check_http2_works(struct doctor *d, const struct doctor_check *k)
{
	struct doctor_web_request a = {
		.q = { .method = "POST", .http2 = true, .body = str_blob(STR("{}")) },
		.target = "/x"
	};
	struct net_told t;

	(void)k;
	if (!d->web->tls)
		return doctor_skipped(d, "HTTP/2 goes with TLS");
	const char *wrong = probe_with_body(d, &a, &t);
	if (t.http != 20 && !wrong)
		return doctor_good(d, "HTTP/2 is not offered; HTTP/1.1 is all that is needed");
	return wrong ? WEB_FAULT(d, k, "a request that may be HTTP/2 gets %s", wrong)
		     : doctor_good(d, "HTTP/2 works");
}

#define NEEDS_PROBE HAVE_WEB | HAVE_PROBE
const struct doctor_check doctor_web_checks[] = {
	{ "web.reach", "web server", "the web server", check_web_answers, HAVE_DOMAIN, HAVE_WEB,
	    NULL },
	{ "web.tls", "web server", "TLS", check_web_tls, HAVE_WEB, 0, NULL },
	{ "web.tls.days", "web server", "the TLS certificate", check_tls_days, HAVE_WEB, 0, NULL },
	{ "web.base", "web server", "base_path", check_base_path, HAVE_WEB, 0, NULL },
	{ "web.known", "web server", "/.well-known", check_well_known, HAVE_WEB, 0, NULL },
	{ "web.errors", "web server", "errors", check_error_answers, HAVE_WEB, 0, NULL },
	{ "web.cors", "web server", "a browser's preflight", check_preflight_answer, HAVE_WEB, 0,
	    NULL },
	{ "web.origin", "web server", "headers for browsers", check_allow_origin, HAVE_WEB, 0,
	    NULL },
	{ "web.same", "web server", "the database behind it", check_same_database,
	    HAVE_WEB | HAVE_SCHEMA, HAVE_PROBE, NULL },
	{ "web.path.at", "requests", "paths with @", check_path_arrives, NEEDS_PROBE, 0, "/@me" },
	{ "web.path.at_coded", "requests", "paths with %40", check_path_arrives, NEEDS_PROBE, 0,
	    "/%40me" },
	{ "web.path.slash", "requests", "paths with %2F", check_path_arrives, NEEDS_PROBE, 0,
	    "/a%2Fb" },
	{ "web.path.percent", "requests", "paths with %25", check_path_arrives, NEEDS_PROBE, 0,
	    "/a%25b" },
	{ "web.path.double", "requests", "paths with //", check_double_slash, NEEDS_PROBE, 0,
	    NULL },
	{ "web.path.trailing", "requests", "paths with a / behind", check_path_arrives, NEEDS_PROBE,
	    0, "/x/" },
	{ "web.query", "requests", "queries", check_query_arrives, NEEDS_PROBE, 0, NULL },
	{ "web.authorization", "requests", "Authorization", check_authorization_arrives,
	    NEEDS_PROBE, 0, NULL },
	{ "web.method", "requests", "methods", check_methods_arrive, NEEDS_PROBE, 0, NULL },
	{ "web.head", "requests", "HEAD", check_head_answer, NEEDS_PROBE, 0, NULL },
	{ "web.body.post", "requests", "bodies of POST", check_body_arrives, NEEDS_PROBE, 0,
	    "POST" },
	{ "web.body.get", "requests", "bodies of GET", check_body_arrives, NEEDS_PROBE, 0, "GET" },
	{ "web.body.delete", "requests", "bodies of DELETE", check_body_arrives, NEEDS_PROBE, 0,
	    "DELETE" },
	{ "web.chunked", "requests", "bodies in chunks", check_chunked_body, NEEDS_PROBE, 0, NULL },
	{ "web.cut", "requests", "bodies that break off", check_cut_body, NEEDS_PROBE, 0, NULL },
	{ "web.large", "requests", "the largest body", check_largest_body, NEEDS_PROBE, 0, NULL },
	{ "web.too_large", "requests", "too large a body", check_too_large_body, NEEDS_PROBE, 0,
	    NULL },
	{ "web.fill", "requests", "a long answer", check_long_answer, NEEDS_PROBE, 0, NULL },
	{ "web.remote", "requests", "the client's address", check_client_address, NEEDS_PROBE, 0,
	    NULL },
	{ "web.forwarded", "requests", "X-Forwarded-For", check_forwarded_for, NEEDS_PROBE, 0,
	    NULL },
	{ "web.https", "requests", "https", check_https_flag, NEEDS_PROBE, 0, NULL },
	{ "web.http2", "requests", "HTTP/2", check_http2_works, NEEDS_PROBE, 0, NULL },
	{ NULL, NULL, NULL, NULL, 0, 0, NULL },
};
