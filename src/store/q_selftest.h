#ifndef MOTET_STORE_Q_SELFTEST_H
#define MOTET_STORE_Q_SELFTEST_H
#include "db/db.h"
/*
 * The actors of motetctl selftest, the only actors that are ever deleted: the statements of
 * q_selftest.sql. Such an actor is announced before it is registered: without an announcement, its
 * name (selftest- and 16 hex digits) cannot be registered. The self-test counts as running as long
 * as this connection is open.
 */
/*
 * Announce an actor. `traces`: the keys of the throttle rows that the actor's log-ins leave.
 * ERR_CONFLICT: there is an actor of that name.
 */
must_check enum err q_selftest_begin(
    struct cx *, struct str name, const struct blob *traces, size_t ntraces);
/*
 * Delete the announcement and, if the actor was registered, the actor with everything except its
 * serial numbers.
 */
must_check enum err q_selftest_forget(struct cx *, struct str name);
/* Delete the actors of all self-tests that were killed, and their announcements. */
must_check enum err q_selftest_sweep(struct cx *, int64_t *swept);
extern const struct stmt *const q_selftest_stmts[];
#endif
