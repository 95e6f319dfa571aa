#ifndef MOTET_CORE_INTROSPECT_H
#define MOTET_CORE_INTROSPECT_H
#include "base/cx.h"
/*
 * Ask the issuer of a federation token whether the token is still active (as in RFC 7662, but by
 * GET, the only method of outbound requests). A server that supports this says so in its
 * /.well-known/polyproto-core: "motet": {"introspect": "https://…"}. It gets the SHA-256 of the
 * token, not the token, which could be used from a log, and answers {"active": bool}.
 *
 * False only when the issuer answers that the token is not active. True when the issuer has no such
 * route or does not answer: the token then works until it expires.
 */
bool introspect_allows(struct cx *, struct str issuer, struct str token);
#endif
