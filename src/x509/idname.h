#ifndef MOTET_X509_IDNAME_H
#define MOTET_X509_IDNAME_H
#include "x509/der.h"
/*
 * The distinguished names of ID-Certs (wire.md 3.1): DC, any number of times with the top level
 * first, and CN, UID and uniqueIdentifier, each at most once, in any place and in an RDN of its
 * own. Each is a PrintableString, UTF8String or IA5String of characters 0x20 to 0x7e. Other
 * attributes are read over: they say nothing here, and no name that we write has them.
 *
 * A check returns NULL, or what is wrong as the end of a sentence after "The subject": "has no
 * UID".
 */
struct idname {
	struct str cn, uid, session_id; /* n 0: absent; session_id: uniqueIdentifier */
	struct str domain; /* the domain that the DCs spell, which domain_ok() accepts */
	struct str local;  /* the local name in the UID; set by idname_check_actor() */
	bool has_others;   /* other attributes, which were ignored */
};
/* Read a Name. `name` is the whole Name, and has passed der_check(). Texts point into `name`; the
 * domain is in the arena. */
const char *idname_read(struct arena *, struct blob name, struct idname *);
/*
 * Write the Name of an actor's session as polyproto-rs does since 0.14 (wire.md 3.1): DCs with the
 * top level first, UID, CN, uniqueIdentifier. UID and CN are UTF8Strings, the others IA5Strings.
 * The values must have been checked before.
 */
struct blob idname_write(
    struct arena *, struct str local, struct str domain, struct str session_id);
/*
 * Check the name of an actor: the UID is a federation ID in lower case of the domain in the DCs,
 * the session ID has 1 to 32 octets, CN is the local name. If cn_needed is false, CN may be
 * absent.
 */
const char *idname_check_actor(struct arena *, struct idname *, bool cn_needed);
/* Do these two session IDs count as the same name (RFC 5280 7.1)? Case, blanks at the ends, and
 * repeated blanks make no difference. */
bool idname_same_session(struct str, struct str);
/* Check the name of a home server or of an issuer: it consists of DCs and nothing else. */
const char *idname_check_server(const struct idname *);
#endif
