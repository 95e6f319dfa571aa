#ifndef MOTET_STORE_RUN_H
#define MOTET_STORE_RUN_H
#include "db/db.h"
/* As db_run(), with the constraint that stood against a statement turned into the error it means
 * (run.c has the table). */
must_check enum err run(struct cx *, const struct stmt *, const struct arg *, size_t nargs,
    const struct shape *, void **out, size_t *n);
#define RUN(cx, st, args, sh, out, n) \
	run((cx), (st), (args), sizeof(args) / sizeof(args)[0], (sh), (void **)(out), (n))
#endif
