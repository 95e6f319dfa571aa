#ifndef MOTET_CORE_IDENTITY_H
#define MOTET_CORE_IDENTITY_H
#include "signer/signer.h"
#include "store/q_server_key.h"
/*
 * The identity of this server: its keys and their certificates. There is one current key; rotation
 * ends it and begins the next in one statement, for all hosts at once. A worker remembers the
 * current one; statements that depend on it check that it still is.
 */
/*
 * The current one, from memory when it is known. ERR_UNAVAILABLE when there is none, `motetctl
 * init` has not run, and when it is of another domain than that of the configuration: what it
 * signed then would be nobody's.
 */
must_check enum err identity_current(struct cx *, struct server_key **);
/* Forget what was remembered unless it has this serial. */
void identity_forget_unless(int64_t serial);
/* The one of a time (at < 0: of now), from the database. ERR_NOT_FOUND when there was none,
 * ERR_UNAVAILABLE as above. */
must_check enum err identity_at(struct cx *, int64_t at, struct server_key **);
/* The one of now, whatever its domain is: for who looks into that. */
must_check enum err identity_stored(struct cx *, struct server_key **);
/* Can we sign with it: is it of our domain, and does the secret of whoever signs here (cx->ca, if
 * there is one) open it? ERR_UNAVAILABLE: no, and why. */
must_check enum err identity_check_secret(struct cx *, const struct server_key *);
/* The very first. ERR_CONFLICT when there is one. */
must_check enum err identity_create(struct cx *, struct server_key **);
/* The next. */
must_check enum err identity_rotate(struct cx *, struct server_key **);
/* The key as an OpenPGP block with our domain as its user ID; always the same for one key. */
must_check enum err identity_openpgp(struct cx *, const struct server_key *, struct str *block);
/* What signing needs of it. */
struct ca_key identity_signer(const struct server_key *);
#endif
