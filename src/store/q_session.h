#ifndef MOTET_STORE_Q_SESSION_H
#define MOTET_STORE_Q_SESSION_H
#include "db/db.h"
/* Sessions: the statements of q_session.sql. */
struct session {
	int64_t actor_id;	/* 0: a foreign actor */
	struct str serial_text; /* serial number of the session's ID-Cert, decimal */
	struct str local_name;	/* home actors */
	struct str fid, domain; /* foreign actors */
	struct str session_id;
	bool admin;
	int64_t not_after;   /* of its ID-Cert */
	struct str password; /* the actor's PHC string, if requested */
	struct blob totp;    /* sealed secret of the second factor, if requested; n 0: none */
	struct str key;	     /* session_key in the tables of events */
	int64_t now;
	bool unconfirmed; /* foreign actors: the home server has to be asked before the session may
			     be used */
	struct str ended_why; /* foreign actors: why the session has ended (schema 18); s NULL: it
				 has not */
	int64_t serial;	      /* home actors */
	bool rotated;	      /* the token has ended because the session's key was rotated:
				 q_session_find_rotated() */
};
struct session_item {
	struct str local_name, session_id;
	int64_t serial, created_at, not_after;
};
struct own_session {
	struct str session_id, serial; /* serial: of the ID-Cert, decimal */
	int64_t created_at, not_after;
};
/* `password`: fetch password and totp, too. *out NULL: no session has this token. */
must_check enum err q_session_find(
    struct cx *, struct blob token_hash, bool password, struct session **out);
/* Find the session whose token ended within the last day because its key was rotated; serial is
 * that of the old ID-Cert. *out NULL: there is no such session. */
must_check enum err q_session_find_rotated(struct cx *, struct blob token_hash, struct session **);
/* End one session: end its token and, for a home actor, revoke its ID-Cert. *ended 0: there is no
 * such session. `event`: the JSON of an event for the foreign actor's other sessions on this
 * server; if event.s is NULL, they get no event. */
must_check enum err q_session_end_foreign(
    struct cx *, struct str fid, struct str session_id, struct str event, int64_t *ended);
must_check enum err q_session_end(
    struct cx *, int64_t actor_id, struct str session_id, int64_t *ended);
/* List the sessions of one home actor, or (actor_id 0) of all. */
must_check enum err q_session_list(
    struct cx *, int64_t actor_id, struct session_item **, size_t *n);
/* List the open sessions here of a home actor, or (actor_id 0) of the foreign actor `fid`, the
 * oldest first. */
must_check enum err q_session_list_own(
    struct cx *, int64_t actor_id, struct str fid, struct own_session **, size_t *n);
extern const struct stmt *const q_session_stmts[];
#endif
