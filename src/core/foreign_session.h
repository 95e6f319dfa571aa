#ifndef MOTET_CORE_FOREIGN_SESSION_H
#define MOTET_CORE_FOREIGN_SESSION_H
#include "core/foreign.h"
#include "store/q_foreign_session.h"
/*
 * Update the ID-Cert of a foreign actor's session here. A new ID-Cert replaces the current one and
 * the token stays; if the home server has revoked the current one, the session ends (*ended). The
 * home server is always asked, even when the certificate is cached. ERR_CONFLICT: a home actor's
 * session. ERR_BAD_CERT: the certificate is bad, or of another actor or session.
 */
must_check enum err foreign_session_update(
    struct cx *, const struct session *, struct blob der, bool *ended);
/*
 * Sessions of foreign actors go on for as long as the home server's last statement about their
 * ID-Cert, and no longer without asking it again. It is asked before that by the master
 * (server/housekeeper.h), or else by the first request after that.
 *
 * Ask about all sessions of an actor: those that the home server does not confirm end when its last
 * statement is over, those of a home server that is silent when it has been so for cache_lifetime.
 * OK: whatever it said took effect. ERR_RETRY, ERR_RATE_LIMITED, ERR_UNAVAILABLE: it was not asked.
 */
must_check enum err foreign_session_confirm(struct cx *, struct str fid);
/* The same for the actor whose turn it is; *asked false: for nobody now. */
must_check enum err foreign_session_confirm_next(struct cx *, bool *asked);
#endif
