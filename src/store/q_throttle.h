#ifndef MOTET_STORE_Q_THROTTLE_H
#define MOTET_STORE_Q_THROTTLE_H
#include "db/db.h"
/* Tries at passwords and codes, counted in the database: for all hosts, across restarts (GCRA);
 * rows of q_throttle.sql. */
struct throttle_budget {
	struct blob key;
	int64_t cost_ms, burst; /* of one try, and how many may be owed at a time */
};
/*
 * A try, at the cost of `own`. *wait not 0: not now, but so many seconds later, because `own` is
 * used up, or `shared` is; the latter does not count for those who were right lately (`known`).
 */
must_check enum err q_throttle_try(struct cx *, const struct throttle_budget *own,
    const struct throttle_budget *shared, struct blob known, int64_t *wait);
/*
 * A guess, at the cost and the burst of `own`; its key counts for those who were right lately
 * (*is_known), for all others together the key `strangers`. Whatever comes of it, it has been
 * counted: so many at once are no more than one after the other. *wait as above.
 */
must_check enum err q_throttle_guess(struct cx *, const struct throttle_budget *own,
    struct blob strangers, struct blob known, int64_t *wait, bool *is_known);
/* It was wrong: `shared` is charged. */
must_check enum err q_throttle_record_wrong(struct cx *, const struct throttle_budget *shared);
/* It was right: `own` is forgotten, `known` remembered for so many seconds. */
must_check enum err q_throttle_record_right(
    struct cx *, struct blob own, struct blob known, int64_t seconds);
extern const struct stmt *const q_throttle_stmts[];
#endif
