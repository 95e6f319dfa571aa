#ifndef MOTET_CORE_FOREIGN_SESSION_H
#define MOTET_CORE_FOREIGN_SESSION_H
#include "core/foreign.h"
#include "store/q_foreign_session.h"
/*
 * Update the ID-Cert of a foreign actor's session here. A new ID-Cert replaces the current one, and
 * the session keeps its token; if the home server has revoked the current ID-Cert, the session ends
 * (*ended). The home server is always asked, even when the certificate is cached. ERR_CONFLICT: the
 * session is one of a home actor. ERR_BAD_CERT: the certificate is bad, or belongs to another actor
 * or session.
 */
must_check enum err foreign_session_update(
    struct cx *, const struct session *, struct blob der, bool *ended);
/*
 * A session of a foreign actor stays usable until the home server's last statement about its
 * ID-Cert expires; after that the home server must be asked again. The master asks before the
 * statement expires (server/housekeeper.h); if the master did not ask, the first request after that
 * time does.
 *
 * Ask the home server about all sessions of an actor. If the home server answers, the sessions that
 * it does not confirm end when its last statement about them has expired. If the home server does
 * not answer, the actor's sessions end when the home server has been silent for cache_lifetime. OK:
 * the home server's answer or silence took effect. ERR_RETRY, ERR_RATE_LIMITED, ERR_UNAVAILABLE:
 * the home server was not asked.
 */
must_check enum err foreign_session_confirm(struct cx *, struct str fid);
/* As foreign_session_confirm(), for the next actor whose sessions are due; *asked false: no actor's
 * sessions are due now. */
must_check enum err foreign_session_confirm_next(struct cx *, bool *asked);
#endif
