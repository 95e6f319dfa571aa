#ifndef MOTET_STORE_Q_EPOCH_H
#define MOTET_STORE_Q_EPOCH_H
#include "db/db.h"
/* Epochs of the database (core/epoch.h): the statements of q_epoch.sql. */
struct epoch_look {
	int64_t number;	       /* of the current epoch; 0: none has begun */
	struct str system_id;  /* its system identifier */
	int64_t timeline;      /* its timeline */
	struct str system_now; /* s NULL: a standby, or the role may not read it */
	int64_t timeline_now;
	bool standby;
};
/* *there false: the schema is older than epochs. */
must_check enum err q_epoch_exists(struct cx *, bool *there);
must_check enum err q_epoch_look(struct cx *, struct epoch_look **);

enum epoch_cause { EPOCH_TIMELINE, EPOCH_MOVED, EPOCH_RESTORED, EPOCH_RESTORED_KEEP };
/* Begin an epoch, without a time limit; closes the connection, which has lost its limits. */
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
/* What became void with an epoch; number < 0: with the current one. */
must_check enum err q_epoch_voids(struct cx *, int64_t number, struct epoch_void **, size_t *n);
extern const struct stmt *const q_epoch_stmts[];
#endif
