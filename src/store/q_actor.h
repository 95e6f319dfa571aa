#ifndef MOTET_STORE_Q_ACTOR_H
#define MOTET_STORE_Q_ACTOR_H
#include "db/db.h"
/*
 * Actors: the statements of q_actor.sql. Functions that change an actor set *id to 0 when there is
 * no such actor, or (insert) when the name is taken.
 */
struct actor_login {
	int64_t id; /* ID of the active actor of this name; 0: there is none */
	struct str password;
	struct blob totp; /* sealed secret of the second factor; n 0: none */
	int64_t now;
};
struct actor_item {
	int64_t id;
	struct str local_name;
	bool admin;
	int64_t created_at, deactivated_at, sessions, certificates;
	bool totp; /* the actor has a confirmed second factor */
};
struct actor_ref {
	int64_t id;
	struct str local_name;
};
/* Find an actor by name, or by id when local.s is NULL. *out NULL: there is no such actor. */
must_check enum err q_actor_find(struct cx *, int64_t id, struct str local, struct actor_ref **);
must_check enum err q_actor_insert(
    struct cx *, struct str local, struct str password, bool admin, int64_t *id);
/* An actor that registered within the last day and has never had an ID-Cert. *out NULL: no such
 * actor has this name. */
struct unused_actor {
	int64_t id;
	struct str password; /* PHC string */
};
must_check enum err q_actor_unused(struct cx *, struct str local, struct unused_actor **);
must_check enum err q_actor_login(struct cx *, struct str local, struct actor_login **);
must_check enum err q_actor_set_password(
    struct cx *, struct str local, struct str password, int64_t *id);
/* Replace the PHC string `old` by `newer`. *id 0: nothing was replaced, because the stored string
 * is no longer `old`. */
must_check enum err q_actor_rehash(
    struct cx *, struct str local, struct str old, struct str newer, int64_t *id);
must_check enum err q_actor_set_admin(struct cx *, struct str local, bool admin, int64_t *id);
must_check enum err q_actor_deactivate(struct cx *, struct str local, int64_t *id);
/* List one actor, or all (local.s NULL). */
must_check enum err q_actor_list(struct cx *, struct str local, struct actor_item **, size_t *n);
extern const struct stmt *const q_actor_stmts[];
#endif
