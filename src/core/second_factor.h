#ifndef MOTET_CORE_SECOND_FACTOR_H
#define MOTET_CORE_SECOND_FACTOR_H
#include "core/second_factor_check.h"
#include "store/q_second_factor.h"
/*
 * A second factor is first enrolled, which returns a secret. The second factor is then confirmed
 * with a code, which proves that the client has the secret; the confirmation returns recovery
 * codes. From then on the second factor is required, until it is removed. Changes are announced to
 * the actor's other sessions (EVENT_SECOND_FACTOR).
 */
struct second_factor_secret {
	struct str text; /* the secret in base32, for typing */
	struct str uri;	 /* otpauth://…, for QR codes */
};
/* Create a secret, which replaces an unconfirmed secret. ERR_CONFLICT: the actor already has a
 * confirmed second factor. */
must_check enum err second_factor_enrol(
    struct cx *, int64_t actor_id, struct str local, struct second_factor_secret *);
/*
 * Confirm the second factor with a code. `session_id` is the caller's session, "" for operators;
 * `who` and `address` as in core/guess_limit.h. ERR_NOT_FOUND: there is no second factor to
 * confirm. ERR_BAD_CODE, ERR_RATE_LIMITED. The recovery codes are returned only here.
 */
struct second_factor_caller {
	int64_t actor_id;
	struct str session_id, who, address;
};
must_check enum err second_factor_confirm(struct cx *, const struct second_factor_caller *,
    struct str code, struct str codes[SECOND_FACTOR_CODES]);
/* Replace the recovery codes. ERR_NOT_FOUND: no confirmed second factor. */
must_check enum err second_factor_renew_codes(
    struct cx *, const struct second_factor_caller *, struct str codes[SECOND_FACTOR_CODES]);
/* Remove the second factor, confirmed or not; `operators`: an operator removes it, not the actor.
 * ERR_NOT_FOUND: the actor has no second factor. */
must_check enum err second_factor_remove(
    struct cx *, const struct second_factor_caller *, bool operators);
/* Find an actor's second factor; *out NULL: the actor has none. */
must_check enum err second_factor_find(
    struct cx *, int64_t actor_id, struct second_factor_row **out);
#endif
