#include "api/common/bodies.h"
#include "api/common/render.h"
#include "text/encoding.h"
#include "core/event.h"
#include <json-c/json.h>

/* GET /events: the events that this session has not fetched; 204 when there are none. */
struct events_query {
	struct when after;
};

static enum err get_event_number(
    struct cx *cx, const struct field *f, struct json_object *v, void *out)
{
	struct when *w = out;

	w->given = true;
	return json_number(v, &w->at) && w->at >= 0
	    ? OK
	    : shape_refuse(cx, f, "must be the number of an event: digits, 0 or more");
}
SHAPE(events_query,
    F_CUSTOM(events_query, after, get_event_number, .as = "Count",
	.about = "number of the last event that you have; all events after it are sent again"));

static struct json_object *render_digits(struct cx *cx, int64_t v)
{
	return json_object_new_string(arena_printf(cx->mem, "%lld", (long long)v));
}

static void add_event_cert(struct cx *cx, struct json_object *d, struct blob cert)
{
	json_object_object_add(d, "cert", json_from_str(pem_encode(cx->mem, "CERTIFICATE", cert)));
}

/* Write the content of an event about a revoked certificate, with the members of both published
 * forms (wire.md 2.8). */
static struct json_object *render_invalidation(const struct call *c, const struct published *p)
{
	struct cx *cx = c->cx;
	struct json_object *d = render_cacheable(c, p);

	json_object_object_add(d, "serial", render_digits(cx, p->claim.serial));
	json_object_object_add(d, "invalidSince", render_digits(cx, p->claim.invalidated));
	json_object_object_add(d, "signature",
	    json_from_str(hex_encode(cx->mem, (struct blob){ p->sig, ED25519_SIG })));
	return d;
}

static struct json_object *render_cert_event(
    const struct call *c, const struct event *e, const struct published *p)
{
	if (e->op == EVENT_INVALIDATION && e->invalidated_at)
		return render_invalidation(c, p);
	struct json_object *d = json_object_new_object();
	add_event_cert(c->cx, d, e->cert.p ? e->cert : e->server_cert);
	if (e->server_cert.p)
		json_object_object_add(d, "oldInvalidSince", render_digits(c->cx, e->old_ended_at));
	return d;
}

static enum err render_event_data(
    const struct call *c, const struct event *e, const struct published *p, struct json_object **d)
{
	if (e->data.s == NULL) {
		*d = render_cert_event(c, e, p);
		return OK;
	}
	TRY(json_parse(c->cx, e->data, d));
	json_object_get(*d);
	return OK;
}

/* Add an event to the list, in the envelope of the gateway. Numbers are strings, as the reference
 * client reads them; `op` is the event's number, `t` its name. */
static enum err add_event_envelope(const struct call *c, const struct event *e,
    const struct published *p, struct json_object *list)
{
	struct cx *cx = c->cx;
	struct json_object *o = json_object_new_object(), *d;

	json_object_array_add(list, o);
	TRY(render_event_data(c, e, p, &d));
	json_object_object_add(o, "n", json_from_str(e->namespace));
	json_object_object_add(o, "op", render_digits(cx, e->op));
	json_object_object_add(o, "t", json_from_str(e->name));
	json_object_object_add(o, "d", d);
	json_object_object_add(o, "s", render_digits(cx, e->seq));
	return OK;
}

enum err corev1_get_events(struct call *c)
{
	const struct events_query *in = c->in;
	struct published *claims;
	struct event *v;
	size_t n;

	TRY(event_list(c->cx, c->who, when_or(in->after, -1), c->gen.spaced, &v, &claims, &n));
	if (n == 0)
		return reply_empty(c, 204);
	struct json_object *list = json_own(c->cx, json_object_new_array());
	for (size_t i = 0; i < n; i++)
		TRY(add_event_envelope(c, &v[i], &claims[i], list));
	return reply_json(c, 200, json_object_get(list));
}
