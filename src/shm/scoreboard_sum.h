#ifndef MOTET_SHM_SCOREBOARD_SUM_H
#define MOTET_SHM_SCOREBOARD_SUM_H
#include "shm/scoreboard.h"
/* What all rows of a scoreboard say together, at one moment. */
struct scoreboard_sum_route {
	int64_t status[SCOREBOARD_STATUSES], bucket[SCOREBOARD_BUCKETS], us, n;
};
struct scoreboard_sum {
	int64_t at_us;		    /* when it was taken; clock_us() */
	int workers[WORKER_STATES]; /* by enum worker_state; WORKER_NONE stays 0 */
	int db[3];		    /* by METER_DB_… */
	int64_t oldest_us;	    /* age of the request that is at work for longest; 0: none */
	int64_t count[COUNTS], phase_us[PHASES], error[ERR_COUNT];
	struct scoreboard_sum_route all, route[SCOREBOARD_ROUTES];
};
/* `fd` is that of scoreboard_open(), which tells who lives; -1: whoever has a row. */
void scoreboard_sum_take(const struct scoreboard *, int fd, struct scoreboard_sum *);
/* The difference: what happened in between. Workers and databases are those of `now`. */
void scoreboard_sum_since(const struct scoreboard_sum *now, const struct scoreboard_sum *then,
    struct scoreboard_sum *out);
/*
 * A quantile (0 to 1) of how long requests took, in microseconds, as histograms give it: inside its
 * bucket all are taken to lie evenly; in the last one, which has no end, it is where that begins.
 * 0: there were no requests.
 */
int64_t scoreboard_sum_quantile(const struct scoreboard_sum_route *, double);
/* Of the statuses from `low` to below `high`; those that have no place of their own count as 500
 * and more. */
int64_t scoreboard_sum_statuses(const struct scoreboard_sum_route *, int low, int high);
#endif
