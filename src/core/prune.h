#ifndef MOTET_CORE_PRUNE_H
#define MOTET_CORE_PRUNE_H
#include "store/q_prune.h"
/*
 * Taking what has expired out of the database, in small batches that wait for nobody and make
 * nobody wait. What may go, and when, is said by the functions motet_may_go() of the schema, which
 * the statements of requests use that make room for what they add.
 */
extern const struct prune_row {
	const char *name; /* for programs */
	const char *what; /* for people */
} prune_rows[PRUNE_KINDS];
/* How many of each kind may go now. */
must_check enum err prune_count(struct cx *, int64_t rows[PRUNE_KINDS]);
/* After each batch, or page without any, with what is gone so far; false: enough for now. */
typedef bool prune_step(void *arg, const int64_t rows[PRUNE_KINDS]);
/*
 * Until nothing is left, or `step` says so. A kind that fails is logged, the others have their
 * turn, and the first failure is returned. ERR_RETRY: another host, or somebody by hand, is pruning
 * this database.
 */
must_check enum err prune_run(struct cx *, prune_step *step, void *arg, int64_t rows[PRUNE_KINDS]);
#endif
