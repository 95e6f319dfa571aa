#ifndef MOTET_CORE_ACTOR_H
#define MOTET_CORE_ACTOR_H
#include "core/issue.h"
#include "store/q_actor.h"
/* Actors: registration, log-in, and changes by the operator. */
/*
 * Read the local name from `name`: a local name or a federation ID of this server. ERR_BAD_REQUEST
 * for `field` when `name` is neither of the two; ERR_NOT_FOUND when `name` is a federation ID of
 * another domain.
 */
must_check enum err actor_read_name(
    struct cx *, const char *field, struct str name, struct str *local);
/* Refuse a name that looks like one of reserved_names, like a Snowflake or like @me.
 * ERR_BAD_REQUEST, field "actor_name". */
must_check enum err actor_check_reserved(struct cx *, struct str local);
/* Find an actor by Snowflake, federation ID of this server or local name. ERR_BAD_REQUEST or
 * ERR_NOT_FOUND for `field`. */
must_check enum err actor_find(struct cx *, const char *field, struct str who, struct actor_ref *);
/* Make the federation ID of a local name, in the arena. */
struct str actor_fid(struct cx *, struct str local);
/* Register an actor. ERR_FID_TAKEN; ERR_BAD_REQUEST for the password. The caller checks that
 * registration is open. */
must_check enum err actor_add(
    struct cx *, struct str local, struct str password, bool admin, int64_t *id);
/* Register an actor for a client at `address`. Errors are those of actor_add() and
 * guess_limit_count_registration(), which is not called for actors of motetctl selftest. */
must_check enum err actor_register(
    struct cx *, struct str local, struct str password, struct str address, int64_t *id);
/*
 * Accept a registration that repeats an earlier one whose answer was lost: the actor was registered
 * within the last day, with this password, and has got no ID-Cert since. ERR_FID_TAKEN: this
 * registration does not repeat an earlier one. Wrong passwords count as in a log-in.
 */
must_check enum err actor_was_added(
    struct cx *, struct str local, struct str password, struct str address);
/*
 * Log in from a new device: check the password, then the second factor if the actor has one, then
 * issue a certificate for the CSR. ERR_BAD_CREDENTIALS for a wrong name and for a wrong password
 * alike. After the right password only: ERR_SECOND_FACTOR when `code` is empty, else the errors of
 * second_factor_check().
 */
struct login_request {
	struct str name, password, code, address;
	struct str ends; /* ID of the session that this log-in ends; s NULL: it ends only the oldest
			    sessions, if there are too many */
};
must_check enum err actor_log_in(
    struct cx *, const struct login_request *, const struct idcsr *, struct grant *);
/* For the operator. ERR_NOT_FOUND: no such actor. `local.s` NULL: list all actors. */
must_check enum err actor_set_password(struct cx *, struct str local, struct str password);
must_check enum err actor_set_admin(struct cx *, struct str local, bool admin);
must_check enum err actor_deactivate(struct cx *, struct str local);
must_check enum err actor_list(struct cx *, struct str local, struct actor_item **, size_t *n);
#endif
