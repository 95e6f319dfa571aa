#ifndef MOTET_CORE_INTROSPECT_H
#define MOTET_CORE_INTROSPECT_H
#include "base/cx.h"
/*
 * Asking the issuer of a federation token whether it still stands (the meaning of RFC 7662, by GET:
 * outbound calls know no other method). A server that can be asked says so in its
 * /.well-known/polyproto-core: "motet": {"introspect": "https://…"}. It is sent the SHA-256 of the
 * token, never the token, which would stand in somebody's log while it still works, and answers
 * {"active": bool}.
 *
 * False only when the issuer says so; one that has no such route, or does not answer, is not waited
 * for: then the token's end is the bound.
 */
bool introspect_allows(struct cx *, struct str issuer, struct str token);
#endif
