#ifndef MOTET_BASE_METER_H
#define MOTET_BASE_METER_H
#include "base/clock.h"
#include <stdatomic.h>
#include <string.h>
/*
 * What a request costs: times and counts, collected in the worker's own memory (cx->meter). At the
 * end of the request, the worker adds these times and counts to the scoreboard. A request is in
 * exactly one phase at a time, so the times of its phases add up to its total. A change of phase
 * reads the clock:
 *
 *	enum phase was = meter_phase(&cx->meter, PHASE_DB);
 *	…
 *	meter_phase(&cx->meter, was);
 */
#define PHASE_ROWS(P) \
	P(READ, "read", "reading the request") \
	P(WORK, "work", "everything else: parsing, checks, rendering") \
	P(DB, "db", "database statements, from sending to result, including retries") \
	P(CONNECT, "connect", "connecting to the database") \
	P(WAIT, "wait", "queueing to hash a password") \
	P(HASH, "hash", "hashing a password") \
	P(SIGN, "sign", "asking the signer") \
	P(OUTBOUND, "outbound", "requests to other servers") \
	P(WRITE, "write", "sending the response")
#define P(id, name, text) PHASE_##id,
enum phase { PHASE_ROWS(P) PHASES };
#undef P
enum counter {
#define COUNT(id, family, label, value, help) COUNT_##id,
#include "base/counters.def"
	COUNTS
};
/* What other processes see of a running request: part of its worker's row on the scoreboard. */
struct meter_now {
	_Atomic int route, phase;
};
struct meter {
	enum phase phase;
	int64_t since_us; /* when the phase began */
	int64_t us[PHASES];
	int64_t count[COUNTS];
	int route; /* number of the row in the route table, from 1; 0: none */
	int err;   /* enum err of the response */
	/* The members below keep their values from request to request. */
	struct meter_now *now; /* NULL: no scoreboard */
	/* The state of the database connection when it was last used. */
	enum { METER_DB_UNUSED, METER_DB_UP, METER_DB_AWAY } db;
	int64_t cert_not_after; /* when the server's ID-Cert expires; 0: not known yet */
};
extern const char *const meter_phase_names[PHASES];

/* Start a request that began at began_us (clock_us()), in PHASE_READ, with all counts 0. */
static inline void meter_begin(struct meter *m, int64_t began_us)
{
	memset(m->us, 0, sizeof m->us);
	memset(m->count, 0, sizeof m->count);
	m->route = m->err = 0;
	m->phase = PHASE_READ;
	m->since_us = began_us;
}
/* Change to phase `to`; returns the previous phase. */
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
/* Return the microseconds of all phases so far. */
int64_t meter_total(const struct meter *);
/* A row of counters.def, indexed by enum counter. */
struct meter_row {
	const char *family, *label, *value, *help;
};
extern const struct meter_row meter_rows[COUNTS];
#endif
