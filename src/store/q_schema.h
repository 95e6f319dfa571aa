#ifndef MOTET_STORE_Q_SCHEMA_H
#define MOTET_STORE_Q_SCHEMA_H
#include "db/db.h"
/* The schema files that were applied: the statements of q_schema.sql. */
struct schema_state {
	int64_t version, compat, now;
};
struct schema_item {
	int64_t version;
	struct str checksum;
	int64_t applied_at;
};
must_check enum err q_schema_state(struct cx *, struct schema_state **);
must_check enum err q_schema_list(struct cx *, struct schema_item **, size_t *n);
must_check enum err q_schema_exists(struct cx *, bool *there);
must_check enum err q_schema_lock(struct cx *);
/* Write a row and roll it back. */
must_check enum err q_schema_try_write(struct cx *);
must_check enum err q_schema_grant(struct cx *, struct str role);
extern const struct stmt *const q_schema_stmts[];
#endif
