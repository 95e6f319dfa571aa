#ifndef MOTET_STORE_Q_SELFTEST_H
#define MOTET_STORE_Q_SELFTEST_H
#include "db/db.h"
/*
 * The actors of motetctl selftest, which alone are ever deleted: rows of q_selftest.sql. One is
 * announced before it is made, under a name (selftest- and 16 hex digits) that nobody can register
 * who was not announced, and is known to run as long as this connection lives.
 */
/* `traces`: the rows of throttle that its log-ins leave. ERR_CONFLICT: there is such an actor. */
must_check enum err q_selftest_begin(
    struct cx *, struct str name, const struct blob *traces, size_t ntraces);
/* Delete the actor, if it was made, with all that it has but the serial numbers, and the
 * announcement. */
must_check enum err q_selftest_forget(struct cx *, struct str name);
/* The same for all whose run was killed. */
must_check enum err q_selftest_sweep(struct cx *, int64_t *swept);
extern const struct stmt *const q_selftest_stmts[];
#endif
