#ifndef MOTET_CORE_PASSWORD_H
#define MOTET_CORE_PASSWORD_H
#include "base/cx.h"
/*
 * Hashing and checking passwords. Attempts are counted in the database before the password is
 * checked. cx->gate limits hashing across all workers, as a hash takes 19 MiB and 25 ms of a core.
 * cx->hash_turn says what happens when no slot is free: the request waits for one, up to
 * `login_patience`; or it sets cx->hash_queued and fails with ERR_RETRY, before it has changed
 * anything, and its worker serves it again when it has a slot. The worker's other connections go
 * to siblings before it waits or hashes.
 */
/*
 * Hash a new password, prepared as crypto/opaque_string.h says. ERR_BAD_REQUEST, field "password":
 * too short, too long, or with a character that is not allowed. ERR_RETRY.
 */
must_check enum err password_hash_new(struct cx *, struct str password, struct str *phc);
/* Check a password: as it is prepared, and as it was sent if that is something else, since earlier
 * releases stored it so; then it is stored anew. A wrong one is the error `wrong`. No free slot:
 * ERR_RETRY, not counted. Too many wrong ones: ERR_RATE_LIMITED, see core/guess_limit.h. */
struct password_try {
	struct str local; /* whose password */
	struct str who;	  /* whom attempts are counted for: a local name for log-ins, a session key
			     (actor:session) for   actions in a session */
	struct str address;
	struct str password;
	struct str
	    phc; /* empty: no such actor; response and timing are those of a wrong password */
	enum err wrong;
};
must_check enum err password_check(struct cx *, const struct password_try *);
enum { PASSWORD_LIMIT_KEYS = 2 };
/* The keys of the counters of `who` and `address`, for deleting them. */
void password_limit_keys(
    struct cx *, struct str who, struct str address, struct blob keys[PASSWORD_LIMIT_KEYS]);
#endif
