#ifndef MOTET_STORE_Q_PRUNE_H
#define MOTET_STORE_Q_PRUNE_H
#include "db/db.h"
/*
 * Deleting rows that are no longer needed: the statements of q_prune.sql, by the rules of
 * schema/0010. Run the kinds in this order: events are deleted after the last row of their session.
 */
enum prune_kind {
	PRUNE_SESSION,
	PRUNE_RAN_OUT,
	PRUNE_FOREIGN_SESSION,
	PRUNE_EVENT,
	PRUNE_KEY_PACKAGE,
	PRUNE_NOTICE,
	PRUNE_TRIAL,
	PRUNE_FEDERATION_TOKEN,
	PRUNE_REDEEMED_TOKEN,
	PRUNE_THROTTLE,
	PRUNE_FOREIGN_SERVER,
	PRUNE_FOREIGN_CERT,
	PRUNE_FOREIGN_ACTOR,
	PRUNE_OVER_CAP, /* rows beyond the limits of motet_list_caps() in schema/0015 */
	PRUNE_KINDS
};
struct prune_result {
	bool mine; /* false with most > 0: nothing was done, because another host is pruning */
	int64_t rows;
	struct str next; /* the next page begins after this key; s NULL: this was the last page */
};
/*
 * Delete at most `most` rows, or (0) count all. `keep`: for how many seconds rows of some kinds
 * stay after they have ended. `after`: the value of `next` of the page before, empty for the first
 * page.
 */
must_check enum err q_prune(struct cx *, enum prune_kind, int64_t most, int64_t keep,
    struct str after, struct prune_result **);
extern const struct stmt *const q_prune_stmts[];
#endif
