#ifndef MOTET_STORE_Q_PROBE_H
#define MOTET_STORE_Q_PROBE_H
#include "db/db.h"
/* What motetctl doctor may probe with: rows of q_probe.sql. */
must_check enum err q_probe_add(struct cx *, struct blob token_hash);
/* *taken: it was there, and is not any more. */
must_check enum err q_probe_take(struct cx *, struct blob token_hash, bool *taken);
must_check enum err q_probe_exists(struct cx *, struct blob token_hash, bool *there);
/* Delete it, and those whose time is over. */
must_check enum err q_probe_clear(struct cx *, struct blob token_hash);
extern const struct stmt *const q_probe_stmts[];
#endif
