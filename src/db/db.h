#ifndef MOTET_DB_DB_H
#define MOTET_DB_DB_H
#include "base/conf.h"
#include "json/shape.h"
#include <stdatomic.h>
/*
 * One connection to PostgreSQL per worker, and named statements on it. A statement is a row made
 * from store/q_*.sql; running it binds the arguments, waits no longer than `database_timeout`,
 * checks how many rows came and decodes them into structs by the same rows that decode JSON.
 * Nothing here knows a table.
 *
 * The connection opens itself when it is first needed and again when it was lost. What happened to
 * a statement is told apart: ERR_UNAVAILABLE  no connection, the server has no room, or the schema
 * is not there or too old: nothing was done ERR_UNCERTAIN    the connection broke after a statement
 * that writes had been sent: it may have been done or not. Never repeated here, unless the
 * statement says that it may be (redo): reading ones, and those that carry an id of the attempt
 *   ERR_RETRY        serialization failure or deadlock, still there after four tries
 *   ERR_CONFLICT     a constraint stood against it; db_constraint() names it. store/ turns it into
 * the error it means ERR_NOT_FOUND    :one, and no row
 */
struct db;
struct db *db_new(const struct conf *); /* does not connect */
void db_free(struct db *);
/* Close the connection, for somebody who will not need it for a while; the next statement opens it
 * again. */
void db_disconnect(struct db *);
/* Another connection string than the configuration's: what migrations by the owner of the tables
 * need. */
void db_set_conninfo(struct db *, const char *conninfo);

/*
 * What the workers of a pool know of a database that is away, in memory that they share, 0 at
 * first: after a pause one of them tries to connect, and the others fail at once meanwhile, lest a
 * database that does not answer hold all of them. It must outlive the connection.
 */
void db_share_away(struct db *, _Atomic int64_t *away_us);

enum stmt_rows { NONE, ONE, OPT, MANY };
struct stmt {
	const char *name, *sql;
	enum stmt_rows rows;
	bool redo;
	const char *args, *cols; /* "text, int8" and "id int8, name text": compared with the real
				    schema by the tests */
};
struct arg {
	const char *p; /* NULL: SQL NULL */
	int n;
	int binary;
};
/* A bound argument lives in the arena as long as the request. */
struct arg arg_str(struct str);	  /* empty with s NULL: NULL */
struct arg arg_blob(struct blob); /* bytea */
struct arg arg_i64(struct cx *, int64_t);
struct arg arg_bool(bool);
struct arg arg_i64s(struct cx *, const int64_t *, size_t n); /* bigint[] */
struct arg arg_strs(
    struct cx *, const struct str *, size_t n); /* text[]; an element with s NULL is NULL */
struct arg arg_blobs(struct cx *, const struct blob *, size_t n); /* bytea[]; likewise */

/*
 * Run a statement in one round trip. `sh` (NULL: no columns) decodes row i into out[i]; *out is an
 * array in the arena, NULL when there was no row, its texts point into the result, which the arena
 * owns. SQL NULL leaves the member zero.
 */
must_check enum err db_run(struct cx *, const struct stmt *, const struct arg *, size_t nargs,
    const struct shape *sh, void **out, size_t *n);
/* The constraint that the last ERR_CONFLICT is about, or "". */
const char *db_constraint(const struct cx *);
/* A whole file of SQL, as psql -f would: for migrations. ERR_INTERNAL with the server's words. */
must_check enum err db_script(struct cx *, const char *sql);
/* Prepare only, and compare the types of arguments and columns with what the statement declares:
 * the test of every statement. */
must_check enum err db_check(struct cx *, const struct stmt *);
#endif
