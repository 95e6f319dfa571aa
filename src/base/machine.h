#ifndef MOTET_BASE_MACHINE_H
#define MOTET_BASE_MACHINE_H
#include "base/conf.h"
/*
 * What this host gives one process: fewer cores and less memory than it has, if the process is
 * confined by its CPU affinity or by control groups (of version 2, or cpu and memory of version 1).
 */
struct machine {
	int cores;	/* from 1 on; a quota of 1.5 cores counts as 2 */
	int64_t memory; /* bytes */
};
/* `pid` 0: this process. Files are looked for below `root`, which is "" but for tests. */
struct machine machine_read(const char *root, int pid);
/*
 * The number of workers: `workers`, or for 0 two for each core, but no more than `connections`
 * leaves for them (0: not known), since each has one. MACHINE_SPARE_CONNECTIONS are for the
 * housekeeper, for motetctl and for a worker that is replaced.
 */
enum { MACHINE_SPARE_CONNECTIONS = 3 };
int machine_workers(const struct conf *, const struct machine *, int64_t connections);
/* How many passwords may be hashed at a time (shm/gate.h): `hashing_slots`, or one less than there
 * are cores, but an eighth of the memory at most, and one worker is left for other requests; at
 * least one. */
int machine_hash_slots(const struct conf *, const struct machine *, int workers);
#endif
