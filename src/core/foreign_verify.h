#ifndef MOTET_CORE_FOREIGN_VERIFY_H
#define MOTET_CORE_FOREIGN_VERIFY_H
#include "x509/cacheable.h"
/* The rules for certificates and statements of foreign servers (wire.md 7.2). A broken rule gives
 * ERR_BAD_CERT with a message that names the rule. cx->now must be the database's time. */
#define REFUSE_CERT(cx, ...) refuse((cx), ERR_BAD_CERT, "id_cert", __VA_ARGS__)
enum { FOREIGN_SKEW = CACHEABLE_SKEW };
/* Check a server's certificate: a self-signed CA certificate, valid at `at`, whose subject is
 * exactly the domain's DCs, with a cache statement signed with `current`, the server's current
 * key. */
must_check enum err foreign_verify_server(struct cx *, const struct cacheable *, struct str domain,
    const uint8_t current[ED25519_KEY], int64_t at);
/*
 * Check that an actor's certificate belongs to `fid`, is signed with the key of `signer` (the
 * server's certificate at the time of issue), is valid only while `signer` is, and comes with a
 * cache statement signed with `current`, the server's current key. Whether the certificate is valid
 * now is not checked.
 */
must_check enum err foreign_verify_actor(struct cx *, const struct cacheable *, struct str fid,
    const struct idcert *signer, const uint8_t current[ED25519_KEY]);
/* Check that a certificate is valid now and not revoked. */
must_check enum err foreign_verify_now(struct cx *, const struct idcert *, int64_t invalidated_at);
#endif
