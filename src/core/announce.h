#ifndef MOTET_CORE_ANNOUNCE_H
#define MOTET_CORE_ANNOUNCE_H
#include "core/session.h"
/*
 * A session of a foreign actor tells of the ID-Cert that its home server has issued for it now: same actor, same session ID, good by
 * foreign_check(). The session goes on with it and keeps its token; the actor's other sessions here hear of it. The same again is OK.
 * ERR_BAD_CERT: of another actor or session, or not good. ERR_UNAUTHORIZED: the session has ended, or got another certificate, meanwhile.
 */
must_check enum err announce_cert(struct cx *, const struct session *, struct blob der);
#endif
