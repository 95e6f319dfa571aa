#ifndef MOTET_STORE_Q_SERVER_KEY_H
#define MOTET_STORE_Q_SERVER_KEY_H
#include "db/db.h"
/* The server's identity keys: rows of q_server_key.sql. */
struct server_key {
	int64_t serial;
	struct blob key, sealed, cert;
	int64_t not_before, not_after, ended_at, now; /* ended_at 0: the current one */
};
/* at < 0: the current one. *out NULL: there is none. */
must_check enum err q_server_key_at(struct cx *, int64_t at, struct server_key **out);
/*
 * *done false: `replaces` is not the current one any more, or (*late) a certificate was issued
 * under it after this one begins. ERR_CONFLICT: the serial was used before, or two were first at
 * once.
 */
must_check enum err q_server_key_add(
    struct cx *, int64_t replaces, const struct server_key *, bool *done, bool *late);
must_check enum err q_server_key_list(struct cx *, struct server_key **, size_t *n);
extern const struct stmt *const q_server_key_stmts[];
#endif
