#ifndef MOTET_CORE_PUBLISH_H
#define MOTET_CORE_PUBLISH_H
#include "core/identity.h"
#include "store/q_idcert.h"
/*
 * What anybody may know: certificates with the statement of how long one may rely on them
 * (core 6.4.1, wire.md 4.1 and 4.4). The window's end moves in steps of a quarter of
 * `cache_lifetime`, so that an answer stays the same, byte for byte, for that long; its beginning
 * is always CACHE_NOT_BEFORE and a revoked certificate's end always CACHE_REVOKED_NOT_AFTER, which
 * keeps the statement from being read in another way (security.md 2.1).
 */
struct published {
	struct blob cert;
	struct cache_claim claim;
	uint8_t *sig; /* ED25519_SIG octets: cacheSignature */
};
/* Of a home actor. ERR_NOT_FOUND when there is no such actor. */
must_check enum err publish_actor(
    struct cx *, struct str local, const struct cert_filter *, struct published **, size_t *n);
/* The same certificates without a statement, for those who do not ask for one. */
must_check enum err publish_list_certs(
    struct cx *, struct str local, const struct cert_filter *, struct cert_item **, size_t *n);
/* The statement for one certificate at cx->now, to be signed; and signing many at once by the
 * current key. */
struct published publish_claim(
    const struct cx *, struct blob cert, int64_t serial, int64_t invalidated);
must_check enum err publish_sign(struct cx *, struct published *, size_t n);
/* Our own, at a time or (at < 0) now. */
must_check enum err publish_server(struct cx *, int64_t at, struct published *);
#endif
