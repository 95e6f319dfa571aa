#ifndef MOTET_CORE_SECOND_FACTOR_CHECK_H
#define MOTET_CORE_SECOND_FACTOR_CHECK_H
#include "crypto/totp.h"
#include "core/guess_limit.h"
/*
 * Checking a second factor: the code of an authenticator app, or a recovery code in its place; each
 * is good once, on whichever host, however many try it at a time: one conditional update decides.
 * It is used up as soon as it is found right, whatever becomes of the request afterwards. Codes of
 * apps are checked where the secret may be opened (cx->ca), by that host's clock.
 */
struct second_factor_try {
	int64_t actor_id;
	struct blob sealed; /* of the actor's second factor */
	struct str who;	    /* as in core/guess_limit.h */
	struct str address;
	struct str code;	 /* as it was typed: blanks and dashes do not matter */
	enum err wrong;		 /* what it is when the code is wrong … */
	const char *field, *say; /* … and how that is told */
};
/*
 * `wrong`; ERR_USED_CODE; ERR_RATE_LIMITED, of which recovery codes have counters of their own: who
 * has used up the guesses at codes, or has had them used up by somebody who knows the password,
 * still gets in with one of those.
 */
must_check enum err second_factor_check(struct cx *, const struct second_factor_try *);
/* The first half of that, for a code of an app alone: of which step is it? Nothing is used up. */
must_check enum err second_factor_check_step(
    struct cx *, const struct second_factor_try *, int64_t *step);
enum { SECOND_FACTOR_CODES = 10 };
/* Recovery codes for an actor, to be shown once, and their hashes, to be stored. */
void second_factor_check_new_codes(struct cx *, int64_t actor_id,
    struct str codes[SECOND_FACTOR_CODES], struct blob hashes[SECOND_FACTOR_CODES]);
#endif
