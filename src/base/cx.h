#ifndef MOTET_BASE_CX_H
#define MOTET_BASE_CX_H
#include "base/err.h"
#include "base/meter.h"
struct conf;	   /* base/conf.h */
struct db;	   /* db/db.h; opaque below that layer */
struct ca;	   /* signer/signer.h: who signs for us */
struct fetcher;	   /* base/fetch.h: asks other servers */
struct gate;	   /* shm/gate.h: bounds the hashing of passwords */
struct limits;	   /* shm/limits.h: counts requests for all workers */
struct scoreboard; /* shm/scoreboard.h: what all workers are at, and what they have done */
/*
 * The context of one request, passed first to every function that can fail. It borrows everything
 * but `why`: the worker owns the arena, the connection and the rest, and clears `why` and resets
 * the arena between requests.
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
	int64_t now; /* seconds since 1970 by the database's clock, once it was asked; else the
			host's */
	int64_t started_us;  /* monotonic, when the request came */
	int64_t retry_after; /* seconds, for 429 and 503; 0: the default */
	struct meter meter;  /* what this request costs */
};
#endif
