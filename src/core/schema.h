#ifndef MOTET_CORE_SCHEMA_H
#define MOTET_CORE_SCHEMA_H
#include "store/q_schema.h"
/* Does the schema of the database fit this program? */
enum { SCHEMA_VERSION = 2 };	/* the one that this program is built for */
/* ERR_UNAVAILABLE with what to do: the schema is older, or so new that it has let go of programs like this one. */
must_check enum err schema_fits(struct cx *);
/*
 * Apply what is missing of `dir`, in order, each file one transaction, under a lock; `tell` hears of each step. A file that was applied
 * and has changed since is ERR_CONFLICT.
 */
must_check enum err schema_migrate(struct cx *, const char *dir, void (*tell)(const char *fmt, ...) __attribute__((format(printf, 1, 2))));
#endif
