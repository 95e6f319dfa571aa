#ifndef MOTET_X509_CACHEABLE_H
#define MOTET_X509_CACHEABLE_H
#include "json/json.h"
#include "x509/idcert.h"
/*
 * CacheableIDCert (wire.md 2.5): an ID-Cert with a signed statement, in which its home server says
 * how long the certificate may be relied on. Before beta.13 the statement is a row of digits
 * without spaces. That row is unambiguous only if every time in it has exactly 10 digits and a
 * statement about a valid certificate expires soon (security.md 2.1): cacheable_read() checks the
 * digits, cacheable_check() the expiry.
 */
enum {				       /* seconds */
	CACHEABLE_TTL_MAX = 12 * 3600, /* the most seconds to the expiry of a statement about a
					  valid certificate */
	CACHEABLE_SKEW = 60,	       /* seconds that the clocks of two servers may differ */
	CACHEABLE_TEXT_MAX = 8192,     /* octets; a longer object is written anew */
};
struct cacheable {
	struct str text; /* the JSON object, byte for byte as received, or written anew (see
			    cacheable_read()) */
	struct idcert cert;
	int64_t not_before, not_after; /* times of the statement, seconds since 1970 */
	int64_t invalidated;	       /* when the certificate was revoked; 0: not revoked */
	uint8_t sig[ED25519_SIG];
};
/*
 * Read a CacheableIDCert. An object with unknown members, or longer than CACHEABLE_TEXT_MAX, is
 * written anew, so that another server cannot make us keep whatever it likes. Both spellings of the
 * member names are accepted. Signatures are not checked, and times are not compared with the clock.
 * Texts point into `text` or are in the arena. ERR_HOME_INVALID: not a CacheableIDCert.
 * ERR_BAD_CERT: the certificate breaks the profile, or a time does not have 10 digits.
 */
must_check enum err cacheable_read(struct cx *, struct str text, struct cacheable *);
/* Split a JSON array into its elements, which are not parsed and point into `text`.
 * ERR_HOME_INVALID: not an array. */
must_check enum err cacheable_split(struct cx *, struct str text, struct strs *out);
/*
 * Check that the statement may be relied on at `now` (seconds since 1970): `key`, the key of the
 * home server, has signed it; it is already valid, has not expired, and expires within
 * CACHEABLE_TTL_MAX unless the certificate is revoked. ERR_BAD_CERT names the rule.
 */
must_check enum err cacheable_check(
    struct cx *, const struct cacheable *, const uint8_t key[ED25519_KEY], int64_t now);
/* Write a CacheableIDCert, in which each member has all its names: those of the published schema,
 * of its prose, and of polyproto-rs 0.9. `strings`: times are JSON strings, not numbers. */
struct json_object *cacheable_json(struct cx *, struct blob cert, const struct cache_claim *,
    const uint8_t sig[ED25519_SIG], bool strings);
/* Make {"cert": PEM}, the content of events about a certificate (wire.md 2.8). */
struct str cacheable_event(struct cx *, struct blob cert);
#endif
