#ifndef MOTET_SHM_BOARD_SUM_H
#define MOTET_SHM_BOARD_SUM_H
#include "shm/scoreboard.h"
/* What all rows of a scoreboard say together, at one moment. */
struct board_route {
	int64_t status[SCORE_STATUSES], bucket[SCORE_BUCKETS], us, n;
};
struct board_sum {
	int64_t at_us;			/* when it was taken; clock_us() */
	int workers[WORKER_STATES];	/* by enum worker_state; WORKER_NONE stays 0 */
	int db[3];			/* by METER_DB_… */
	int64_t oldest_us;		/* age of the request that is at work for longest; 0: none */
	int64_t count[COUNTS], phase_us[PHASES], error[ERR_COUNT];
	struct board_route all, route[SCORE_ROUTES];
};
/* `fd` is that of scoreboard_open(), which tells who lives; -1: whoever has a row. */
void board_sum_take(const struct scoreboard *, int fd, struct board_sum *);
/* The difference: what happened in between. Workers and databases are those of `now`. */
void board_sum_since(const struct board_sum *now, const struct board_sum *then, struct board_sum *out);
/*
 * A quantile (0 to 1) of how long requests took, in microseconds, as histograms give it: inside its bucket all are taken to lie evenly; in
 * the last one, which has no end, it is where that begins. 0: there were no requests.
 */
int64_t board_sum_quantile(const struct board_route *, double);
/* Of the statuses from `low` to below `high`; those that have no place of their own count as 500 and more. */
int64_t board_sum_statuses(const struct board_route *, int low, int high);
#endif
