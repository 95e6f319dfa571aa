#include "core/event.h"
#include "text/fid.h"
#include "core/actor.h"
#include "core/clocks.h"
#include "core/foreign.h"

static bool invalidates_cert(const struct event *e)
{
	return e->op == EVENT_INVALIDATION && e->invalidated_at;
}

/* Sign all statements in one request to the signer. */
static enum err sign_event_claims(
    struct cx *cx, const struct event *e, size_t n, bool spaced, struct published *claims)
{
	struct published *p = arena_alloc(cx->mem, n * sizeof *p);
	size_t m = 0;

	for (size_t i = 0; i < n; i++)
		if (invalidates_cert(&e[i]))
			p[m++] =
			    publish_claim(cx, e[i].cert, e[i].serial, e[i].invalidated_at, spaced);
	if (m)
		TRY(publish_sign(cx, p, m));
	for (size_t i = n; i-- > 0;)
		if (invalidates_cert(&e[i]))
			claims[i] = p[--m];
	return OK;
}

enum err event_list(struct cx *cx, const struct session *s, int64_t after, bool spaced,
    struct event **out, struct published **claims, size_t *n)
{
	TRY(q_event_list(cx, s->key, after, out, n));
	if (after >= 0 && after < (*out)->first) {
		cx->events_after = (*out)->first;
		return refuse(cx, ERR_EVENTS_GONE, "after", "%s", err_text(ERR_EVENTS_GONE));
	}
	if ((*out)->seq == 0) {
		*n = 0;
		return OK;
	}
	TRY(clocks_take_time(cx, (*out)->now));
	identity_forget_unless((*out)->signer);
	return sign_event_claims(
	    cx, *out, *n, spaced, *claims = arena_alloc(cx->mem, *n * sizeof **claims));
}

enum err event_list_pending(struct cx *cx, struct str actor, struct event_item **out, size_t *n)
{
	const struct str none = { NULL, 0 };
	struct str local, domain;

	if (fid_parse(cx->mem, actor, &local, &domain) && !foreign_is_own(cx, domain))
		return q_event_list_of_actor(
		    cx, none, (struct str){ local.s, local.n + 1 + domain.n }, out, n);
	TRY(actor_read_name(cx, "", actor, &local));
	return q_event_list_of_actor(cx, local, none, out, n);
}
