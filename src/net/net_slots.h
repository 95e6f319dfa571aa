#ifndef MOTET_NET_NET_SLOTS_H
#define MOTET_NET_NET_SLOTS_H
#include "base/conf.h"
/*
 * State of outbound fetches that the workers of a pool share: how many fetch at a time, which
 * servers did not answer recently, how often each is asked, and what each client has caused.
 *
 * A fetch blocks its worker for up to 8 seconds. So at most a quarter of the workers of the pool
 * (but at least two, if there are two) fetch at a time, and at most one of them from each server.
 * Strangers who ask about servers that are not known to be good get at most half of the slots (one,
 * if there is only one). The fetches of strangers take at most 4 seconds. As many strangers as
 * there are slots for strangers may wait for a slot, for up to 5 seconds; from one address, only
 * one request has a slot or waits. Other requests wait for up to 2 seconds. Slots are record locks
 * (shm/gate.h) in outbound.lock, outbound-strangers.lock and outbound-queue.lock of state_dir, or
 * in memory; the system frees them when their holder dies.
 */
struct net_slots;
struct limits; /* shm/limits.h */
/*
 * Call net_slots_new() before workers are forked; `workers` is their number. `limits` is borrowed;
 * NULL: no rate limits. NULL: errno says why. Processes that were spawned alone share slots through
 * state_dir, but no other state.
 */
struct net_slots *net_slots_new(const struct conf *, int workers, struct limits *);
void net_slots_free(struct net_slots *);
/* Who causes a fetch. */
struct net_asker {
	struct str who;	    /* a session, or a client's address; n 0: nobody, such as a command */
	struct str address; /* of the client; n 0: unknown */
	bool session;
	bool known;   /* it asks about a server that was good */
	bool trusted; /* the asker has a session or asks about a server that was good, and that
			 server is not slow */
};
/*
 * Take a slot for a server, until net_slots_leave() or our death; a process has one at a time.
 * *waited: no slot was free at once. False: there is no slot. The result comes at once if too many
 * requests are waiting already, else after the longest wait.
 */
must_check bool net_slots_enter(
    struct net_slots *, struct str authority, const struct net_asker *, bool *waited);
void net_slots_leave(struct net_slots *);
/* Note that a request to this server (`authority` is host:port) failed, that it has answered, or
 * that something else shows that it is up: see net_unreachable.h. */
void net_slots_note_failure(struct net_slots *, struct str authority, int64_t began_us);
void net_slots_note_answer(struct net_slots *, struct str authority);
/* For how many seconds this server is not asked after failures; 0: it may be asked. */
int64_t net_slots_down_s(struct net_slots *, struct str authority);
/*
 * Budgets. All requests of a minute may come at once; rate_limit = off means no budgets. Each
 * session and each client address has a budget of requests and of seconds of waiting. Waiting in
 * which the asker was trusted is counted apart from other waiting, so that a stranger cannot keep
 * somebody who shares its address from logging in. All sessions of one address have a budget of
 * waiting together, so that somebody with many accounts cannot hold the slots: as much as one
 * session has for servers that were good, and as much as a stranger has for others. Each server has
 * one budget for the requests of strangers and another for all other requests. False: the budget is
 * used up; *retry_after_s says when to retry.
 */
enum {
	NET_ASKER_PER_MINUTE = 120,
	NET_STRANGER_WAIT_MS = 10000, /* a minute */
	NET_SESSION_WAIT_MS = 30000,
	NET_STRANGERS_PER_MINUTE = 150, /* requests to one server */
	NET_KNOWN_PER_MINUTE = 300,
	NET_SERVER_WAIT_MS = 10000, /* in a minute; a server whose fetches take more is slow */
	NET_PROMPT_MS = 1000	    /* fetches up to this time do not count for that */
};
bool net_slots_take_asker(struct net_slots *, const struct net_asker *, int64_t *retry_after_s);
bool net_slots_take_request(
    struct net_slots *, struct str authority, bool known, int per_minute, int64_t *retry_after_s);
/* Did this server take so long in the last minute that everybody who asks about it counts as a
 * stranger? */
bool net_slots_is_slow(struct net_slots *, struct str authority);
/* Charge the time that a fetch took to whoever caused it and to the server. */
void net_slots_charge(
    struct net_slots *, const struct net_asker *, struct str authority, int64_t us);
#endif
