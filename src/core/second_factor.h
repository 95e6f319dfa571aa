#ifndef MOTET_CORE_SECOND_FACTOR_H
#define MOTET_CORE_SECOND_FACTOR_H
#include "core/second_factor_check.h"
#include "store/q_second_factor.h"
/*
 * The life of a second factor: enrolled, which gives a secret; confirmed with a code, which proves
 * that the secret has arrived and gives recovery codes; asked for from then on; ended. What an
 * actor's other sessions should hear of, they hear (EVENT_SECOND_FACTOR).
 */
struct second_factor_secret {
	struct str text; /* base32, for those who type */
	struct str uri;	 /* otpauth://…, for QR codes */
};
/* A new secret; it takes the place of one that was not confirmed. ERR_CONFLICT: there is a
 * confirmed one. */
must_check enum err second_factor_enrol(
    struct cx *, int64_t actor_id, struct str local, struct second_factor_secret *);
/*
 * Confirm it by a code. `session_id` (and `who`, `address`, as in core/guess_limit.h) is where that
 * happens, "" for operators. ERR_NOT_FOUND when nothing waits for it, ERR_BAD_CODE,
 * ERR_RATE_LIMITED. The recovery codes are not to be had again.
 */
struct second_factor_caller {
	int64_t actor_id;
	struct str session_id, who, address;
};
must_check enum err second_factor_confirm(struct cx *, const struct second_factor_caller *,
    struct str code, struct str codes[SECOND_FACTOR_CODES]);
/* New recovery codes; the old ones end. ERR_NOT_FOUND without a confirmed second factor. */
must_check enum err second_factor_renew_codes(
    struct cx *, const struct second_factor_caller *, struct str codes[SECOND_FACTOR_CODES]);
/* No second factor any more, confirmed or not; `operators`: who did it. ERR_NOT_FOUND when there
 * was none. */
must_check enum err second_factor_remove(
    struct cx *, const struct second_factor_caller *, bool operators);
/* *out NULL: there is none. */
must_check enum err second_factor_find(
    struct cx *, int64_t actor_id, struct second_factor_row **out);
#endif
