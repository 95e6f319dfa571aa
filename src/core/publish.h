#ifndef MOTET_CORE_PUBLISH_H
#define MOTET_CORE_PUBLISH_H
#include "core/identity.h"
#include "store/q_idcert.h"
/*
 * Public certificates with a signed statement of how long they may be cached (core 6.4.1, wire.md
 * 4.1 and 4.4). The end of that time moves in steps of a quarter of `cache_lifetime`, so that
 * responses stay byte-identical for that long. Its beginning is always CACHE_NOT_BEFORE, and for a
 * revoked certificate its end is always CACHE_REVOKED_NOT_AFTER, so that a statement cannot be
 * parsed in another way (security.md 2.1).
 */
struct published {
	struct blob cert;
	struct cache_claim claim;
	uint8_t *sig; /* ED25519_SIG octets: cacheSignature */
};
/* List a home actor's certificates with statements. `spaced` means what it means in struct
 * cache_claim. ERR_NOT_FOUND: no such actor. */
must_check enum err publish_actor(struct cx *, struct str local, const struct cert_filter *,
    bool spaced, struct published **, size_t *n);
/* List a home actor's certificates without statements. */
must_check enum err publish_list_certs(
    struct cx *, struct str local, const struct cert_filter *, struct cert_item **, size_t *n);
/* Make the unsigned statement for a certificate at cx->now; sign n statements with the current
 * key. */
struct published publish_claim(
    const struct cx *, struct blob cert, int64_t serial, int64_t invalidated, bool spaced);
must_check enum err publish_sign(struct cx *, struct published *, size_t n);
/* Get the certificate that this server had at a time or (at < 0) has now, with a statement. */
must_check enum err publish_server(struct cx *, int64_t at, bool spaced, struct published *);
#endif
