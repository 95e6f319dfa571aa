#ifndef MOTET_STORE_Q_FOREIGN_SESSION_H
#define MOTET_STORE_Q_FOREIGN_SESSION_H
#include "db/db.h"
/* What becomes of sessions of foreign actors: the statements of q_foreign_session.sql. */
/*
 * The next ID-Cert of a session; replaces the one with the serial number `old`. *renewed 0: there
 * is no such session.
 */
struct foreign_renewal {
	struct str fid, session_id, old, serial;
	struct blob key, cert;
	int64_t not_after;
	struct str event;
};
must_check enum err q_foreign_session_renew(
    struct cx *, const struct foreign_renewal *, int64_t *renewed);
/* An actor about whom his home server is to be asked now; nobody else gets him for the next
 * minutes. *out NULL: there is none. */
struct foreign_due {
	struct str fid, domain;
};
must_check enum err q_foreign_session_due(struct cx *, struct foreign_due **out);
/* End the actor's sessions whose confirmed_until is over: the home server has answered, and did not
 * confirm them. */
must_check enum err q_foreign_session_end_unlisted(struct cx *, struct str fid);
/*
 * The home server does not answer. The actor's sessions, and those of others of this home about
 * whom it is to be asked now, are confirmed until it has been silent for `patience` seconds, and
 * end after that. At most 1000 at a time.
 */
must_check enum err q_foreign_session_note_silence(
    struct cx *, struct str domain, struct str fid, int64_t patience);
/* Ask about this home's sessions, as far as they are due, a minute later. */
must_check enum err q_foreign_session_put_off(struct cx *, struct str domain);
extern const struct stmt *const q_foreign_session_stmts[];
#endif
