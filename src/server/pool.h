#ifndef MOTET_SERVER_POOL_H
#define MOTET_SERVER_POOL_H
#include "server/worker.h"
#include <sys/types.h>
/*
 * The workers of a master. They come in generations: a reload starts a new one, and when all of it
 * serve, the older ones are told to finish. A worker that dies is replaced at once; one that dies
 * before its first request and within seconds, after pauses that double from 0.1 s to 30 s, for
 * ever. One whose request is overdue is killed, one that is old or large (recycle.h) is told to go,
 * one at a time. The pool says something in the log when its condition changes, not at every death.
 *
 * Times are clock_us(). Nothing here waits: the master calls pool_tick() when pool_tick() said, or
 * when something happened.
 */
struct pool;
/*
 * `w` is what every worker gets, with row still NULL; the master's own descriptors, which a child
 * closes, are in `close_in_child`, ended by -1.
 */
struct pool *pool_new(const struct worker *w, const int *close_in_child);
/* Its workers, if there are any left, are left alone. */
void pool_free(struct pool *);
/* Workers that another program has begun, and that count as the generation before the first. */
void pool_adopt(struct pool *, const pid_t *, int n);
/* Who lives; `pids` has room for SCOREBOARD_ROWS. Returns their number. */
int pool_list_pids(const struct pool *, pid_t *pids);
/* Begin a generation of n workers with this configuration, which must outlive it. */
void pool_start_generation(struct pool *, const struct conf *, int n);
/* A child of ours ended, if it was one of the pool's. */
void pool_reap(struct pool *, pid_t, int status, int64_t now_us);
/* Do what is due; returns when there is more. */
int64_t pool_tick(struct pool *, int64_t now_us);
/* All workers of the present generation serve. */
bool pool_is_complete(const struct pool *);
/* At least one does. */
bool pool_has_serving_worker(const struct pool *);
/* Of the present generation: how many serve, and how many of them are at a request. Requests and
 * deaths since the start. */
struct pool_counts {
	int workers, busy;
	int64_t requests, deaths;
};
struct pool_counts pool_get_counts(const struct pool *);
void pool_signal(struct pool *, int sig);
/* Tell everybody to finish, at the latest at deadline_us; may be called again with an earlier one.
 */
void pool_stop(struct pool *, int64_t deadline_us);
bool pool_is_empty(const struct pool *);
#endif
