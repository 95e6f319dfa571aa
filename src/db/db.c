#include "db/wait.h"
#include "base/clock.h"
#include <stdio.h>
#include <stdlib.h>

enum { STATEMENT_ARGS = 24, STATEMENT_TRIES = 4, DOUBTFUL_TRIES = 20 };

/* SQLSTATEs, or their beginnings, and our errors; the first match counts. FRESH: a prepared
 * statement is stale: connect again and repeat the statement. LOST: the connection is lost. */
enum { FRESH = ERR_COUNT, LOST };
static const struct {
	const char *state;
	int err;
} sqlstates[] = {
	{ "23505", ERR_CONFLICT },
	{ "23503", ERR_CONFLICT },
	{ "23514", ERR_CONFLICT },
	{ "23P01", ERR_CONFLICT },
	{ "40001", ERR_RETRY },
	{ "40P01", ERR_RETRY },
	{ "55P03", ERR_RETRY },
	{ "0A000", FRESH },
	{ "26000", FRESH },
	{ "42P05", FRESH },
	{ "25006", FRESH },
	{ "57014", ERR_UNAVAILABLE },
	{ "57P", LOST },
	{ "08", LOST },
	{ "53", ERR_UNAVAILABLE },
	{ "58", ERR_UNAVAILABLE },
	{ "42501", ERR_UNAVAILABLE },
	/* There is no such table, column, function or schema: motet's schema is missing or has
	 * another version. */
	{ "42P01", ERR_UNAVAILABLE },
	{ "42703", ERR_UNAVAILABLE },
	{ "42883", ERR_UNAVAILABLE },
	{ "3F000", ERR_UNAVAILABLE },
};

static int map_sqlstate(const char *state)
{
	for (size_t i = 0; i < sizeof sqlstates / sizeof sqlstates[0]; i++)
		if (strncmp(state, sqlstates[i].state, strlen(sqlstates[i].state)) == 0)
			return sqlstates[i].err;
	return ERR_INTERNAL;
}

/* Return an error for the caller, or FRESH or LOST. */
static int read_outcome(struct cx *cx, const struct stmt *st, const PGresult *r)
{
	if (r == NULL)
		return LOST;
	if (PQresultStatus(r) == PGRES_COMMAND_OK || PQresultStatus(r) == PGRES_TUPLES_OK)
		return OK;
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE),
		   *con = PQresultErrorField(r, PG_DIAG_CONSTRAINT_NAME),
		   *text = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
	snprintf(cx->db->constraint, sizeof cx->db->constraint, "%s", con ? con : "");
	snprintf(cx->db->trouble, sizeof cx->db->trouble, "%s %s", state ? state : "-",
	    text ? text : "");
	int e = map_sqlstate(state ? state : "08");
	if (e < ERR_COUNT)
		return (int)fail(
		    cx, (enum err)e, "%s: %s %s", st->name, state ? state : "-", text ? text : "");
	return e;
}

const char *db_constraint(const struct cx *cx)
{
	return cx->db->constraint;
}

/* We remember what is prepared: executing an unknown statement to find out would abort an open
 * transaction. */
static int prepare_statement(struct cx *cx, const struct stmt *st)
{
	struct db *d = cx->db;

	for (size_t i = 0; i < d->nknown; i++)
		if (d->known[i] == st)
			return OK;
	if (d->nknown == DB_STATEMENTS)
		return (int)fail(cx, ERR_INTERNAL, "more than %d statements", DB_STATEMENTS);
	if (!PQsendPrepare(d->pg, st->name, st->sql, 0, NULL))
		return LOST;
	int e = read_outcome(cx, st, conn_read_result(cx));
	if (e == OK)
		d->known[d->nknown++] = st;
	return e;
}

static bool send_statement(struct db *d, const struct stmt *st, const struct arg *a, size_t n)
{
	const char *v[STATEMENT_ARGS];
	int len[STATEMENT_ARGS], bin[STATEMENT_ARGS];

	for (size_t i = 0; i < n; i++) {
		v[i] = a[i].p;
		len[i] = a[i].n;
		bin[i] = a[i].binary;
	}
	return d->prepare ? PQsendQueryPrepared(d->pg, st->name, (int)n, v, len, bin, 1)
			  : PQsendQueryParams(d->pg, st->sql, (int)n, NULL, v, len, bin, 1);
}

/* One try. If LOST is returned and *sent is true, the statement may have been executed. */
static int try_statement(
    struct cx *cx, const struct stmt *st, const struct arg *a, size_t n, PGresult **r, bool *sent)
{
	*sent = false;
	TRY(conn_ensure(cx));
	if (cx->db->prepare) {
		int e = prepare_statement(cx, st);
		if (e != OK)
			return e;
	}
	*sent = true;
	if (!send_statement(cx->db, st, a, n)) {
		conn_drop(cx->db);
		return LOST;
	}
	int e = read_outcome(cx, st, *r = conn_read_result(cx));
	if (e == OK)
		cx->db->pool->answered_us = clock_us();
	return e;
}

static void pause_before_retry(int try)
{
	struct timespec t = { 0, (5 + random() % 20) * 1000000L * (try + 1) };

	nanosleep(&t, NULL);
}

/* The pooler passed our statement to another connection: one that we prepared is unknown there, or
 * one that we did not prepare is known. */
static bool is_pooler_trouble(const struct db *d)
{
	return d->prepare &&
	    (strncmp(d->trouble, "26000", 5) == 0 || strncmp(d->trouble, "42P05", 5) == 0);
}

/* The answer of a sent statement was lost: it may have been executed. */
static enum err fail_uncertain(struct cx *cx, const struct stmt *st)
{
	return fail(cx, ERR_UNCERTAIN, "%s: the connection broke while it ran", st->name);
}

/* What is known about the tries of one statement so far. */
struct tries {
	bool doubt;    /* an earlier try may be committed */
	bool answered; /* a try after that one got an answer */
};

/* Is an outcome final? After a lost answer, the next answer is not final: the snapshot of its try
 * may be older than the commit of the lost try. */
static bool is_final_outcome(struct tries *t, int e)
{
	if (e == LOST || e == FRESH || e == ERR_RETRY)
		return false;
	if (!t->doubt || t->answered)
		return !t->doubt || e != ERR_UNAVAILABLE;
	t->answered = e != ERR_UNAVAILABLE;
	return false;
}

static enum err fail_all_tries(struct cx *cx, const struct stmt *st, const struct tries *t, int e)
{
	if (t->doubt)
		return fail_uncertain(cx, st);
	return e == LOST || e == FRESH
	    ? fail(cx, ERR_UNAVAILABLE,
		  "%s: the database did not answer in time, or failed %d times: %s%s", st->name,
		  STATEMENT_TRIES, cx->db->trouble[0] ? cx->db->trouble : "the connection broke",
		  is_pooler_trouble(cx->db)
		      ? "; behind a pooler in transaction mode set prepared_statements = off"
		      : "")
	    : (enum err)e;
}

static enum err run_with_retries(
    struct cx *cx, const struct stmt *st, const struct arg *a, size_t n, PGresult **r)
{
	struct tries t = { .doubt = false };
	bool sent = false;
	int e = OK;

	cx->db->trouble[0] = '\0';
	for (int try = 0; try < (t.doubt ? DOUBTFUL_TRIES : STATEMENT_TRIES); try++) {
		e = try_statement(cx, st, a, n, r, &sent);
		if (e == LOST && sent && st->repeat == ONCE)
			return fail_uncertain(cx, st);
		if (is_final_outcome(&t, e))
			return (enum err)e;
		if (e == LOST || e == FRESH)
			conn_drop(cx->db);
		if (e == LOST && sent && st->repeat == RESEND)
			t = (struct tries){ .doubt = true };
		if (e != OK)
			pause_before_retry(try);
		if (wait_is_over(cx->db))
			break;
	}
	return fail_all_tries(cx, st, &t, e);
}

static int64_t decode_integer(const char *p, int n)
{
	uint64_t v = 0;

	for (int i = 0; i < n; i++)
		v = v << 8 | (uint8_t)p[i];
	return n == 8 ? (int64_t)v : n == 4 ? (int32_t)v : (int16_t)v;
}

static enum err decode_column(
    struct cx *cx, const PGresult *r, int row, int col, const struct field *f, void *to)
{
	const char *v = PQgetvalue(r, row, col);
	int n = PQgetlength(r, row, col);

	if (PQgetisnull(r, row, col))
		return OK;
	switch (f->type) {
	case FT_STR:
		*(struct str *)to = (struct str){ v, (size_t)n };
		return OK;
	case FT_BLOB:
		*(struct blob *)to = (struct blob){ (const uint8_t *)v, (size_t)n };
		return OK;
	case FT_I64:
		*(int64_t *)to = decode_integer(v, n);
		return OK;
	case FT_BOOL:
		*(bool *)to = v[0] != 0;
		return OK;
	default:
		return fail(
		    cx, ERR_INTERNAL, "column %s has a type that cannot be decoded", f->name);
	}
}

static enum err decode_rows(
    struct cx *cx, const PGresult *r, const struct shape *sh, void **out, size_t n)
{
	char *p = arena_alloc(cx->mem, n * sh->size + 1);

	if ((size_t)PQnfields(r) != sh->nfields)
		return fail(cx, ERR_INTERNAL, "%s: %d columns", sh->name, PQnfields(r));
	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < sh->nfields; c++)
			TRY(decode_column(cx, r, (int)i, (int)c, &sh->fields[c],
			    p + i * sh->size + sh->fields[c].off));
	*out = n ? p : NULL;
	return OK;
}

enum err db_connect(struct cx *cx)
{
	TRY(wait_begin(cx));
	enum err e = conn_ensure(cx);
	wait_end(cx);
	return e;
}

enum err db_run(struct cx *cx, const struct stmt *st, const struct arg *a, size_t na,
    const struct shape *sh, void **out, size_t *n)
{
	PGresult *r = NULL;

	if (na > STATEMENT_ARGS)
		return fail(cx, ERR_INTERNAL, "%s: %zu arguments", st->name, na);
	TRY(wait_begin(cx));
	enum phase was = meter_phase(&cx->meter, PHASE_DB);
	enum err e = run_with_retries(cx, st, a, na, &r);
	wait_end(cx);
	meter_phase(&cx->meter, was);
	TRY(e);
	size_t rows = (size_t)PQntuples(r);
	if (st->rows == ONE && rows == 0)
		return fail(cx, ERR_NOT_FOUND, "%s: no row", st->name);
	if ((st->rows == ONE || st->rows == OPT) && rows > 1)
		return fail(cx, ERR_INTERNAL, "%s: %zu rows", st->name, rows);
	if (n)
		*n = rows;
	return sh ? decode_rows(cx, r, sh, out, rows) : OK;
}

static enum err read_script_outcome(struct cx *cx, const PGresult *r)
{
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);

	if (PQresultStatus(r) == PGRES_COMMAND_OK || PQresultStatus(r) == PGRES_TUPLES_OK)
		return OK;
	if (state && strcmp(state, "42501") == 0)
		return fail(cx, ERR_UNAVAILABLE, "database: 42501 %s",
		    PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY));
	return fail(cx, state && map_sqlstate(state) == ERR_RETRY ? ERR_RETRY : ERR_INTERNAL, "%s",
	    PQresultErrorMessage(r));
}

/* Migrations have no statement timeout. While a migration waits for a lock on a table, every other
 * statement on that table waits behind it: so a migration waits only briefly. */
enum err db_script(struct cx *cx, const char *sql)
{
	TRY(db_connect(cx));
	PQsetnonblocking(cx->db->pg, 0);
	PGresult *r = PQexec(cx->db->pg,
	    arena_printf(
		cx->mem, "SET statement_timeout = 0; SET lock_timeout = %d", DB_SCRIPT_LOCK_MS));
	PQclear(r);
	r = PQexec(cx->db->pg, sql);
	enum err e = read_script_outcome(cx, r);
	PQclear(r);
	if (PQtransactionStatus(cx->db->pg) != PQTRANS_IDLE)
		PQclear(PQexec(cx->db->pg, "ROLLBACK"));
	PQsetnonblocking(cx->db->pg, 1);
	return e;
}
