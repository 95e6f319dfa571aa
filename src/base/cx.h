#ifndef MOTET_BASE_CX_H
#define MOTET_BASE_CX_H
#include "base/err.h"
#include "base/meter.h"
struct fcgi;	   /* fcgi/fcgi.h: the connections of this worker */
struct conf;	   /* base/conf.h */
struct db;	   /* db/db.h: the database connection; opaque below that layer */
struct ca;	   /* signer/signer.h: signs with the identity key */
struct fetcher;	   /* base/fetch.h: sends requests to other servers */
struct gate;	   /* shm/gate.h: limits how many passwords are hashed at once */
struct limits;	   /* shm/limits.h: rate limits, shared by all workers */
struct scoreboard; /* shm/scoreboard.h: state and counters of all workers */
struct sent_name;  /* json/shape.h: a member that a request calls by its other name */
/* How a request that hashes a password gets a hashing slot (core/password.h). */
enum hash_turn {
	HASH_WAITS,    /* wait here until a slot is free */
	HASH_TRIES,    /* take a free slot; if there is none, queue the request */
	HASH_QUEUES,   /* queue the request behind those that came before */
	HASH_HAS_SLOT, /* the worker has already taken a slot for the request */
	HASH_GIVES_UP  /* the request has waited too long: refuse it */
};
/* The context of one request: the first argument of every function that can fail. The worker owns
 * what the pointers point to. Between requests the worker clears `why` and resets the arena. */
struct cx {
	struct arena *mem;
	const struct conf *conf;
	struct db *db;
	struct ca *ca;
	struct fetcher *fetch;
	struct gate *gate;
	struct limits *limits;
	struct scoreboard *board;
	/* The function that passes the worker's other connections to its siblings; call
	 * cx_step_aside() before a long wait or computation. NULL: there is nothing to pass. */
	void (*step_aside)(struct fcgi *);
	struct fcgi *transport;
	enum hash_turn hash_turn;
	bool hash_queued; /* the request waits for a hashing slot and has changed nothing: do not
			     answer it now, serve it again later */
	struct fail why;
	const struct sent_name *sent_names; /* of this request; see shape_sent_name() */
	int64_t now; /* seconds since 1970: by the host's clock, and by the database's clock as soon
			as the database was asked */
	int64_t started_us;    /* start of the request, clock_us() */
	int64_t retry_after;   /* Retry-After in seconds; 0: the error's default, or none */
	struct str asker;      /* who caused this request: a client's address, or a session; n 0: an
				  operator or the server itself */
	struct str address;    /* the client's address, as a key of limits; n 0: as above */
	bool asker_known;      /* the asker has a session, or sent a federation token that was
				  verified */
	bool counted_as_write; /* the request was counted against rate_limit_writes */
	int64_t events_after;  /* with ERR_EVENTS_GONE: the value of `after` that the client has to
				  send next */
	struct meter meter;    /* the times and counts that this request costs */
};
static inline void cx_step_aside(struct cx *cx)
{
	if (cx->step_aside)
		cx->step_aside(cx->transport);
}
#endif
