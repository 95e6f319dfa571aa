#ifndef MOTET_CORE_REDEEM_H
#define MOTET_CORE_REDEEM_H
#include "core/federation_token.h"
#include "core/keypackage.h"
/*
 * Federation tokens as their target sees them: a token and an ID-Cert open a session here (POST
 * /p2core/session/auth). The token is good for one session, whoever shows it, on whichever host,
 * however often: one row decides. A home actor is welcome, too, and gets a session like any other
 * of its own; it takes the place of the one that stood on that ID-Cert.
 */
enum { REDEEM_SKEW = 60 }; /* seconds that two servers' clocks may differ by */
/*
 * Everything is checked before anything is written: the token, ERR_BAD_TOKEN (401); then the
 * certificate's chain, profile, validity and revocation, ERR_BAD_CERT (403); ERR_NOT_FEDERATED,
 * ERR_HOME_UNREACHABLE for the home server; then the KeyPackages, ERR_BAD_REQUEST (400), which must
 * be bound to that certificate: they are stored by the same statement when the actor's home is
 * here, and are left out else. When the answer of the database is lost the statement is sent again
 * and finds what it has done: a token is not burnt without its session.
 */
must_check enum err redeem_token(struct cx *, struct str token, struct blob id_cert,
    const struct keypackage_upload *, struct str *session_token);
#endif
