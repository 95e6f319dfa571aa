#ifndef MOTET_BASE_MACHINE_H
#define MOTET_BASE_MACHINE_H
#include "base/conf.h"
/*
 * The cores and the memory that one process may use: less than this host has, if the process is
 * confined by its CPU affinity or by control groups (of version 2, or cpu and memory of version 1).
 */
struct machine {
	int cores;	/* at least 1; a quota of 1.5 cores counts as 2 */
	int64_t memory; /* bytes */
};
/* `pid` 0: this process. /proc and /sys are looked for below `root`: "", or the directory of a
 * test. */
struct machine machine_read(const char *root, int pid);
/*
 * The number of workers: the key `workers`. If that key is 0: two workers for each core, but at
 * most `connections` (0: not known) minus MACHINE_SPARE_CONNECTIONS, because each worker has a
 * connection to the database; but at least one worker. The spare connections are for the
 * housekeeper, for motetctl and for a worker that is replaced.
 */
enum { MACHINE_SPARE_CONNECTIONS = 3 };
int machine_workers(const struct conf *, const struct machine *, int64_t connections);
/*
 * How many passwords may be hashed at a time (shm/gate.h): the key `hashing_slots`. If that key is
 * 0: one hash less than there are cores, but at most as many as fit into an eighth of the memory,
 * and fewer than there are workers, so that one worker is left for other requests; but at least one
 * hash.
 */
int machine_hash_slots(const struct conf *, const struct machine *, int workers);
#endif
