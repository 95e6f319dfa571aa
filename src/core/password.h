#ifndef MOTET_CORE_PASSWORD_H
#define MOTET_CORE_PASSWORD_H
#include "base/cx.h"
/*
 * Passwords, with what keeps them safe to check: tries are counted in the database before the
 * password is looked at, and hashing is bounded across the pool by cx->gate, because one takes 16
 * MiB and a tenth of a second. A quarter of the workers may wait for that at a time; for everybody
 * else it is ERR_RETRY at once.
 */
/* Hash a new one. ERR_BAD_REQUEST, field "password", when it is too short or too long; ERR_RETRY.
 */
must_check enum err password_hash_new(struct cx *, struct str password, struct str *phc);
/*
 * Is it the password of `local`? Wrong: refuse(`wrong`). All hashing slots busy: ERR_RETRY, and
 * nothing is counted. Too many wrong ones: ERR_RATE_LIMITED, see core/guess_limit.h.
 */
struct password_try {
	struct str local; /* whose password */
	struct str who;	  /* what is tried at: a local name for log-ins, the key of a session
			     (actor:session) for what is done in it */
	struct str address;
	struct str password;
	struct str phc; /* empty: no such actor; the answer and its time are the same as for a wrong
			   password */
	enum err wrong;
};
must_check enum err password_check(struct cx *, const struct password_try *);
enum { PASSWORD_LIMIT_KEYS = 2 };
/* The keys of what is counted for `who` and `address` alone, for who wants to delete it. */
void password_limit_keys(
    struct cx *, struct str who, struct str address, struct blob traces[PASSWORD_LIMIT_KEYS]);
#endif
