#ifndef MOTET_STORE_Q_PRUNE_H
#define MOTET_STORE_Q_PRUNE_H
#include "db/db.h"
/* Taking out what may go: rows of q_prune.sql, by the rules of schema/0010. In this order: events
 * go with the last row of their session. */
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
	PRUNE_KINDS
};
struct prune_result {
	bool mine; /* false, with most > 0: somebody else is at it, nothing was done */
	int64_t rows;
	struct str next; /* go on from here; s NULL: there is no page after this one */
};
/* Take at most `most` rows, or (0) count all. `keep`: seconds, for those kinds that stay for a
 * while after their end. `after`: the next of the page before, empty at the beginning. */
must_check enum err q_prune(struct cx *, enum prune_kind, int64_t most, int64_t keep,
    struct str after, struct prune_result **);
extern const struct stmt *const q_prune_stmts[];
#endif
