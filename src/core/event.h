#ifndef MOTET_CORE_EVENT_H
#define MOTET_CORE_EVENT_H
#include "core/publish.h"
#include "core/session.h"
#include "store/q_event.h"
/*
 * Events that a session has not fetched yet (core 3.3, wire.md 2.8). Events are numbered per
 * session from 1; the last 1000 are kept; a fetch returns at most EVENTS_AT_ONCE. A fetch without
 * `after` continues after the last event that was fetched. A fetch with `after` returns the events
 * that follow that number, even if they were fetched before, so that a client can repeat a fetch
 * whose answer was lost. The events of an epoch (core/epoch.h) have higher numbers than those of
 * earlier epochs. An `after` from an earlier epoch is refused with ERR_EVENTS_GONE, and
 * cx->events_after says which number to continue with.
 */
enum {
	EVENT_NEW_SESSION = 3,
	EVENT_INVALIDATION = 4,
	EVENT_SERVER_KEY_CHANGE = 6
}; /* namespace core */
enum {
	EVENT_CLIENT_KEY_CHANGE = 1,
	EVENT_LOW_KEY_PACKAGES = 2,
	EVENT_SECOND_FACTOR = 3,
	EVENT_NEW_EPOCH = 4 /* data: epoch, cause, after (the number before its first event) */
};			    /* namespace motet: the protocol defines no numbers for these */
/* If event i invalidates a certificate, claims[i] is the signed cache statement for that
 * certificate. `spaced` means what it means in struct cache_claim. */
must_check enum err event_list(struct cx *, const struct session *, int64_t after, bool spaced,
    struct event **, struct published **claims, size_t *n);
/* List pending events of an actor's sessions, without marking them fetched. `actor`: a local
 * name or any federation ID. For operators. */
must_check enum err event_list_pending(
    struct cx *, struct str actor, struct event_item **, size_t *n);
#endif
