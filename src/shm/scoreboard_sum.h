#ifndef MOTET_SHM_SCOREBOARD_SUM_H
#define MOTET_SHM_SCOREBOARD_SUM_H
#include "shm/scoreboard.h"
/* The sum of all rows of a scoreboard at one moment. */
struct scoreboard_sum_route {
	int64_t status[SCOREBOARD_STATUSES], bucket[SCOREBOARD_BUCKETS], us, n;
};
struct scoreboard_sum {
	int64_t at_us;		    /* when the sum was taken; clock_us() */
	int workers[WORKER_STATES]; /* number of workers in each state of enum worker_state;
				       WORKER_NONE stays 0 */
	int db[3];		    /* number of workers in each state METER_DB_… */
	int64_t oldest_us;	    /* age of the longest-running request; 0: none */
	int64_t count[COUNTS], phase_us[PHASES], error[ERR_COUNT];
	struct scoreboard_sum_route all, route[SCOREBOARD_ROUTES];
};
/* With the fd of scoreboard_open(), only living workers count; with -1, every row that has a pid
 * counts as a worker. */
void scoreboard_sum_take(const struct scoreboard *, int fd, struct scoreboard_sum *);
/* Compute the difference of two sums. The numbers of workers and databases are those of `now`. */
void scoreboard_sum_since(const struct scoreboard_sum *now, const struct scoreboard_sum *then,
    struct scoreboard_sum *out);
/*
 * Compute a quantile (0 to 1) of the duration of requests, in microseconds, from the histogram;
 * within a bucket it is interpolated linearly. If the quantile is in the last bucket, which has no
 * upper limit, the lower limit is returned. 0: there were no requests.
 */
int64_t scoreboard_sum_quantile(const struct scoreboard_sum_route *, double);
/* Count the responses with a status from `low` to below `high`. Statuses without a counter of their
 * own count as 500. */
int64_t scoreboard_sum_statuses(const struct scoreboard_sum_route *, int low, int high);
#endif
