#ifndef MOTET_CORE_FOREIGN_SESSION_H
#define MOTET_CORE_FOREIGN_SESSION_H
#include "core/foreign.h"
/*
 * Update the ID-Cert of a foreign actor's session here. A new ID-Cert replaces the current one and
 * the token stays; if the home server has revoked the current one, the session ends (*ended). The
 * home server is always asked, even when the certificate is cached. ERR_CONFLICT: a home actor's
 * session. ERR_BAD_CERT: the certificate is bad, or of another actor or session.
 */
must_check enum err foreign_session_update(
    struct cx *, const struct session *, struct blob der, bool *ended);
#endif
