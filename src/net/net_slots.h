#ifndef MOTET_NET_NET_SLOTS_H
#define MOTET_NET_NET_SLOTS_H
#include "base/conf.h"
/*
 * What the workers of a pool share about outbound fetches: who may be in one now, which servers did
 * not answer a moment ago, how often each is asked.
 *
 * A fetch blocks its worker for up to 8 seconds, so at most a quarter of the pool (one at least)
 * fetches at a time, and as many again wait for a place, up to a second: whatever other servers
 * do, half of the pool is left for everything else. Places are record locks (shm/gate.h):
 * outbound.lock and outbound-queue.lock in state_dir, or memory; they come back when their holder
 * dies, however it dies.
 */
struct net_slots;
struct limits; /* shm/limits.h */
/*
 * Made before the workers are forked; `workers` is their number. `limits` (NULL: none) stays the
 * caller's. NULL: errno says why. In a process that is spawned alone, places are shared through
 * state_dir with its siblings; the rest is its own.
 */
struct net_slots *net_slots_new(const struct conf *, int workers, struct limits *);
void net_slots_free(struct net_slots *);
/* A place, until net_slots_leave() or our death. False: there was none, not even to wait at, or
 * not within a second. */
must_check bool net_slots_enter(struct net_slots *);
void net_slots_leave(struct net_slots *);
/* `authority` is host:port. What is marked is down for NET_SLOTS_DOWN_S seconds. */
enum { NET_SLOTS_DOWN_S = 120 };
void net_slots_mark_down(struct net_slots *, struct str authority);
bool net_slots_is_down(struct net_slots *, struct str authority);
/* Take one of per_minute requests to it, all of them at once if need be. False: *retry_after_s says
 * when. */
bool net_slots_take_request(
    struct net_slots *, struct str authority, int per_minute, int64_t *retry_after_s);
#endif
