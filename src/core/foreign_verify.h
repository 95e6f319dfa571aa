#ifndef MOTET_CORE_FOREIGN_VERIFY_H
#define MOTET_CORE_FOREIGN_VERIFY_H
#include "x509/cacheable.h"
/*
 * What another server has said, against the rules (wire.md 7.2). Each refuses with ERR_BAD_CERT
 * and a sentence that names the rule; cx->now must be the database's.
 */
#define REFUSE_CERT(cx, ...) refuse((cx), ERR_BAD_CERT, "id_cert", __VA_ARGS__)
enum { FOREIGN_SKEW = CACHEABLE_SKEW };
/* A server's certificate, good at `at`: DCs of that domain and nothing else, CA, signed by itself,
 * vouched for with the server's current key. */
must_check enum err foreign_verify_server(struct cx *, const struct cacheable *, struct str domain,
    const uint8_t current[ED25519_KEY], int64_t at);
/*
 * An actor's certificate: of that actor, by the server key of its time, within the validity of that
 * key's certificate, vouched for with the server's current key. Whether it is good now is another
 * question.
 */
must_check enum err foreign_verify_actor(struct cx *, const struct cacheable *, struct str fid,
    const struct idcert *signer, const uint8_t current[ED25519_KEY]);
/* Good now: begun, not over, not revoked. */
must_check enum err foreign_verify_now(struct cx *, const struct idcert *, int64_t invalidated_at);
#endif
