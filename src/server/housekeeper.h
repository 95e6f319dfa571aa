#ifndef MOTET_SERVER_HOUSEKEEPER_H
#define MOTET_SERVER_HOUSEKEEPER_H
#include "base/conf.h"
#include <sys/types.h>
/*
 * Now and then (prune_interval) a master has what has expired taken out of the database, by a child
 * that lives no longer than that takes: the master itself has no connection. It goes in small
 * batches with pauses between them. Where several hosts have one database, one at a time does it;
 * the others' child finds that out and ends. Times are clock_us().
 */
struct housekeeper {
	pid_t pid;	/* 0: it is not at work */
	int64_t due_us; /* INT64_MAX: never */
};
/* When it is to begin next: after the interval, a quarter more or less by chance, so that hosts do
 * not keep in step. */
void housekeeper_schedule(struct housekeeper *, const struct conf *, int64_t now_us);
/* The child of the process `master`. Returns an exit status: 0, also when there was nothing to do
 * or somebody else was at it. */
int housekeeper_run(const struct conf *, pid_t master);
#endif
