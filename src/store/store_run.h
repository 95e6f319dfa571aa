#ifndef MOTET_STORE_STORE_RUN_H
#define MOTET_STORE_STORE_RUN_H
#include "db/db.h"
/* Run a statement as db_run() does, but turn a violated constraint into the error that it means
 * (table in store_run.c). */
must_check enum err store_run(struct cx *, const struct stmt *, const struct arg *, size_t nargs,
    const struct shape *, void **out, size_t *n);
/* Pause as db_pause() does. */
bool store_run_pause(struct cx *, int64_t us);
#define STORE_RUN(cx, st, args, sh, out, n) \
	store_run((cx), (st), (args), sizeof(args) / sizeof(args)[0], (sh), (void **)(out), (n))
#endif
