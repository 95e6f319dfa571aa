#ifndef MOTET_CORE_ACTOR_H
#define MOTET_CORE_ACTOR_H
#include "core/issue.h"
#include "store/q_actor.h"
/* Actors: registration, log-in, and changes by the operator. */
/* Read the local name from `name`: a local name or a federation ID of this server.
 * ERR_BAD_REQUEST for `field` when it is neither; ERR_NOT_FOUND when it is of another domain. */
must_check enum err actor_read_name(
    struct cx *, const char *field, struct str name, struct str *local);
/* Refuse a name that looks like one of reserved_names, like a Snowflake or like @me.
 * ERR_BAD_REQUEST, field "actor_name". */
must_check enum err actor_check_reserved(struct cx *, struct str local);
/* Find an actor by Snowflake, federation ID of this server or local name. ERR_BAD_REQUEST or
 * ERR_NOT_FOUND for `field`. */
must_check enum err actor_find(struct cx *, const char *field, struct str who, struct actor_ref *);
/* The federation ID of a local name, in the arena. */
struct str actor_fid(struct cx *, struct str local);
/* Register an actor. ERR_FID_TAKEN; ERR_BAD_REQUEST for the password. The caller checks that
 * registration is open. */
must_check enum err actor_add(
    struct cx *, struct str local, struct str password, bool admin, int64_t *id);
/* The same for somebody at this address: ERR_RATE_LIMITED after rate_limit_registrations a day. */
must_check enum err actor_register(
    struct cx *, struct str local, struct str password, struct str address, int64_t *id);
/*
 * Accept a registration that is a retry, because its answer was lost: the actor registered within a
 * day with this password and has had no ID-Cert since. ERR_FID_TAKEN: it is no retry. Wrong
 * passwords count as in a log-in.
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
	struct str ends; /* ID of the session that ends with this log-in; s NULL: none, or the
			    oldest when there are too many */
};
must_check enum err actor_log_in(
    struct cx *, const struct login_request *, const struct idcsr *, struct grant *);
/* For the operator. ERR_NOT_FOUND: no such actor. `local.s` NULL: list all. */
must_check enum err actor_set_password(struct cx *, struct str local, struct str password);
must_check enum err actor_set_admin(struct cx *, struct str local, bool admin);
must_check enum err actor_deactivate(struct cx *, struct str local);
must_check enum err actor_list(struct cx *, struct str local, struct actor_item **, size_t *n);
#endif
