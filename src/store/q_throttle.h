#ifndef MOTET_STORE_Q_THROTTLE_H
#define MOTET_STORE_Q_THROTTLE_H
#include "db/db.h"
/*
 * Tries at passwords and codes, counted in the database (GCRA) for all hosts and across restarts:
 * the statements of q_throttle.sql.
 */
struct throttle_budget {
	struct blob key;
	int64_t cost_ms, burst; /* cost of a try, and how many tries are allowed at once */
};
/*
 * Count a try against `own`. *wait: 0: go on; any other value: `own` or `shared` is used up, and
 * the next try is allowed after so many seconds. Callers that were right recently (`known`) are not
 * limited by `shared`.
 */
must_check enum err q_throttle_try(struct cx *, const struct throttle_budget *own,
    const struct throttle_budget *shared, struct blob known, int64_t *wait);
/*
 * Count a guess at the cost and burst of `own`: for callers that were right recently (*is_known),
 * against the key of `own`; for all other callers together, against the key `strangers`. The guess
 * is counted before it is checked, so that guessing in parallel gains nothing. *wait means what it
 * means for q_throttle_try().
 */
must_check enum err q_throttle_guess(struct cx *, const struct throttle_budget *own,
    struct blob strangers, struct blob known, int64_t *wait, bool *is_known);
/* The try was wrong: charge `shared`. */
must_check enum err q_throttle_record_wrong(struct cx *, const struct throttle_budget *shared);
/* The try was right: clear `own`, and remember `known` for `seconds` seconds. */
must_check enum err q_throttle_record_right(
    struct cx *, struct blob own, struct blob known, int64_t seconds);
extern const struct stmt *const q_throttle_stmts[];
#endif
