#ifndef MOTET_STORE_Q_THROTTLE_H
#define MOTET_STORE_Q_THROTTLE_H
#include "db/db.h"
/* Tries at passwords, counted in the database: for all hosts, across restarts (GCRA). */
struct throttled {
	bool taken;
	int64_t wait;	/* seconds, when not taken */
};
/* One try costs `cost_ms`; `burst` of them may be owed at a time. */
must_check enum err q_throttle_take(struct cx *, struct blob key, int64_t cost_ms, int64_t burst, struct throttled **);
must_check enum err q_throttle_clear(struct cx *, struct blob key);
extern const struct stmt *const q_throttle_stmts[];
#endif
