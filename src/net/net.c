#include "net/net.h"
#include "base/clock.h"
#include "base/log.h"
#include "net/net_curl.h"
#include "net/net_policy.h"
#include "net/net_url.h"
#include "shm/limits.h"
#include <stdio.h>

struct net {
	const struct conf *conf;
	struct net_slots *slots;
	struct net_curl *curl; /* NULL before the first fetch */
	int entered; /* how many batches are open, each inside the one before. Members of the
			outermost batch: */
	struct net_asker asker;
	struct str authority;
	int64_t began_us;
};

/* One call of net_get(). */
struct net_fetch {
	struct cx *cx;
	struct net *net;
	struct net_opt opt;
	struct net_url url; /* URL of the current hop */
	int64_t began_us, deadline_us;
	struct net_reply *out;
};

static const struct {
	const char *name;
	enum err err;
	bool down;	 /* this end is a failure of the other server (net_unreachable.h) */
	const char *say; /* what the client is told; NULL: the sentence of `err` */
} net_ends[] = {
	[NET_ANSWERED] = { "answered", OK, false, NULL },
	[NET_REFUSED] = { "refused", ERR_NOT_FEDERATED, false, NULL },
	[NET_BUSY] = { "busy", ERR_RETRY, false, NULL },
	[NET_LIMITED] = { "limited", ERR_RATE_LIMITED, false, NULL },
	[NET_DOWN] = { "down", ERR_HOME_UNREACHABLE, false, NULL },
	[NET_ADDRESS] = { "address", ERR_HOME_UNREACHABLE, true, NULL },
	[NET_NAME] = { "name", ERR_HOME_UNREACHABLE, true, NULL },
	[NET_CONNECT] = { "connect", ERR_HOME_UNREACHABLE, true, NULL },
	[NET_TLS] = { "tls", ERR_HOME_UNREACHABLE, true,
	    "No secure connection to the other server: its TLS certificate is not valid here; tell "
	    "its operator." },
	[NET_TIMEOUT] = { "timeout", ERR_HOME_UNREACHABLE, true, NULL },
	[NET_CUT] = { "cut", ERR_HOME_UNREACHABLE, true, NULL },
	[NET_TOO_LARGE] = { "too large", ERR_HOME_INVALID, false, NULL },
	[NET_NOT_HTTP] = { "not http", ERR_HOME_INVALID, false, NULL },
	[NET_REDIRECTS] = { "redirects", ERR_HOME_INVALID, false, NULL },
	[NET_OURS] = { "ours", ERR_UNAVAILABLE, false, NULL },
};

const char *net_end_name(enum net_end e)
{
	return net_ends[e].name;
}

struct net *net_new(const struct conf *c, struct net_slots *slots)
{
	struct net *n = calloc(1, sizeof *n);

	if (n)
		*n = (struct net){ .conf = c, .slots = slots };
	return n;
}

void net_free(struct net *n)
{
	if (n)
		net_curl_free(n->curl);
	free(n);
}

static enum err end_fetch(struct net_fetch *f, enum net_end end, const char *why)
{
	struct fail *said = &f->cx->why;

	f->out->end = end;
	if (end == NET_ANSWERED)
		return OK;
	enum err e = fail(f->cx, net_ends[end].err, "GET from %s: %s: %s",
	    f->url.authority.n ? f->url.authority.s : "a URL", net_ends[end].name, why);
	if (net_ends[end].say)
		snprintf(said->say, sizeof said->say, "%s", net_ends[end].say);
	return e;
}

/* This hop is not allowed: the client is to blame if it named the URL (first), else the other
 * server, for its redirect. */
static enum err refuse_hop(struct net_fetch *f, bool first, const char *why)
{
	f->out->end = first ? NET_REFUSED : NET_REDIRECTS;
	return first ? refuse(f->cx, ERR_NOT_FEDERATED, "", "%s", why)
		     : end_fetch(f, NET_REDIRECTS, why);
}

static bool is_asker_known(const struct cx *cx)
{
	return cx->asker_known || cx->asker.n == 0;
}

/* A request of a stranger that makes us fetch and store something counts as a write. */
static bool take_write(struct cx *cx, struct net *n)
{
	bool counts =
	    n->conf->rate_limit && cx->limits && !is_asker_known(cx) && !cx->counted_as_write;

	cx->counted_as_write |= counts;
	return !counts ||
	    limits_take(cx->limits, "writes", cx->asker, n->conf->rate_limit_writes,
		n->conf->rate_limit_writes, &cx->retry_after);
}

static void note_asker(struct cx *cx, struct net *n, struct str authority, bool known)
{
	bool session = is_asker_known(cx);

	n->asker = (struct net_asker){ .who = cx->asker,
		.address = cx->address,
		.session = session,
		.known = known,
		.trusted = (known || session) && !net_slots_is_slow(n->slots, authority) };
}

static enum err take_budgets(struct net_fetch *f)
{
	struct cx *cx = f->cx;

	if (f->net->entered == 0)
		note_asker(cx, f->net, f->url.authority, false);
	if (!take_write(cx, f->net) ||
	    !net_slots_take_asker(f->net->slots, &f->net->asker, &cx->retry_after))
		return end_fetch(f, NET_LIMITED,
		    "the client of this request caused too many requests to other servers");
	if (!net_slots_take_request(f->net->slots, f->url.authority, is_asker_known(cx),
		f->opt.per_minute, &cx->retry_after))
		return end_fetch(f, NET_BUSY, "the other server was asked too often");
	return OK;
}

/* Is this hop allowed? The check needs no network access. */
static enum err check_hop_allowed(struct net_fetch *f, const char *url, bool first)
{
	const struct conf *conf = f->net->conf;
	const char *why = net_url_read(f->cx->mem, str_of(url),
	    f->opt.other_ports || conf->federation_private_networks, &f->url);

	if (why)
		return refuse_hop(f, first, why);
	if (net_policy_lists(conf->federation_deny, f->url.host))
		return refuse_hop(f, first, err_text(ERR_NOT_FEDERATED));
	if (f->opt.anyway)
		return OK;
	if ((f->cx->retry_after = net_slots_down_s(f->net->slots, f->url.authority)))
		return end_fetch(f, NET_DOWN, "the other server did not answer recently");
	return take_budgets(f);
}

/* A timeout does not count as a failure of the server if less time was left than a connection may
 * take. */
static void note_hop_end(struct net_fetch *f, const struct net_hop *h, int64_t began_us)
{
	struct net_slots *s = f->net->slots;
	bool fair =
	    h->end != NET_TIMEOUT || h->deadline_us - began_us >= NET_CONNECT_MS * INT64_C(1000);

	if (h->end == NET_ANSWERED)
		net_slots_note_answer(s, f->url.authority);
	if (!net_ends[h->end].down)
		return;
	if (fair)
		net_slots_note_failure(s, f->url.authority, began_us);
	int64_t wait = net_slots_down_s(s, f->url.authority);
	f->cx->retry_after = wait ? wait : 1;
}

static enum err fetch_hop(struct net_fetch *f, const char **location)
{
	struct net_hop h = {
		.url = &f->url,
		.private_allowed = f->net->conf->federation_private_networks,
		.deadline_us = f->deadline_us,
		.body = { .mem = f->cx->mem },
	};
	int64_t began = clock_us();

	net_curl_get(f->net->curl, &h);
	note_hop_end(f, &h, began);
	if (h.end != NET_ANSWERED)
		return end_fetch(f, h.end, h.why);
	struct str body = buf_done(&h.body);
	*f->out = (struct net_reply){
		.status = h.status, .type = str_of(h.type), .body = str_blob(body)
	};
	*location = h.location;
	return OK;
}

static bool is_redirect_status(int status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static enum err follow_redirects(struct net_fetch *f)
{
	const char *location = "";

	for (int left = f->opt.redirects;; left--) {
		TRY(fetch_hop(f, &location));
		if (f->opt.redirects == 0 || !is_redirect_status(f->out->status) ||
		    location[0] == '\0')
			return OK;
		if (left == 0)
			return end_fetch(f, NET_REDIRECTS, "too many");
		TRY(check_hop_allowed(f, location, false));
	}
}

static enum err fetch_with_curl(struct net_fetch *f)
{
	struct net *n = f->net;

	if (n->curl == NULL)
		n->curl = net_curl_new(n->conf);
	return n->curl ? follow_redirects(f)
		       : end_fetch(f, NET_OURS, "libcurl does not start, or lacks an option");
}

static bool enter_slot(struct cx *cx, struct net *n, struct str authority, bool known, bool *waited)
{
	*waited = false;
	if (n->entered++)
		return true;
	note_asker(cx, n, authority, known);
	n->authority = authority;
	if (net_slots_enter(n->slots, authority, &n->asker, waited)) {
		n->began_us = clock_us();
		return true;
	}
	n->entered = 0;
	cx->retry_after = 2;
	return false;
}

void net_leave(struct net *n)
{
	if (--n->entered)
		return;
	net_slots_leave(n->slots);
	net_slots_charge(n->slots, &n->asker, n->authority, clock_us() - n->began_us);
}

enum err net_enter(struct cx *cx, struct net *n, struct str domain, bool known, bool *waited)
{
	struct str authority =
	    str_of(arena_printf(cx->mem, "%.*s:%d", (int)domain.n, domain.s, NET_URL_PORT));

	return enter_slot(cx, n, authority, known, waited)
	    ? OK
	    : fail(cx, ERR_RETRY, "too many requests to other servers at a time, or to %s",
		  authority.s);
}

static enum err fetch_in_slot(struct net_fetch *f, const char *url)
{
	bool waited;

	TRY(check_hop_allowed(f, url, true));
	if (!enter_slot(f->cx, f->net, f->url.authority, false, &waited))
		return end_fetch(f, NET_BUSY, "too many requests to other servers at a time");
	int64_t most = (f->net->asker.trusted ? NET_TOTAL_MS : NET_STRANGER_MS) * INT64_C(1000);

	f->deadline_us = f->net->began_us + most;
	enum err e = fetch_with_curl(f);
	net_leave(f->net);
	return e;
}

void net_note_heard(struct cx *cx, struct net *n, const char *url)
{
	struct net_url u;

	if (net_url_read(cx->mem, str_of(url), true, &u) == NULL)
		net_slots_note_answer(n->slots, u.authority);
}

static void log_fetch(const struct net_fetch *f, enum err e)
{
	const struct log_field fields[] = {
		{ "server", f->url.authority.n ? f->url.authority.s : "-", 0 },
		{ "end", net_ends[f->out->end].name, 0 },
		{ "status", NULL, f->out->status },
		{ "ms", NULL, (clock_us() - f->began_us) / 1000 },
		{ "why", f->cx->why.log, 0 },
	};

	log_event(LOG_LEVEL_INFO, "fetch", fields, e == OK || f->out->end == NET_REFUSED ? 4 : 5);
}

enum err net_get(
    struct cx *cx, struct net *n, const char *url, struct net_opt opt, struct net_reply *out)
{
	struct net_fetch f = { cx, n, opt, .began_us = clock_us(), .out = out };

	*out = (struct net_reply){ .end = NET_ANSWERED };
	enum err e = fetch_in_slot(&f, url);
	log_fetch(&f, e);
	return e;
}
