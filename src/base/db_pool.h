#ifndef MOTET_BASE_DB_POOL_H
#define MOTET_BASE_DB_POOL_H
#include <stdatomic.h>
#include <stdint.h>
/*
 * What the workers of a pool tell each other about their database. The struct is in shared memory,
 * and is all 0 at first. Times are by clock_us(); 0: there is no such time.
 *
 * Of the workers that wait for the database, one is the scout. When the scout has waited for a
 * second and no worker got an answer in that second, the database counts as hung: the other workers
 * stop waiting, and new requests fail at once until a scout, this one or the next, gets an answer.
 */
struct db_pool {
	_Atomic int64_t away_us;     /* when to try again after a failed connection */
	_Atomic int64_t scout_us;    /* when the scout began to wait */
	_Atomic int scout_pid;	     /* the scout's process ID, to see whether it was killed */
	_Atomic int64_t answered_us; /* when a worker last got an answer */
};
#endif
