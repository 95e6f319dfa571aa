#ifndef MOTET_CORE_ACTOR_H
#define MOTET_CORE_ACTOR_H
#include "core/issue.h"
#include "store/q_actor.h"
/* Actors: registering, logging in, and what an operator does to them. */
/* The local name in `name`, which may be a federation ID of this server too. ERR_BAD_REQUEST when
 * it cannot be one, naming `field`. */
must_check enum err actor_read_name(
    struct cx *, const char *field, struct str name, struct str *local);
/* Who is meant by a Snowflake, a federation ID of this server or a local name? ERR_BAD_REQUEST,
 * ERR_NOT_FOUND, naming `field`. */
must_check enum err actor_find(struct cx *, const char *field, struct str who, struct actor_ref *);
/* The federation ID. */
struct str actor_fid(struct cx *, struct str local);
/* ERR_FID_TAKEN; ERR_BAD_REQUEST for the name or the password. Whether registration is open is the
 * caller's question. */
must_check enum err actor_add(
    struct cx *, struct str local, struct str password, bool admin, int64_t *id);
/*
 * A new device: the password, the second factor of those who have one, then a certificate for its
 * CSR. ERR_BAD_CREDENTIALS for both a wrong name and a wrong password; only who has the password
 * hears of a second factor: ERR_SECOND_FACTOR when `code` is empty, else what second_factor_check()
 * says.
 */
struct login_request {
	struct str name, password, code, address;
};
must_check enum err actor_log_in(
    struct cx *, const struct login_request *, const struct idcsr *, struct grant *);
/* What an operator does; ERR_NOT_FOUND when there is no such actor. */
must_check enum err actor_set_password(struct cx *, struct str local, struct str password);
must_check enum err actor_set_admin(struct cx *, struct str local, bool admin);
must_check enum err actor_deactivate(struct cx *, struct str local);
must_check enum err actor_list(struct cx *, struct str local, struct actor_item **, size_t *n);
#endif
