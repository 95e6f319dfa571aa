#include "base/err.h"
#include "crypto/hash.h"
#include "json/shape.h"
#include "text/encoding.h"
#include "core/probe.h"
#include "ctl/doctor/doctor_web.h"
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

ROW(doctor_echo, F_STR(doctor_echo, method, .flags = REQUIRED),
    F_STR(doctor_echo, target, .flags = REQUIRED), F_STR(doctor_echo, text),
    F_STR(doctor_echo, base_path), F_STR(doctor_echo, authorization),
    F_STR(doctor_echo, body_sha256), F_STR(doctor_echo, host), F_STR(doctor_echo, remote),
    F_STR(doctor_echo, fill), F_I64(doctor_echo, body_length), F_BOOL(doctor_echo, https));

/*
 * How many seconds a whole run of doctor waits at most after answers with each status. A rate limit
 * ends after a while. A 503 ends when a worker has been replaced; if it lasts longer, all further
 * requests would get it, too.
 */
static const struct {
	int status;
	int64_t total_s;
} retry_limits[DOCTOR_WEB_RETRY_STATUSES] = { { 429, 30 }, { 503, 4 } };

/* Wait as Retry-After asks. 0 counts as 1 second, so that the loop does not spin. */
static bool wait_for_retry(struct doctor_web *w, const struct net_answer *t)
{
	enum { MAX_WAIT_S = 5 };
	int64_t seconds;
	size_t i = 0;

	while (i < DOCTOR_WEB_RETRY_STATUSES && retry_limits[i].status != t->status)
		i++;
	if (t->why[0] || i == DOCTOR_WEB_RETRY_STATUSES ||
	    !str_i64(net_ask_header(t, "Retry-After", NULL), &seconds))
		return false;
	seconds = seconds == 0 ? 1 : seconds;
	if (seconds < 0 || seconds > MAX_WAIT_S ||
	    w->waited_s[i] + seconds > retry_limits[i].total_s)
		return false;
	w->waited_s[i] += seconds;
	return nanosleep(&(struct timespec){ .tv_sec = (time_t)seconds }, NULL) == 0;
}

/* Web servers that use our sample configurations send X-P2-Error, too, but not with this code. */
static enum doctor_web_limit find_limiting_server(const struct net_answer *t)
{
	if (t->why[0] || t->status != 429)
		return DOCTOR_WEB_NOT_LIMITED;
	return str_is(net_ask_header(t, "X-P2-Error", NULL), err_code(ERR_RATE_LIMITED))
	    ? DOCTOR_WEB_LIMITED_BY_MOTETD
	    : DOCTOR_WEB_LIMITED_BY_FRONT;
}

void doctor_web_send_raw(struct doctor *d, const struct net_ask *q, struct net_answer *t)
{
	enum { TRIES = 5 };
	struct doctor_web *w = d->web;
	int tries = 0;

	if (w->client == NULL)
		w->client = net_ask_new(d->c->conf);
	if (w->client == NULL) {
		*t = (struct net_answer){ .why = "libcurl could not be initialised" };
		return;
	}
	do
		net_ask(w->client, d->mem, q, t);
	while (++tries < TRIES && wait_for_retry(w, t));
	w->limited = find_limiting_server(t);
}

void doctor_web_send(struct doctor *d, struct doctor_web_request *a, struct net_answer *t)
{
	const struct doctor_web *w = d->web;

	a->q.origin = w->origin;
	a->q.anyhow = w->ignore_cert;
	a->q.method = a->q.method ? a->q.method : "GET";
	a->q.target = a->token.n ? arena_printf(d->mem, "%s/.motet/v1/probe/%.*s%s", w->base,
				       (int)a->token.n, a->token.s, a->target)
				 : arena_printf(d->mem, "%s%s", w->base, a->target);
	doctor_web_send_raw(d, &a->q, t);
}

static const char *describe_probe_answer(struct doctor *d, const struct net_answer *t)
{
	return t->why[0] ? arena_printf(d->mem, "no answer: %s", t->why)
			 : arena_printf(d->mem, "status %d", t->status);
}

static bool parse_probe_echo(struct doctor *d, const struct net_answer *t, struct doctor_echo *out)
{
	struct json_object *o;

	*out = (struct doctor_echo){ .https = false };
	bool good = json_parse(&d->c->cx, t->body, &o) == OK &&
	    shape_decode(&d->c->cx, &doctor_echo_shape, o, out) == OK;
	d->c->cx.why = (struct fail){ .err = OK };
	return good;
}

const char *doctor_web_probe(
    struct doctor *d, struct doctor_web_request *a, struct net_answer *t, struct doctor_echo *out)
{
	bool head = a->q.method && strcmp(a->q.method, "HEAD") == 0, unused;

	*t = (struct net_answer){ .status = 0 };
	d->web->limited = DOCTOR_WEB_NOT_LIMITED;
	if (probe_new(&d->c->cx, &a->token) != OK)
		return doctor_take_error(d);
	doctor_web_send(d, a, t);
	if (probe_unused(&d->c->cx, a->token, &unused) != OK)
		return doctor_take_error(d);
	if (t->why[0] || t->status != 200)
		return describe_probe_answer(d, t);
	return head || parse_probe_echo(d, t, out) ? NULL : "status 200, but not from motetd";
}

struct str doctor_web_hash_text(struct doctor *d, struct str text)
{
	uint8_t hash[HASH_BYTES];

	sha256(str_blob(text), hash);
	return hex_encode(d->mem, (struct blob){ hash, sizeof hash });
}

const char *doctor_web_probe_body(
    struct doctor *d, struct doctor_web_request *a, struct net_answer *t)
{
	struct doctor_echo e;
	const char *wrong = doctor_web_probe(d, a, t, &e);

	if (wrong)
		return wrong;
	struct str want =
	    doctor_web_hash_text(d, (struct str){ (const char *)a->q.body.p, a->q.body.n });
	if (e.body_length == (int64_t)a->q.body.n)
		return str_eq(e.body_sha256, want) ? NULL
						   : "status 200, but its bytes changed on the way";
	return arena_printf(d->mem, "status 200, but %lld of its %zu bytes arrived",
	    (long long)e.body_length, a->q.body.n);
}

struct doctor_verdict doctor_web_fault(
    struct doctor *d, const struct doctor_check *k, const char *fmt, ...)
{
	const char *limit = d->web->limited == DOCTOR_WEB_LIMITED_BY_MOTETD
	    ? "web.limited_by_motetd"
	    : "web.limited_by_front";
	char what[1024];
	va_list ap;

	if (d->web->limited)
		return doctor_bad(d, doctor_web_find_fix(d, limit),
		    "%s not checked: too many requests from this address", k->text);
	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	return doctor_bad(d, doctor_web_find_fix(d, k->id), "%s", what);
}
