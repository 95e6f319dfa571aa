#ifndef MOTET_CORE_INTROSPECT_H
#define MOTET_CORE_INTROSPECT_H
#include "base/cx.h"
/*
 * Ask the issuer of a federation token whether the token is still active (as in RFC 7662, but by
 * GET, the only method of outbound requests). A server that supports this says so in its
 * /.well-known/polyproto-core: "motet": {"introspect": "https://…"}. The issuer gets only the
 * SHA-256 of the token, so that a log never has a usable token, and answers {"active": bool}.
 *
 * *active is false when the issuer says so, and true when the issuer has no introspection route:
 * the token then works until it expires. If the issuer cannot be asked now, the result is
 * ERR_HOME_UNREACHABLE or, with federation_token_unconfirmed = on, OK with *active true; the log
 * says which of the two it was.
 */
must_check enum err introspect_token(
    struct cx *, struct str issuer, struct str token, bool *active);
#endif
