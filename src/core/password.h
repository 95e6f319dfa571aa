#ifndef MOTET_CORE_PASSWORD_H
#define MOTET_CORE_PASSWORD_H
#include "base/cx.h"
/*
 * Hashing and checking passwords. Attempts are counted in the database before the password is
 * checked. cx->gate limits hashing across all workers, as a hash takes 19 MiB and 25 ms of a core.
 * cx->hash_turn says what happens when no slot is free. Either the request waits for a slot, up to
 * `login_patience`. Or it fails with ERR_RETRY and cx->hash_queued set, before it has changed
 * anything, and its worker serves it again when the worker has got a slot. Before a worker waits or
 * hashes, its other connections go to other workers.
 */
/*
 * Hash a new password, prepared as crypto/opaque_string.h says. ERR_BAD_REQUEST, field "password":
 * too short, too long, or with a character that is not allowed. ERR_RETRY.
 */
must_check enum err password_hash_new(struct cx *, struct str password, struct str *phc);
/* Check a password in its prepared form and, if that differs from what was sent, also as it was
 * sent, since earlier releases stored it so; if it matches as sent, a hash of its prepared form is
 * stored instead. A wrong password gives the error `wrong`. ERR_RETRY: no slot was free, and the
 * attempt was not counted. ERR_RATE_LIMITED: there were too many wrong passwords, see
 * core/guess_limit.h. */
struct password_try {
	struct str local; /* whose password */
	struct str who;	  /* whom attempts are counted for: a local name for log-ins, a session key
			     (actor:session) for actions in a session */
	struct str address;
	struct str password;
	struct str
	    phc; /* empty: no such actor; response and timing are those of a wrong password */
	enum err wrong;
};
must_check enum err password_check(struct cx *, const struct password_try *);
enum { PASSWORD_LIMIT_KEYS = 2 };
/* Compute the keys of the counters of `who` and `address`, so that the caller can delete these
 * counters. */
void password_limit_keys(
    struct cx *, struct str who, struct str address, struct blob keys[PASSWORD_LIMIT_KEYS]);
#endif
