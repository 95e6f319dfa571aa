#ifndef MOTET_CORE_PRUNE_H
#define MOTET_CORE_PRUNE_H
#include "store/q_prune.h"
/*
 * Delete expired rows, in small batches that neither wait for locks nor block requests. The
 * functions motet_is_prunable() of the schema decide which rows may go; statements of requests use
 * them too, to make room for new rows.
 */
extern const struct prune_row {
	const char *name; /* the name of the kind in JSON */
	const char *what; /* the name of the kind in text */
} prune_rows[PRUNE_KINDS];
/* Count the rows of each kind that may be deleted now. */
must_check enum err prune_count(struct cx *, int64_t rows[PRUNE_KINDS]);
/* A function that prune_run() calls after each batch or page, with the rows deleted so far; it
 * returns false to stop. */
typedef bool prune_step(void *arg, const int64_t rows[PRUNE_KINDS]);
/*
 * Prune all kinds until nothing is left or `step` returns false. A failure of one kind is logged
 * and the others continue; the first failure is returned. ERR_RETRY: another process is pruning
 * this database.
 */
must_check enum err prune_run(struct cx *, prune_step *step, void *arg, int64_t rows[PRUNE_KINDS]);
#endif
