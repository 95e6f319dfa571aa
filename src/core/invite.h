#ifndef MOTET_CORE_INVITE_H
#define MOTET_CORE_INVITE_H
#include "store/q_invite.h"
/*
 * Invites: codes that an operator creates. With `registration = invite`, each invite allows a
 * number of registrations until it expires. A code is a token of kind 'i' (crypto/token.h): 256
 * random bits; only its hash is stored.
 */
enum { INVITE_USES_MAX = 100000, INVITE_NOTE_MAX = 200 };   /* registrations; bytes */
enum { INVITE_LIFE_MIN = 60, INVITE_LIFE_MAX = 315360000 }; /* seconds */
/* *code is in the arena, which overwrites it at the end of the request. The caller checks the
 * bounds above. */
must_check enum err invite_create(struct cx *, int64_t uses, int64_t seconds, struct str note,
    struct str *code, struct new_invite **);
/* id 0: list all invites. ERR_NOT_FOUND: no such invite. */
must_check enum err invite_list(struct cx *, int64_t id, struct invite_item **, size_t *n);
/* Revoke an invite, so that it allows no further registrations; registered actors stay.
 * ERR_NOT_FOUND. */
must_check enum err invite_revoke(struct cx *, int64_t id);

struct invite_use {
	struct str code; /* the code as the client sent it; n 0: the client sent none */
	struct str local, password;
	struct str address; /* of the client; wrong codes are counted per address */
};
/*
 * Register the actor like actor_add() and use up one use of the invite; do both or neither.
 * ERR_INVITE_MISSING, ERR_INVITE_UNKNOWN, ERR_INVITE_OVER (expired or revoked), ERR_INVITE_USED_UP;
 * ERR_RATE_LIMITED after too many unknown codes. ERR_FID_TAKEN is returned only with a good code.
 */
must_check enum err invite_register(struct cx *, const struct invite_use *, int64_t *id);
#endif
