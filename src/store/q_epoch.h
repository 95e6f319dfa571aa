#ifndef MOTET_STORE_Q_EPOCH_H
#define MOTET_STORE_Q_EPOCH_H
#include "db/db.h"
/* Epochs of the database (core/epoch.h): the statements of q_epoch.sql. */
struct epoch_look {
	int64_t number;	       /* number of the current epoch; 0: no epoch has begun */
	struct str system_id;  /* system identifier of PostgreSQL when the epoch began */
	int64_t timeline;      /* timeline of PostgreSQL when the epoch began */
	struct str system_now; /* the system identifier now; s NULL: this is a standby, or the role
				  may not read the identifier */
	int64_t timeline_now;
	bool standby;
};
/* *there false: the schema is too old to have epochs. */
must_check enum err q_epoch_exists(struct cx *, bool *there);
must_check enum err q_epoch_look(struct cx *, struct epoch_look **);

enum epoch_cause { EPOCH_TIMELINE, EPOCH_MOVED, EPOCH_RESTORED, EPOCH_RESTORED_KEEP };
/* Begin an epoch; the statement has no time limit. Then close the connection, because its time
 * limits are off. */
must_check enum err q_epoch_begin(struct cx *, enum epoch_cause);

struct epoch_item {
	int64_t number;
	struct str cause, system_id;
	int64_t timeline, began_at, first_event, voided;
};
must_check enum err q_epoch_list(struct cx *, struct epoch_item **, size_t *n);
struct epoch_void {
	int64_t epoch;
	struct str kind, whose;
	int64_t amount;
};
/* List what became void when an epoch began; number < 0: the current epoch. */
must_check enum err q_epoch_voids(struct cx *, int64_t number, struct epoch_void **, size_t *n);
extern const struct stmt *const q_epoch_stmts[];
#endif
