#ifndef MOTET_CORE_IDENTITY_H
#define MOTET_CORE_IDENTITY_H
#include "signer/signer.h"
#include "store/q_server_key.h"
/*
 * This server's identity keys and their certificates. One key is current; a rotation ends it and
 * starts the next in one statement, for all hosts at once. A worker keeps the current key in
 * memory; statements that depend on it check that it is still current.
 */
/*
 * The current key, from memory if possible. ERR_UNAVAILABLE: there is none (run `motetctl init`).
 * ERR_MISFIT: it belongs to another domain than the configuration's, so that its signatures would
 * not verify.
 */
must_check enum err identity_current(struct cx *, struct server_key **);
/* Forget the key in memory unless it has this serial; 0: forget it. */
void identity_forget_unless(int64_t serial);
/* The key of a time (at < 0: now), from the database. ERR_NOT_FOUND: none; ERR_MISFIT as
 * above. */
must_check enum err identity_at(struct cx *, int64_t at, struct server_key **);
/* The current key from the database, without a check of its domain. ERR_NOT_FOUND: none. */
must_check enum err identity_stored(struct cx *, struct server_key **);
/* Check that we can sign with a key: it is of our domain and the secret of cx->ca (if any) opens
 * it. ERR_MISFIT says why not; ERR_UNAVAILABLE: the signer does not answer. */
must_check enum err identity_check_secret(struct cx *, const struct server_key *);
/* Check that the clocks let us sign with a key, which was read with the database's time in
 * `database_now`: this host's clock is not further than SIGNER_SKEW from it, and the key has begun.
 * A key begins later when it was made while a clock was ahead; a rotation ends it. ERR_CLOCKS. */
must_check enum err identity_check_clocks(
    struct cx *, const struct server_key *, int64_t database_now);
enum { KEY_AHEAD_MOST = 5 }; /* seconds; two rotations within a second begin so far ahead at most */
/* Create the first key. ERR_CONFLICT: there is one. */
must_check enum err identity_create(struct cx *, struct server_key **);
/* Replace the current key. ERR_RETRY, ERR_CONFLICT: another key was made at the same time. A key or
 * an ID-Cert that begins more than KEY_AHEAD_MOST from now was made while a clock was ahead: the
 * key is the key of no time, the ID-Cert is revoked with its session. */
must_check enum err identity_rotate(struct cx *, struct server_key **);
/* Replace a current key that cannot be opened any more, because the secret is lost; cx->ca has the
 * new one. Also removes all second factors, whose secrets are lost with it: *factors of them. */
must_check enum err identity_replace(
    struct cx *, const struct server_key *lost, struct server_key **, int64_t *factors);
/* The key as an OpenPGP block with our domain as its user ID; the same bytes each time. */
must_check enum err identity_openpgp(struct cx *, const struct server_key *, struct str *block);
/* The part of a key that the signer needs. */
struct ca_key identity_signer(const struct server_key *);
#endif
