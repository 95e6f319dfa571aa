#ifndef MOTET_STORE_Q_INVITE_H
#define MOTET_STORE_Q_INVITE_H
#include "db/db.h"
/* Invites: the statements of q_invite.sql. */
struct new_invite {
	int64_t id, created_at, expires_at;
};
struct invite_item {
	int64_t id, uses, used;
	struct str note;
	int64_t created_at, expires_at, revoked_at, now;
};
struct invite_guest {
	struct str local_name;
	int64_t created_at, deactivated_at;
};
/* Whether a code can still be used for a name. */
struct invite_state {
	int64_t id;   /* ID of the new actor, or 0 */
	int64_t wait; /* seconds until the next try is allowed */
	bool taken;   /* the name is taken */
	bool known, revoked, expired, used_up;
};
must_check enum err q_invite_create(struct cx *, struct blob code_hash, int64_t uses,
    int64_t seconds, struct str note, struct new_invite **);
/* List one invite, or all (id 0). */
must_check enum err q_invite_list(struct cx *, int64_t id, struct invite_item **, size_t *n);
must_check enum err q_invite_guests(struct cx *, int64_t id, struct invite_guest **, size_t *n);
/* *there false: there is no such invite. */
must_check enum err q_invite_revoke(struct cx *, int64_t id, bool *there);
struct invite_try {
	struct blob code_hash, throttle;
	int64_t cost_ms, burst; /* what an unknown code costs in the table throttle; cost_ms 0: it
				   costs nothing */
	struct str local;
};
must_check enum err q_invite_try(struct cx *, const struct invite_try *, struct invite_state **);
/* ERR_RETRY: another request takes the name at this moment. */
must_check enum err q_invite_redeem(struct cx *, struct str local, struct str password,
    struct blob code_hash, struct invite_state **);
extern const struct stmt *const q_invite_stmts[];
#endif
