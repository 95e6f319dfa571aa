#ifndef MOTET_STORE_Q_FOREIGN_SESSION_H
#define MOTET_STORE_Q_FOREIGN_SESSION_H
#include "db/db.h"
/* How sessions of foreign actors are renewed, confirmed and ended: the statements of
 * q_foreign_session.sql. */
/*
 * Give a session its next ID-Cert, in place of the one with the serial number `old`. *renewed 0:
 * there is no such session.
 */
struct foreign_renewal {
	struct str fid, session_id, old, serial;
	struct blob key, cert;
	int64_t not_after;
	struct str event;
};
must_check enum err q_foreign_session_renew(
    struct cx *, const struct foreign_renewal *, int64_t *renewed);
/* Find an actor whose home server must be asked now about the actor's sessions. For some minutes,
 * no other caller gets the same actor. *out NULL: there is no such actor. */
struct foreign_due {
	struct str fid, domain;
};
must_check enum err q_foreign_session_due(struct cx *, struct foreign_due **out);
/* End the actor's sessions whose confirmed_until has passed: the home server has answered and did
 * not confirm them. */
must_check enum err q_foreign_session_end_unlisted(struct cx *, struct str fid);
/*
 * Note that the home server `domain` does not answer. The sessions of the actor `fid`, and those of
 * the other actors about whom this server is to be asked now, stay confirmed until the server has
 * been silent for `patience` seconds; then they are ended. One call handles at most 1000 sessions.
 */
must_check enum err q_foreign_session_note_silence(
    struct cx *, struct str domain, struct str fid, int64_t patience);
/* Delay by a minute or two asking this home server about those sessions that are due. */
must_check enum err q_foreign_session_put_off(struct cx *, struct str domain);
extern const struct stmt *const q_foreign_session_stmts[];
#endif
