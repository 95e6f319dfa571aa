#ifndef MOTET_DB_CONN_H
#define MOTET_DB_CONN_H
#include "db/db.h"
#include <libpq-fe.h>
/* The connection: open it, drop it, wait for results with a deadline. Private to db/. */
enum { DB_STATEMENTS = 256 };
struct db {
	const char *conninfo;
	int64_t timeout_us;
	bool prepare;				 /* the key prepared_statements */
	PGconn *pg;				 /* NULL: not connected */
	const struct stmt *known[DB_STATEMENTS]; /* those prepared on this connection */
	size_t nknown;
	/* `pool` points to own_pool, or to the struct that the workers of a pool share
	 * (db_share_pool()). */
	struct db_pool *pool, own_pool;
	void (*long_wait)(void *);
	void *long_wait_arg;
	int64_t began_us, deadline_us; /* of the db_run() or db_connect() that is running */
	bool scout, told_long_wait;
	int64_t pause_us;
	enum err (*fence)(struct cx *, bool *settled); /* NULL: none */
	bool looking;				       /* the fence is running */
	int64_t look_at_us;			       /* when the fence runs next */
	struct fail refusal;	   /* the last verdict of the fence; err OK: statements may run */
	struct resolver *resolver; /* db/resolve.h */
	char unresolved[160];	   /* why the last host has no address, or "" */
	char constraint[64];
	char trouble[160]; /* SQLSTATE and message of the last error, or "" */
};
/* Open a connection if there is none. If the other side has closed an idle connection, a new one is
 * opened. */
must_check enum err conn_ensure(struct cx *);
void conn_drop(struct db *);
/* Wait for the results of what was sent, and return the last one, in the arena. NULL: the
 * connection broke or the answer took too long; the connection was dropped. */
PGresult *conn_read_result(struct cx *);
#endif
