#ifndef MOTET_CORE_SESSION_H
#define MOTET_CORE_SESSION_H
#include "core/issue.h"
#include "store/q_session.h"
/* Sessions of home actors: found by their token, rotated, ended. */
/*
 * The session of a token; sets cx->now. Without a form that a token has, the database is not asked.
 * ERR_UNAUTHORIZED. With `password` the row carries the actor's PHC string and second factor, for
 * session_check_solution().
 */
must_check enum err session_find(struct cx *, struct str token, bool password, struct session **);
/* The hash of a token, for statements that look the session up themselves. ERR_UNAUTHORIZED when it
 * cannot be a token. */
must_check enum err session_hash_token(struct cx *, struct str token, struct blob *hash);
/*
 * X-P2-Sensitive-Solution (protocol.md 2.9), as `sensitive_actions` asks for it, or `always`: the
 * password; from an actor with a second factor a code or a recovery code instead, since whoever has
 * stolen a token may know the password, too. ERR_SENSITIVE when it is missing or wrong; wrong ones
 * count, for this session alone: nobody without its token can use up its tries. ERR_USED_CODE.
 */
must_check enum err session_check_solution(
    struct cx *, const struct session *, struct str solution, struct str address, bool always);
/* Does session_find() have to bring the password and the second factor for that? */
bool session_needs_solution(const struct cx *, bool always);
/* POST /session/idcert: a new key for this very session. ERR_BAD_CSR when the CSR names another
 * session. */
must_check enum err session_rotate(
    struct cx *, const struct session *, const struct idcsr *, struct grant *);
/* POST /p2core/key/user/@me: the same, but the token (its hash) stays. *pem: the certificate. The
 * same request again gets the same one. */
must_check enum err session_rekey(struct cx *, const struct session *, const struct idcsr *,
    struct blob token_hash, struct str *pem);
/* POST /idcert: the same when the CSR names this session, else a certificate for a new one. */
must_check enum err session_issue_idcert(
    struct cx *, const struct session *, const struct idcsr *, struct grant *);
/*
 * End a session of the same actor's: of a home actor the certificate with the token, of a foreign
 * one the token here. ERR_NOT_FOUND.
 */
must_check enum err session_end(struct cx *, const struct session *, struct str session_id);
/* Is the actor's home here? ERR_FOREIGN names the home server when not. */
must_check enum err session_require_home(struct cx *, const struct session *);
/* The federation ID of whoever it is. */
struct str session_fid(struct cx *, const struct session *);
must_check enum err session_list(struct cx *, int64_t actor_id, struct session_item **, size_t *n);
#endif
