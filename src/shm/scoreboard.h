#ifndef MOTET_SHM_SCOREBOARD_H
#define MOTET_SHM_SCOREBOARD_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
/*
 * What every worker is at, in memory that the master and all workers share. A row is written by its worker alone, and by the master
 * before that worker is born and after it died; everybody may read. Times are clock_us().
 */
enum worker_state { WORKER_NONE, WORKER_STARTING, WORKER_IDLE, WORKER_BUSY, WORKER_STOPPING };
struct score {
	_Alignas(64) _Atomic int pid;
	_Atomic int state;		/* enum worker_state */
	_Atomic int64_t requests;	/* answered by this worker */
	_Atomic int64_t started_us;
	_Atomic int64_t active_us;	/* when `state` changed last */
	_Atomic int64_t request_us;	/* when the request at hand came; 0: none */
};
enum { SCORES = 2048 };			/* two generations of as many workers as the configuration allows */
struct scoreboard {
	_Atomic bool stopping;		/* the whole pool ends: no sibling is left to hand a connection to */
	_Atomic int64_t database_away_us;	/* of db_share() */
	_Atomic int64_t deaths;		/* workers that ended though nobody had told them to; the master counts */
	struct score row[SCORES];
};
/* NULL: errno says why. Pages that nobody touched take no memory. */
struct scoreboard *scoreboard_new(void);
void scoreboard_birth(struct score *, int pid);
void scoreboard_state(struct score *, enum worker_state);
/* A request has begun, or was answered. */
void scoreboard_busy(struct score *, int64_t now_us);
void scoreboard_done(struct score *);
#endif
