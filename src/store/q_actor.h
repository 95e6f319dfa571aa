#ifndef MOTET_STORE_Q_ACTOR_H
#define MOTET_STORE_Q_ACTOR_H
#include "db/db.h"
/* Actors: rows of q_actor.sql. Functions that change one set *id to 0 when there is no such actor
 * (or, for insert, when the name is taken). */
struct actor_login {
	int64_t id; /* 0: nobody of that name may log in */
	struct str password;
	struct blob totp; /* the sealed secret of a second factor; n 0: the password is enough */
	int64_t now;
};
struct actor_item {
	int64_t id;
	struct str local_name;
	bool admin;
	int64_t created_at, deactivated_at, sessions, certificates;
	bool totp; /* has a second factor */
};
struct actor_ref {
	int64_t id;
	struct str local_name;
};
/* By name, or (local.s NULL) by id; *out NULL: there is no such actor. */
must_check enum err q_actor_find(struct cx *, int64_t id, struct str local, struct actor_ref **);
must_check enum err q_actor_insert(
    struct cx *, struct str local, struct str password, bool admin, int64_t *id);
must_check enum err q_actor_login(struct cx *, struct str local, struct actor_login **);
must_check enum err q_actor_set_password(
    struct cx *, struct str local, struct str password, int64_t *id);
/* `old` becomes `newer`; *id 0: it is not `old` any more. */
must_check enum err q_actor_rehash(
    struct cx *, struct str local, struct str old, struct str newer, int64_t *id);
must_check enum err q_actor_set_admin(struct cx *, struct str local, bool admin, int64_t *id);
must_check enum err q_actor_deactivate(struct cx *, struct str local, int64_t *id);
/* local.s NULL: all. */
must_check enum err q_actor_list(struct cx *, struct str local, struct actor_item **, size_t *n);
extern const struct stmt *const q_actor_stmts[];
#endif
