#ifndef MOTET_STORE_Q_SELFTEST_H
#define MOTET_STORE_Q_SELFTEST_H
#include "db/db.h"
/*
 * The actors of motetctl selftest, the only actors that are ever deleted: the statements of
 * q_selftest.sql. An actor is announced before it is made: its name (selftest- and 16 hex digits)
 * cannot be registered without that, and the run counts as running as long as this connection is
 * open.
 */
/*
 * `traces`: the keys of the throttle rows that its log-ins leave. ERR_CONFLICT: there is an actor
 * of that name.
 */
must_check enum err q_selftest_begin(
    struct cx *, struct str name, const struct blob *traces, size_t ntraces);
/*
 * Delete the actor, if it was made, with everything but its serial numbers, and the announcement.
 */
must_check enum err q_selftest_forget(struct cx *, struct str name);
/* The same for all actors whose run was killed. */
must_check enum err q_selftest_sweep(struct cx *, int64_t *swept);
extern const struct stmt *const q_selftest_stmts[];
#endif
