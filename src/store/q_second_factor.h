#ifndef MOTET_STORE_Q_SECOND_FACTOR_H
#define MOTET_STORE_Q_SECOND_FACTOR_H
#include "db/db.h"
/* Second factors: rows of q_second_factor.sql. */
struct second_factor_row {
	struct blob sealed;
	int64_t created_at, confirmed_at; /* confirmed_at 0: enrolled, and not asked for yet */
	int64_t recovery_codes;		  /* not used yet */
};
/* *done false: there is a confirmed one. */
must_check enum err q_second_factor_enrol(
    struct cx *, int64_t actor_id, struct blob sealed, bool *done);
/* *out NULL: none. */
must_check enum err q_second_factor_find(
    struct cx *, int64_t actor_id, struct second_factor_row **out);
struct second_factor_confirmation {
	int64_t actor_id;
	struct blob sealed;
	int64_t step;
	const struct blob *hashes; /* of the recovery codes */
	size_t n;
	struct str session_id; /* which need not be told; "": all are */
};
/* *done false: that secret does not wait for it any more. */
must_check enum err q_second_factor_confirm(
    struct cx *, const struct second_factor_confirmation *, bool *done);
/* Use a step's code up; *done false: it was used, or a later one was, or the secret is another by
 * now. */
must_check enum err q_second_factor_spend(struct cx *, int64_t actor_id, struct blob sealed,
    int64_t step, struct blob attempt, bool *done);
/* Use a recovery code up; *done false: it was used, or (*used false, too) it is none. */
must_check enum err q_second_factor_spend_recovery(
    struct cx *, int64_t actor_id, struct blob hash, struct blob attempt, bool *done, bool *used);
/* In place of those there are; *done false: there is no confirmed second factor. */
must_check enum err q_second_factor_replace_codes(struct cx *, int64_t actor_id,
    const struct blob *hashes, size_t n, struct str session_id, bool *done);
/* With its recovery codes; *ended 0: there was none. `event`: JSON. */
must_check enum err q_second_factor_end(
    struct cx *, int64_t actor_id, struct str session_id, struct str event, int64_t *ended);
extern const struct stmt *const q_second_factor_stmts[];
#endif
