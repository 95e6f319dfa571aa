#ifndef MOTET_CORE_FOREIGN_SESSION_H
#define MOTET_CORE_FOREIGN_SESSION_H
#include "core/foreign.h"
/*
 * News of the ID-Cert of a session here whose actor is another server's: a new one, with which the
 * session goes on under the same token; or the current one, which the home server has revoked, and
 * then the session ends (*ended). The home server is asked in both cases, whatever we remember.
 * ERR_CONFLICT: the session is a home actor's. ERR_BAD_CERT: not good, or of another actor or
 * session.
 */
must_check enum err foreign_session_update(
    struct cx *, const struct session *, struct blob der, bool *ended);
#endif
