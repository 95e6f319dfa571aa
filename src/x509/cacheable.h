#ifndef MOTET_X509_CACHEABLE_H
#define MOTET_X509_CACHEABLE_H
#include "json/json.h"
#include "x509/idcert.h"
/*
 * CacheableIDCert (wire.md 2.5): a certificate, and its home server's statement of how long one may
 * rely on it. The statement is a row of digits without separators; it has one meaning only when
 * every time in it has exactly 10 digits and a live one ends soon (security.md 2.1), which is
 * what cacheable_check() insists on.
 */
enum {
	CACHEABLE_TTL_MAX =
	    12 * 3600,	    /* seconds that a statement about a live certificate may reach ahead */
	CACHEABLE_SKEW = 60 /* by which the clocks of two servers may differ */
};
struct cacheable {
	struct str text; /* the JSON object, byte for byte */
	struct idcert cert;
	int64_t not_before, not_after; /* of the statement; 10 digits each */
	int64_t invalidated;	       /* 0: not revoked */
	uint8_t sig[ED25519_SIG];
};
/*
 * Read one. Both spellings of the member names are taken. Neither the signatures nor the time are
 * looked at. ERR_HOME_INVALID: it is no CacheableIDCert; ERR_BAD_CERT: a certificate that breaks
 * the profile, or a time that has not 10 digits.
 */
must_check enum err cacheable_read(struct cx *, struct str text, struct cacheable *);
/* The elements of a JSON array, each as it stands, pointing into `text`. ERR_HOME_INVALID: it is
 * none. */
must_check enum err cacheable_split(struct cx *, struct str text, struct strs *out);
/*
 * May one rely on it at `now`: signed by that key, begun, not over, and within CACHEABLE_TTL_MAX
 * unless it says that the certificate is revoked. ERR_BAD_CERT with the rule.
 */
must_check enum err cacheable_check(
    struct cx *, const struct cacheable *, const uint8_t key[ED25519_KEY], int64_t now);
/* One of ours: the current names, those of the prose and those of polyproto-rs 0.9 side by side. */
struct json_object *cacheable_json(
    struct cx *, struct blob cert, const struct cache_claim *, const uint8_t sig[ED25519_SIG]);
/* {"cert": PEM}: what events say of a certificate (wire.md 2.8). */
struct str cacheable_event(struct cx *, struct blob cert);
#endif
