#ifndef MOTET_CORE_INVITE_H
#define MOTET_CORE_INVITE_H
#include "store/q_invite.h"
/*
 * Invites: codes that an operator makes, by which so many may register until a time where
 * `registration` is invite. A code is a token of kind 'i' (crypto/token.h): 256 random bits, of
 * which only the hash is kept; it is looked up by that.
 */
enum { INVITE_USES_MAX = 100000, INVITE_NOTE_MAX = 200 };   /* registrations; bytes */
enum { INVITE_LIFE_MIN = 60, INVITE_LIFE_MAX = 315360000 }; /* seconds */
/* *code lives in the arena, which cleanses it. Bounds are the caller's to check. */
must_check enum err invite_create(struct cx *, int64_t uses, int64_t seconds, struct str note,
    struct str *code, struct new_invite **);
/* id 0: all; else ERR_NOT_FOUND when there is no such invite. */
must_check enum err invite_list(struct cx *, int64_t id, struct invite_item **, size_t *n);
/* No further use; who has come by it stays. ERR_NOT_FOUND. */
must_check enum err invite_revoke(struct cx *, int64_t id);

struct invite_use {
	struct str code; /* as it came; n 0: none */
	struct str local, password;
	struct str address; /* of the client, to whom guesses are counted */
};
/*
 * As actor_add(), and one use of the invite, both or none. ERR_INVITE_MISSING, ERR_INVITE_UNKNOWN,
 * ERR_INVITE_OVER (expired or revoked), ERR_INVITE_USED_UP; ERR_RATE_LIMITED after too many codes
 * that there are not. Whether a name is taken is told only to who has a good code.
 */
must_check enum err invite_register(struct cx *, const struct invite_use *, int64_t *id);
#endif
