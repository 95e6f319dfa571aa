#ifndef MOTET_BASE_METER_H
#define MOTET_BASE_METER_H
#include "base/clock.h"
#include <stdatomic.h>
#include <string.h>
/*
 * What a request costs, measured where it happens, in plain memory of its worker (cx->meter); the
 * worker adds it to the scoreboard when the request is over. A request is in exactly one phase at a
 * time, so that its phases add up to all of it; a change of phase is one look at the clock.
 *
 *	enum phase was = meter_phase(&cx->meter, PHASE_DB);
 *	…
 *	meter_phase(&cx->meter, was);
 */
#define PHASE_ROWS(P) \
	P(READ, "read", "reading the request") \
	P(WORK, "work", "everything else: parsing, checks, rendering") \
	P(DB, "db", "statements, from sending one to its answer, with repetitions") \
	P(CONNECT, "connect", "connecting to the database") \
	P(WAIT, "wait", "waiting for a place to hash a password at") \
	P(HASH, "hash", "hashing a password") \
	P(SIGN, "sign", "asking the signer") \
	P(OUTBOUND, "outbound", "asking other servers") \
	P(WRITE, "write", "sending the answer")
#define P(id, name, text) PHASE_##id,
enum phase { PHASE_ROWS(P) PHASES };
#undef P
enum counter {
#define COUNT(id, family, label, value, help) COUNT_##id,
#include "base/counters.def"
	COUNTS
};
/* What others may see of a request while it runs: a part of its worker's row on the scoreboard. */
struct meter_now {
	_Atomic int route, phase;
};
struct meter {
	enum phase phase;
	int64_t since_us; /* when the phase began */
	int64_t us[PHASES];
	int64_t count[COUNTS];
	int route; /* number of the row of the route table, from 1; 0: none */
	int err;   /* enum err, as it was answered */
	/* What stays from request to request. */
	struct meter_now *now;					 /* NULL: nobody looks */
	enum { METER_DB_UNUSED, METER_DB_UP, METER_DB_AWAY } db; /* as it was last seen */
	int64_t cert_not_after; /* of the server's certificate, 0: not known yet */
};
extern const char *const meter_phase_names[PHASES];

static inline void meter_begin(struct meter *m, int64_t began_us)
{
	memset(m->us, 0, sizeof m->us);
	memset(m->count, 0, sizeof m->count);
	m->route = m->err = 0;
	m->phase = PHASE_READ;
	m->since_us = began_us;
}
/* From now on it is this; returns what it was. */
static inline enum phase meter_phase(struct meter *m, enum phase to)
{
	enum phase was = m->phase;
	int64_t now = clock_us();

	m->us[was] += now - m->since_us;
	m->since_us = now;
	m->phase = to;
	if (m->now)
		atomic_store_explicit(&m->now->phase, (int)to, memory_order_relaxed);
	return was;
}
static inline void meter_route(struct meter *m, int route)
{
	m->route = route;
	if (m->now)
		atomic_store_explicit(&m->now->route, route, memory_order_relaxed);
}
static inline void meter_add(struct meter *m, enum counter c, int64_t n)
{
	m->count[c] += n;
}
/* Of all phases so far. */
int64_t meter_total(const struct meter *);
/* The name and the help text of a counter: for lists. */
struct meter_row {
	const char *family, *label, *value, *help;
};
extern const struct meter_row meter_rows[COUNTS];
#endif
