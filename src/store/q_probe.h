#ifndef MOTET_STORE_Q_PROBE_H
#define MOTET_STORE_Q_PROBE_H
#include "db/db.h"
/* Tokens for the probe route of motetctl doctor: the statements of q_probe.sql. The tokens are
 * valid for two minutes. */
must_check enum err q_probe_add(struct cx *, struct blob token_hash);
/* Use the token up. *taken false: there is no such token. */
must_check enum err q_probe_take(struct cx *, struct blob token_hash, bool *taken);
must_check enum err q_probe_exists(struct cx *, struct blob token_hash, bool *there);
/* Delete this token and all expired tokens. */
must_check enum err q_probe_clear(struct cx *, struct blob token_hash);
extern const struct stmt *const q_probe_stmts[];
#endif
