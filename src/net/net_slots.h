#ifndef MOTET_NET_NET_SLOTS_H
#define MOTET_NET_NET_SLOTS_H
#include "base/conf.h"
/*
 * State of outbound fetches that the workers of a pool share: how many fetch at a time, which
 * servers did not answer a moment ago, and how often each is asked.
 *
 * A fetch blocks its worker for up to 8 seconds. So at most a quarter of the pool (at least one
 * worker) fetches at a time, and as many again wait for a place, up to a second: at least half of
 * the pool stays free for other requests. Places are record locks (shm/gate.h) in outbound.lock and
 * outbound-queue.lock of state_dir, or in memory; the system frees them when their holder dies.
 */
struct net_slots;
struct limits; /* shm/limits.h */
/*
 * Call it before workers are forked; `workers` is their number. `limits` is borrowed; NULL: no rate
 * limits. NULL: errno says why. Processes that were spawned alone share places through state_dir;
 * the rest is their own.
 */
struct net_slots *net_slots_new(const struct conf *, int workers, struct limits *);
void net_slots_free(struct net_slots *);
/* Take a place, until net_slots_leave() or our death. False: at once if too many wait already, else
 * after a second. */
must_check bool net_slots_enter(struct net_slots *);
void net_slots_leave(struct net_slots *);
/* A request to this server (`authority` is host:port) failed, or it has answered, or we have heard
 * of it otherwise: see net_unreachable.h. */
void net_slots_note_failure(struct net_slots *, struct str authority, int64_t began_us);
void net_slots_note_answer(struct net_slots *, struct str authority);
/* For how many seconds it is left alone after failures; 0: it may be asked. */
int64_t net_slots_down_s(struct net_slots *, struct str authority);
/* Count one request of per_minute to this server; all of them may come at once. False: too many;
 * *retry_after_s says when to retry. */
bool net_slots_take_request(
    struct net_slots *, struct str authority, int per_minute, int64_t *retry_after_s);
#endif
