#ifndef MOTET_CORE_EVENT_H
#define MOTET_CORE_EVENT_H
#include "core/publish.h"
#include "core/session.h"
#include "store/q_event.h"
/*
 * What a session has missed (core 3.3, wire.md 2.8). Events are numbered per session from 1 and
 * kept to the last 1000; each fetch gives at most EVENTS_AT_ONCE. Without a number a fetch goes on
 * where the last one ended; with one it repeats what came after it, so that a lost answer loses
 * nothing.
 */
enum {
	EVENT_NEW_SESSION = 3,
	EVENT_INVALIDATION = 4,
	EVENT_SERVER_KEY_CHANGE = 6
}; /* namespace core */
enum {
	EVENT_CLIENT_KEY_CHANGE = 1,
	EVENT_LOW_KEY_PACKAGES = 2,
	EVENT_SECOND_FACTOR = 3
}; /* namespace motet: the protocol has no number for these */
/* claims[i] is what one may rely on of the certificate that event i is about, for those that
 * invalidate one. */
must_check enum err event_list(struct cx *, const struct session *, int64_t after, struct event **,
    struct published **claims, size_t *n);
/* What lies there for the sessions of an actor (local name, or the federation ID of anybody);
 * nothing counts as fetched. For operators. */
must_check enum err event_list_pending(
    struct cx *, struct str actor, struct event_item **, size_t *n);
#endif
