#ifndef MOTET_STORE_STORE_RUN_H
#define MOTET_STORE_STORE_RUN_H
#include "db/db.h"
/* As db_run(), with the constraint that stood against a statement turned into the error it means
 * (store_run.c has the table). */
must_check enum err store_run(struct cx *, const struct stmt *, const struct arg *, size_t nargs,
    const struct shape *, void **out, size_t *n);
#define STORE_RUN(cx, st, args, sh, out, n) \
	store_run((cx), (st), (args), sizeof(args) / sizeof(args)[0], (sh), (void **)(out), (n))
#endif
