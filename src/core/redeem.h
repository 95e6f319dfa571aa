#ifndef MOTET_CORE_REDEEM_H
#define MOTET_CORE_REDEEM_H
#include "core/federation_token.h"
#include "core/keypackage.h"
/*
 * Redeem federation tokens: a token and an ID-Cert open a session here (POST /p2core/session/auth).
 * A token opens only one session, even if several hosts get it at once: one database row decides. A
 * token that names an ID-Cert in cnf opens a session for that certificate only. A home actor can
 * redeem a token, too; the new session token then replaces that of the session that asked for the
 * federation token, and of no other session.
 */
enum { REDEEM_SKEW = 60 }; /* seconds that the clocks of two servers may differ */
/*
 * Redeem the token. Checks everything before it writes anything: the token (ERR_BAD_TOKEN, 401);
 * the certificate's chain, profile, validity and revocation (ERR_BAD_CERT, 403); whether this
 * server federates with the certificate's home server and reaches it (ERR_NOT_FEDERATED,
 * ERR_HOME_UNREACHABLE); the KeyPackages, which must be bound to the certificate (ERR_BAD_REQUEST,
 * 400). KeyPackages of home actors are stored by the same statement as the session; KeyPackages of
 * foreign actors are not stored. If the database's answer is lost, the statement is sent again and
 * finds its own result: a token is never used up without its session.
 */
must_check enum err redeem_token(struct cx *, struct str token, struct blob id_cert,
    const struct keypackage_upload *, struct str *session_token);
#endif
