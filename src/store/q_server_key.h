#ifndef MOTET_STORE_Q_SERVER_KEY_H
#define MOTET_STORE_Q_SERVER_KEY_H
#include "db/db.h"
/* The server's identity keys: the statements of q_server_key.sql. */
struct server_key {
	int64_t serial;
	struct blob key, sealed, cert;		      /* sealed empty: the secret key is lost */
	int64_t not_before, not_after, ended_at, now; /* ended_at 0: the current key */
};
/* Find the key that was current at a time, or (at < 0) the key that is current now. *out NULL:
 * there is no such key. */
must_check enum err q_server_key_at(struct cx *, int64_t at, struct server_key **out);
/*
 * Add a key, which replaces the key `replaces` (0: it is the first key). *done false: `replaces` is
 * no longer the current key or, with *late, an ID-Cert that `replaces` signed begins up to 5
 * seconds after the new key. ID-Certs that begin more than 5 seconds after the new key are revoked.
 * ERR_CONFLICT: the serial number is used, or two first keys were added at once.
 */
must_check enum err q_server_key_add(
    struct cx *, int64_t replaces, const struct server_key *, bool *done, bool *late);
/* Note that the secrets of all keys but the current one are lost: clear their seals, and delete all
 * second factors, whose number is *factors. */
must_check enum err q_server_key_lose_secret(struct cx *, int64_t *factors);
must_check enum err q_server_key_list(struct cx *, struct server_key **, size_t *n);
extern const struct stmt *const q_server_key_stmts[];
#endif
