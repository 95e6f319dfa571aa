#ifndef MOTET_CORE_SCHEMA_H
#define MOTET_CORE_SCHEMA_H
#include "store/q_schema.h"
/* Does the schema of the database fit this program? */
enum { SCHEMA_VERSION = 11 }; /* the one that this program is built for */
/* ERR_UNAVAILABLE with what to do: the schema is older, or so new that it has let go of programs
 * like this one. */
must_check enum err schema_check_version(struct cx *);
/*
 * Apply what is missing of `dir`, in order, each file one transaction, under a lock; `tell` hears
 * of each step. A file that was applied and has changed since is ERR_CONFLICT.
 */
must_check enum err schema_migrate(struct cx *, const char *dir,
    void (*tell)(const char *fmt, ...) __attribute__((format(printf, 1, 2))));
/*
 * What there is to apply and what was applied, by version; nothing is changed. A version that a
 * newer program applied has no file here.
 */
struct schema_step {
	int64_t version, applied_at; /* 0: not yet */
	struct str name;	     /* of the file; s NULL: there is none */
	bool changed;		     /* the file is not the one that was applied */
};
must_check enum err schema_steps(struct cx *, const char *dir, struct schema_step **, size_t *n);
#endif
