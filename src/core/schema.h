#ifndef MOTET_CORE_SCHEMA_H
#define MOTET_CORE_SCHEMA_H
#include "store/q_schema.h"
/* The version of the database schema. */
enum { SCHEMA_VERSION = 22 }; /* the version that this program is built for */
/* Check that the schema fits this program. ERR_MISFIT says what to do when the schema is older, or
 * so new that it no longer supports this program. */
must_check enum err schema_check_version(struct cx *);
/*
 * Apply the missing files of `dir` in order, under a lock, one transaction each; `tell` is called
 * for each step. If another transaction, such as that of pg_dump, holds a lock that is needed, the
 * step is tried again for SCHEMA_LOCK_MINUTES; between two tries nobody has to wait for us.
 * ERR_RETRY: the lock was not released in that time. ERR_CONFLICT: an applied file has changed.
 */
enum { SCHEMA_LOCK_MINUTES = 60 };
must_check enum err schema_migrate(struct cx *, const char *dir,
    void (*tell)(const char *fmt, ...) __attribute__((format(printf, 1, 2))));
/* List the applied and the missing versions; changes nothing. A version that a newer program
 * applied is listed without a file. */
struct schema_step {
	int64_t version, applied_at; /* 0: not applied */
	struct str name;	     /* of the file; s NULL: no file */
	bool changed;		     /* the file differs from the applied one */
};
must_check enum err schema_steps(struct cx *, const char *dir, struct schema_step **, size_t *n);
#endif
