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
/* Create the first key. ERR_CONFLICT: there is one. */
must_check enum err identity_create(struct cx *, struct server_key **);
/* Replace the current key. ERR_RETRY, ERR_CONFLICT: another key was made at the same time. */
must_check enum err identity_rotate(struct cx *, struct server_key **);
/* The key as an OpenPGP block with our domain as its user ID; the same bytes each time. */
must_check enum err identity_openpgp(struct cx *, const struct server_key *, struct str *block);
/* The part of a key that the signer needs. */
struct ca_key identity_signer(const struct server_key *);
#endif
