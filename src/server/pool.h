#ifndef MOTET_SERVER_POOL_H
#define MOTET_SERVER_POOL_H
#include "server/worker.h"
#include <sys/types.h>
/*
 * The workers of a master, in generations: a reload starts a new generation, and once all of its
 * workers serve, the older ones are told to finish. A worker that dies is replaced at once; one
 * that dies early (before its first request, within 5 s) is replaced after a pause that doubles
 * from 0.1 s to 30 s, without an upper limit of attempts. A worker whose request is overdue is
 * killed. Workers that are too old or too large (recycle.h) are told to finish, one at a time. The
 * log gets a line when the state of the pool changes, not for every death.
 *
 * Times are clock_us(). No function here waits: the master calls pool_tick() at the time that the
 * last call returned, or earlier when something happened.
 */
struct pool;
/*
 * `w` is copied for every worker; w->row is NULL, because the pool sets it in each copy. Each child
 * closes the descriptors in `close_in_child`, which ends with -1 and must outlive the pool. NULL:
 * out of memory.
 */
struct pool *pool_new(const struct worker *w, const int *close_in_child);
/* Free the pool; this does not end workers that still run. */
void pool_free(struct pool *);
/* Add the workers that the previous program in this process started (handover.h). These workers
 * count as older than the first generation of this program. */
void pool_adopt(struct pool *, const pid_t *, int n);
/* List the running workers; `pids` has room for SCOREBOARD_ROWS. Returns the number of workers. */
int pool_list_pids(const struct pool *, pid_t *pids);
/* Start a generation of n workers with this configuration, which must outlive it. */
void pool_start_generation(struct pool *, const struct conf *, int n);
/* Note that a child of the master has exited; does nothing if the child was not a worker. */
void pool_reap(struct pool *, pid_t, int status, int64_t now_us);
/* Do what is due; returns the time at which to call pool_tick() again. */
int64_t pool_tick(struct pool *, int64_t now_us);
/* Do all workers of the current generation serve? */
bool pool_is_complete(const struct pool *);
/* Does at least one worker of any generation serve? */
bool pool_has_serving_worker(const struct pool *);
struct pool_counts {
	int workers, busy;	  /* current generation: how many serve, how many are busy */
	int64_t requests, deaths; /* since the start of the master */
};
struct pool_counts pool_get_counts(const struct pool *);
/* Send a signal to every worker. */
void pool_signal(struct pool *, int sig);
/* Tell all workers to finish; they are killed at deadline_us. pool_stop() may be called again with
 * an earlier deadline. */
void pool_stop(struct pool *, int64_t deadline_us);
/* True when no worker runs. */
bool pool_is_empty(const struct pool *);
#endif
