#ifndef MOTET_X509_IDNAME_H
#define MOTET_X509_IDNAME_H
#include "x509/der.h"
/*
 * The distinguished names of ID-Certs (wire.md 3.1). One attribute in each RDN; PrintableString,
 * UTF8String or IA5String; nothing outside 0x20 to 0x7e; only the four attributes below, DC any
 * number of times and each other at most once; DCs with the top level first, the others anywhere
 * between.
 *
 * Every function returns NULL, or what is wrong in words that follow "the subject": "has no UID …".
 */
struct idname {
	struct str cn, uid, session_id; /* n 0: not there */
	struct str domain;		/* of the DCs; at least one, and domain_ok() */
	struct str local;		/* of the UID, once idname_check_actor() has passed it */
};
/* `name` is the whole Name, after der_check(). Texts point into it, the domain lives in the arena.
 */
const char *idname_read(struct arena *, struct blob name, struct idname *);
/*
 * The Name of an actor's session as polyproto-rs orders it (wire.md 3.1): uniqueIdentifier, UID,
 * DCs with the top level first, CN; DCs IA5Strings, the rest UTF8Strings. For values that have
 * passed their checks.
 */
struct blob idname_write(
    struct arena *, struct str local, struct str domain, struct str session_id);
/* An actor's: UID a federation ID in lower case at the DCs' domain, session ID of 1 to 32, CN the
 * local name (or absent, if it may be). */
const char *idname_check_actor(struct arena *, struct idname *, bool cn_needed);
/* A home server's, and every issuer's: DCs and nothing else. */
const char *idname_check_server(const struct idname *);
#endif
