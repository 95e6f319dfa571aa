#ifndef MOTET_CORE_SESSION_H
#define MOTET_CORE_SESSION_H
#include "core/issue.h"
#include "store/q_session.h"
/* Sessions: find them by token, renew them, end them. */
/*
 * Find the session of a token; sets cx->now. A malformed token is refused without a query.
 * ERR_UNAUTHORIZED. ERR_SESSION_ENDED: the home server of a foreign actor has ended the session, by
 * what it said or because it did not answer for too long. `password`: also read the actor's PHC
 * string and second factor, for session_check_solution(). A session that is `unconfirmed` must not
 * be used before foreign_session_confirm().
 */
must_check enum err session_find(struct cx *, struct str token, bool password, struct session **);
/*
 * Find the session of a token that became invalid within the last day, when the session's key was
 * rotated; for requests that repeat the rotation because its answer was lost. With such a
 * session, session_rotate() and session_issue_idcert() only return the ID-Cert that the rotation
 * issued, and only for the same CSR. ERR_UNAUTHORIZED.
 */
must_check enum err session_find_rotated(struct cx *, struct str token, struct session **);
/* Hash a token, for statements that look up the session. ERR_UNAUTHORIZED: malformed. */
must_check enum err session_hash_token(struct cx *, struct str token, struct blob *hash);
/* Who must send X-P2-Sensitive-Solution for an operation. */
enum solution_policy {
	SOLUTION_NOBODY,
	SOLUTION_WITH_FACTOR, /* actors with a second factor, unless sensitive_actions = off */
	SOLUTION_BY_SETTING,  /* the actors whom the key sensitive_actions selects */
	SOLUTION_EVERYBODY    /* every home actor, even with sensitive_actions = off */
};
/*
 * Check X-P2-Sensitive-Solution (protocol.md 2.9), if this session's actor must send it. The value
 * must be the password; for an actor with a second factor it must be a code of the app or a
 * recovery code instead, since a thief of the token may also know the password. Foreign actors have
 * no password and no second factor here, and need not send it. ERR_SENSITIVE: the header is missing
 * or its value is wrong. ERR_USED_CODE. Wrong values are counted for this session only, so that
 * others cannot exhaust its attempts.
 */
must_check enum err session_check_solution(struct cx *, const struct session *, struct str solution,
    struct str address, enum solution_policy);
/* Whether session_find() must read the password and second factor for that check. */
bool session_needs_solution(const struct cx *, enum solution_policy);
/*
 * POST /session/idcert: a new key for this session. ERR_BAD_CSR: the CSR names another session. A
 * client that sends the same CSR again, with the same token, gets the same certificate and another
 * token.
 */
must_check enum err session_rotate(
    struct cx *, const struct session *, const struct idcsr *, struct grant *);
/* POST /p2core/key/user/@me: as session_rotate(), but the session keeps its token. *pem: the
 * certificate; a repeated request gets the same certificate. */
must_check enum err session_rekey(struct cx *, const struct session *, const struct idcsr *,
    struct blob token_hash, struct str *pem);
/* POST /idcert: as session_rotate() when the CSR names this session, else a new session. */
must_check enum err session_issue_idcert(
    struct cx *, const struct session *, const struct idcsr *, struct grant *);
/* End a session of the same actor. A home actor's certificate is revoked as well; a foreign
 * actor only loses the token here. ERR_NOT_FOUND. */
must_check enum err session_end(struct cx *, const struct session *, struct str session_id);
/* Require a home actor. ERR_FOREIGN names the home server of a foreign one. */
must_check enum err session_require_home(struct cx *, const struct session *);
/* Make the federation ID of the session's actor. */
struct str session_fid(struct cx *, const struct session *);
/* List the running sessions that this session's actor has here. */
must_check enum err session_list_own(
    struct cx *, const struct session *, struct own_session **, size_t *n);
must_check enum err session_list(struct cx *, int64_t actor_id, struct session_item **, size_t *n);
#endif
