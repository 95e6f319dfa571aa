#ifndef MOTET_DB_DB_H
#define MOTET_DB_DB_H
#include "base/conf.h"
#include "base/db_pool.h"
#include "json/shape.h"
#include <stdatomic.h>
/*
 * One connection to PostgreSQL for each worker, and named statements on it. A statement is made
 * from store/q_*.sql. Running a statement binds the arguments, waits at most `database_timeout` for
 * all tries, checks the number of rows, and decodes the rows into structs by the shapes that also
 * decode JSON. db/ knows no table names.
 *
 * The connection is opened when it is first needed, and again after it was lost. Errors:
 *
 *   ERR_UNAVAILABLE  no connection, the database lacks resources, or the schema is missing or too
 *                    old: nothing was done
 *   ERR_UNCERTAIN    the connection broke after the statement was sent: it may have been executed
 *                    or not. Statements with `redo` or `resend` are repeated first; of the
 *                    latter, the answer that counts has a snapshot younger than every lost try
 *   ERR_RETRY        a serialization failure or deadlock in all of four tries
 *   ERR_CONFLICT     a constraint was violated; db_constraint() names it. store/ replaces this by a
 *                    specific error
 *   ERR_EPOCH        the fence (db_set_fence()) does not let us use this database
 *   ERR_NOT_FOUND    no row for a statement that returns one
 */
struct db;
struct db *db_new(const struct conf *); /* make the struct, without opening a connection */
void db_free(struct db *);
/* Close an idle connection; the next statement opens it again. */
void db_disconnect(struct db *);
/* Use another connection string than the configuration's: migrations connect as the owner of the
 * tables. conninfo is borrowed. */
void db_set_conninfo(struct db *, const char *conninfo);

/*
 * For the workers of a pool, which share *pool; *pool must outlive the connection.
 *
 * A request then waits for the database at most `database_timeout` in all, all statements, tries
 * and connections together (meter_begin() starts a request). While the database is away, one worker
 * tries to connect after each pause; while the database hangs, one worker waits for it (db_pool.h).
 * The requests of the other workers fail at once, so that a database that does not answer holds up
 * only one worker.
 */
void db_share_pool(struct db *, struct db_pool *pool);
/* Call hook(arg) when a wait has lasted a second, so that the worker can pass its kept connections
 * to siblings. */
void db_on_long_wait(struct db *, void (*hook)(void *), void *arg);
/* Does the database hang, because the scout (base/db_pool.h) has waited for a second and no worker
 * got an answer meanwhile? Then a statement fails at once. */
bool db_hangs(const struct cx *);
/* Sleep for `us` between two tries. Returns false at once if the request has not that much time
 * left. */
bool db_pause(struct cx *, int64_t us);
/* Connect, if there is no connection. */
must_check enum err db_connect(struct cx *);

/*
 * Before the first statement of each new connection, call `fence`, which decides whether this
 * database may be used; the fence may run statements itself. If *settled is false, and always
 * behind a pooler, where the server may change under a connection, the fence is called again after
 * a second. ERR_EPOCH: the database may not be used. Every statement then fails with ERR_EPOCH; the
 * fence is called again at most once a second.
 */
void db_set_fence(struct db *, enum err (*fence)(struct cx *, bool *settled));

enum stmt_rows { NONE, ONE, OPT, MANY };
/*
 * What is done after a lost answer: ONCE: the caller decides. REDO: the statement is sent again,
 * because it only reads or may be executed twice. RESEND: the statement is sent again: it writes,
 * but recognises the result of an earlier try.
 */
enum stmt_repeat { ONCE, REDO, RESEND };
struct stmt {
	const char *name, *sql;
	enum stmt_rows rows;
	enum stmt_repeat repeat;
	const char *args,
	    *cols; /* "text, int8" and "id int8, name text"; db_check() compares them */
};
struct arg {
	const char *p; /* NULL: SQL NULL */
	int n;
	int binary;
};
/* Arguments are valid as long as the request: arrays and numbers are in the arena. */
struct arg arg_str(struct str);	  /* s NULL: SQL NULL */
struct arg arg_blob(struct blob); /* bytea */
struct arg arg_i64(struct cx *, int64_t);
struct arg arg_bool(bool);
struct arg arg_i64s(struct cx *, const int64_t *, size_t n);	/* bigint[] */
struct arg arg_strs(struct cx *, const struct str *, size_t n); /* text[]; s NULL: a NULL element */
struct arg arg_blobs(struct cx *, const struct blob *, size_t n); /* bytea[]; likewise */

/*
 * Run a statement in one round trip. `sh` (NULL: no columns) decodes row i into out[i]. *out is an
 * array in the arena, NULL if there are no rows; its texts point into the result, which the arena
 * owns. SQL NULL leaves a member zero.
 */
must_check enum err db_run(struct cx *, const struct stmt *, const struct arg *, size_t nargs,
    const struct shape *sh, void **out, size_t *n);
/* The name of the constraint that caused the last ERR_CONFLICT, or "". */
const char *db_constraint(const struct cx *);
/* Run a file of SQL, as psql -f does, without a time limit: for migrations. ERR_RETRY: a lock was
 * not free within DB_SCRIPT_LOCK_MS, nothing was done. ERR_INTERNAL: with the message of the
 * database. */
enum { DB_SCRIPT_LOCK_MS = 300 };
must_check enum err db_script(struct cx *, const char *sql);
/* For tests: prepare the statement, and compare the types of its arguments and columns with `args`
 * and `cols`. */
must_check enum err db_check(struct cx *, const struct stmt *);
#endif
