#ifndef MOTET_BASE_CX_H
#define MOTET_BASE_CX_H
#include "base/err.h"
#include "base/meter.h"
struct conf;	   /* base/conf.h */
struct db;	   /* db/db.h: the database connection; opaque below that layer */
struct ca;	   /* signer/signer.h: signs with the identity key */
struct fetcher;	   /* base/fetch.h: sends requests to other servers */
struct gate;	   /* shm/gate.h: limits how many passwords are hashed at once */
struct limits;	   /* shm/limits.h: rate limits, shared by all workers */
struct scoreboard; /* shm/scoreboard.h: state and counters of all workers */
/*
 * The context of one request: the first argument of every function that can fail. The worker owns
 * what the pointers lead to. Between requests it clears `why` and resets the arena.
 */
struct cx {
	struct arena *mem;
	const struct conf *conf;
	struct db *db;
	struct ca *ca;
	struct fetcher *fetch;
	struct gate *gate;
	struct limits *limits;
	struct scoreboard *board;
	struct fail why;
	int64_t now; /* seconds since 1970: by the host's clock, and by the database's clock as soon
			as the database was asked */
	int64_t started_us;    /* start of the request, clock_us() */
	int64_t retry_after;   /* Retry-After in seconds; 0: the default, or none */
	struct str asker;      /* who caused this request: a client's address, or a session; n 0: an
				  operator or the server itself */
	bool asker_known;      /* it has a session, or a federation token that was verified */
	bool counted_as_write; /* against rate_limit_writes */
	struct meter meter;    /* what this request costs: times and counts */
};
#endif
