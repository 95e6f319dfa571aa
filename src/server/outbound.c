#include "server/outbound.h"

static enum err fetch_for_core(
    struct cx *cx, struct fetcher *f, struct str url, int redirects, struct fetch_reply *out)
{
	struct outbound *o = (struct outbound *)f; /* f is the first member of struct outbound */
	struct net_reply r;

	cx_step_aside(cx);
	enum phase was = meter_phase(&cx->meter, PHASE_OUTBOUND);
	enum err e = net_get(
	    cx, o->net, str_z(cx->mem, url), (struct net_opt){ .redirects = redirects }, &r);
	meter_phase(&cx->meter, was);
	meter_add(&cx->meter, e == OK ? COUNT_FETCH_ANSWERED : COUNT_FETCH_FAILED, 1);
	*out = (struct fetch_reply){ .status = r.status,
		.body = { (const char *)r.body.p, r.body.n },
		.tried = r.end != NET_DOWN,
		.named = r.end != NET_NAME && r.end != NET_ADDRESS,
		.reached = r.end == NET_ANSWERED || r.end == NET_CUT || r.end == NET_NOT_HTTP };
	return e;
}

static enum err begin_batch(
    struct cx *cx, struct fetcher *f, struct str domain, bool known, bool *waited)
{
	struct outbound *o = (struct outbound *)f;

	cx_step_aside(cx);
	enum phase was = meter_phase(&cx->meter, PHASE_OUTBOUND);
	enum err e = net_enter(cx, o->net, domain, known, waited);
	meter_phase(&cx->meter, was);
	return e;
}

static void end_batch(struct cx *cx, struct fetcher *f)
{
	(void)cx;
	net_leave(((struct outbound *)f)->net);
}

static void note_server_heard(struct cx *cx, struct fetcher *f, struct str url)
{
	struct outbound *o = (struct outbound *)f;

	net_note_heard(cx, o->net, str_z(cx->mem, url));
}

bool outbound_begin(struct outbound *o, const struct conf *c, struct net_slots *slots)
{
	*o = (struct outbound){ .fetcher = { .get = fetch_for_core,
				    .enter = begin_batch,
				    .leave = end_batch,
				    .heard = note_server_heard },
		.net = net_new(c, slots) };
	return o->net != NULL;
}

void outbound_end(struct outbound *o)
{
	net_free(o->net);
}
