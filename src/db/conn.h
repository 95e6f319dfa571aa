#ifndef MOTET_DB_CONN_H
#define MOTET_DB_CONN_H
#include "db/db.h"
#include <libpq-fe.h>
/* The connection itself, for db.c alone: open, lose, wait with a deadline. */
enum { DB_STATEMENTS = 256 };
struct db {
	const char *conninfo;
	int64_t timeout_us;
	bool prepare;				 /* prepared_statements */
	PGconn *pg;				 /* NULL: not connected */
	const struct stmt *known[DB_STATEMENTS]; /* prepared on this connection */
	size_t nknown;
	_Atomic int64_t
	    *away_us; /* after a failure: when to try again, 0: all is well; ours or shared */
	_Atomic int64_t own_away_us;
	int64_t pause_us;
	char constraint[64];
};
/* Connected when it returns OK; finds out whether an idle connection has been closed behind our
 * back. */
must_check enum err conn_ensure(struct cx *);
void conn_drop(struct db *);
/* The last result of what was sent, in the arena; NULL when the connection broke or took too long:
 * it is dropped then. */
PGresult *conn_read_result(struct cx *);
#endif
