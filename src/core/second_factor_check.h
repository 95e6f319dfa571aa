#ifndef MOTET_CORE_SECOND_FACTOR_CHECK_H
#define MOTET_CORE_SECOND_FACTOR_CHECK_H
#include "crypto/totp.h"
#include "core/guess_limit.h"
/*
 * Check a second factor: the code of an authenticator app, or a recovery code. Each code works only
 * once, even if several hosts get it at once: one conditional update decides. A right code is used
 * up even if the request fails later. App codes are checked by the signer (cx->ca), with its host's
 * clock.
 */
struct second_factor_try {
	int64_t actor_id;
	struct blob sealed; /* the sealed secret of the actor's second factor */
	struct str who;	    /* as in core/guess_limit.h */
	struct str address;
	struct str code;	 /* as typed; blanks and dashes are ignored */
	enum err wrong;		 /* the error for a wrong code; `field` and `say` belong to it */
	const char *field, *say; /* its field and message */
};
/*
 * Check a code and use it up. Errors: `wrong`, ERR_USED_CODE, ERR_RATE_LIMITED. Recovery codes have
 * their own counters: when attempts at app codes are exhausted, also by an attacker who knows the
 * password, the owner still gets in with a recovery code.
 */
must_check enum err second_factor_check(struct cx *, const struct second_factor_try *);
/* Check an app code and get its time step. The attempt is counted, but the code is not used up. */
must_check enum err second_factor_check_step(
    struct cx *, const struct second_factor_try *, int64_t *step);
enum { SECOND_FACTOR_CODES = 10 };
/* Make an actor's recovery codes, to show once, and their hashes, to store. */
void second_factor_check_new_codes(struct cx *, int64_t actor_id,
    struct str codes[SECOND_FACTOR_CODES], struct blob hashes[SECOND_FACTOR_CODES]);
#endif
