#ifndef MOTET_STORE_Q_SECOND_FACTOR_H
#define MOTET_STORE_Q_SECOND_FACTOR_H
#include "db/db.h"
/* Second factors: the statements of q_second_factor.sql. */
struct second_factor_row {
	struct blob sealed;
	int64_t created_at, confirmed_at; /* confirmed_at 0: enrolled, but not confirmed yet */
	int64_t recovery_codes;		  /* the number of unused recovery codes */
};
/* *done false: the actor has a confirmed second factor. */
must_check enum err q_second_factor_enrol(
    struct cx *, int64_t actor_id, struct blob sealed, bool *done);
/* *out NULL: the actor has no second factor. */
must_check enum err q_second_factor_find(
    struct cx *, int64_t actor_id, struct second_factor_row **out);
struct second_factor_confirmation {
	int64_t actor_id;
	struct blob sealed;
	int64_t step;
	const struct blob *hashes; /* hashes of the recovery codes */
	size_t n;
	struct str session_id; /* the session that gets no event; "": all sessions get one */
};
/* *done false: this secret is not waiting for confirmation. */
must_check enum err q_second_factor_confirm(
    struct cx *, const struct second_factor_confirmation *, bool *done);
/*
 * Use the code of a step up. *done false: this step or a later one was used, or the secret has
 * changed.
 */
must_check enum err q_second_factor_spend(struct cx *, int64_t actor_id, struct blob sealed,
    int64_t step, struct blob attempt, bool *done);
/*
 * Use a recovery code up. *done false: the code was used before or, if *used is false too, the
 * actor has no such code.
 */
must_check enum err q_second_factor_spend_recovery(
    struct cx *, int64_t actor_id, struct blob hash, struct blob attempt, bool *done, bool *used);
/* Replace the recovery codes. *done false: there is no confirmed second factor. */
must_check enum err q_second_factor_replace_codes(struct cx *, int64_t actor_id,
    const struct blob *hashes, size_t n, struct str session_id, bool *done);
/*
 * Delete the second factor with its recovery codes. `event`: JSON for the other sessions. *ended 0:
 * the actor had no second factor.
 */
must_check enum err q_second_factor_end(
    struct cx *, int64_t actor_id, struct str session_id, struct str event, int64_t *ended);
extern const struct stmt *const q_second_factor_stmts[];
#endif
