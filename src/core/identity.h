#ifndef MOTET_CORE_IDENTITY_H
#define MOTET_CORE_IDENTITY_H
#include "signer/signer.h"
#include "store/q_server_key.h"
/*
 * This server's identity keys and their certificates. One key is current; a rotation replaces it by
 * the next one in one statement, for all hosts at once. A worker keeps the current key in memory;
 * statements that depend on this key check that it is still current.
 */
/*
 * Get the current key, from memory if possible. ERR_UNAVAILABLE: there is no key (run `motetctl
 * init`). ERR_MISFIT: the key belongs to another domain than that of the configuration, so that its
 * signatures would not verify.
 */
must_check enum err identity_current(struct cx *, struct server_key **);
/* Forget the key in memory unless it has this serial; serial 0: forget the key in any case. */
void identity_forget_unless(int64_t serial);
/* Get the key that was current at a time (at < 0: now) from the database. ERR_NOT_FOUND: there was
 * no key at that time. ERR_MISFIT means what it means for identity_current(). */
must_check enum err identity_at(struct cx *, int64_t at, struct server_key **);
/* Get the current key from the database, without a check of its domain. ERR_NOT_FOUND: there is no
 * key. */
must_check enum err identity_stored(struct cx *, struct server_key **);
/* Check that we can sign with a key: the key belongs to our domain, and the secret of cx->ca (if
 * any) opens it. ERR_MISFIT says why not; ERR_UNAVAILABLE: the signer does not answer. */
must_check enum err identity_check_secret(struct cx *, const struct server_key *);
/*
 * Check that the clocks let us sign with a key. `database_now` is the database's time when the key
 * was read. This host's clock must not differ from `database_now` by more than SIGNER_SKEW, and the
 * key's validity must begin at most KEY_AHEAD_MOST seconds after `database_now`. A key that begins
 * later was made while a clock was ahead; a rotation then replaces it. ERR_CLOCKS.
 */
must_check enum err identity_check_clocks(
    struct cx *, const struct server_key *, int64_t database_now);
/* Seconds. If a key is rotated more than once within a second, the new key begins in the future: at
 * most so many seconds from now. */
enum { KEY_AHEAD_MOST = 5 };
/* Create the first key. ERR_CONFLICT: a key exists already. */
must_check enum err identity_create(struct cx *, struct server_key **);
/* Replace the current key. ERR_RETRY, ERR_CONFLICT: another key was made at the same time. A key or
 * an ID-Cert that begins more than KEY_AHEAD_MOST from now was made while a clock was ahead. Such a
 * key is then valid at no time; such an ID-Cert is revoked, and its session ends. */
must_check enum err identity_rotate(struct cx *, struct server_key **);
/*
 * Replace a current key that cannot be opened any more, because the secret is lost; cx->ca has the
 * new secret. All second factors are removed, too, because their secrets are lost with the secret
 * of the host; *factors is their number.
 */
must_check enum err identity_replace(
    struct cx *, const struct server_key *lost, struct server_key **, int64_t *factors);
/* Write the key as an OpenPGP block with our domain as its user ID; a key always gives the same
 * bytes. */
must_check enum err identity_openpgp(struct cx *, const struct server_key *, struct str *block);
/* Return the part of a key that the signer needs. */
struct ca_key identity_signer(const struct server_key *);
#endif
