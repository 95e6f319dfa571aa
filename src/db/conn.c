#include "db/wait.h"
#include "base/clock.h"
#include "base/log.h"
#include "db/conninfo.h"
#include "db/resolve.h"
#include <errno.h>
#include <poll.h>
#include <stdlib.h>

/* lock_timeout is database_timeout / LOCK_SHARE, so that all tries of a statement fit into
 * database_timeout. */
enum { PAUSE_FIRST_US = 50 * 1000, PAUSE_MOST_US = 1000 * 1000, LOCK_SHARE = 5 };
enum { FENCE_PAUSE_US = 1000 * 1000, FENCE_TRIES = 3 };

struct db *db_new(const struct conf *c)
{
	struct db *d = calloc(1, sizeof *d);

	if (d == NULL)
		abort();
	d->conninfo = c->database;
	d->timeout_us = c->database_timeout * 1000000;
	d->prepare = c->prepared_statements;
	d->pool = &d->own_pool;
	return d;
}

void db_share_pool(struct db *d, struct db_pool *pool)
{
	d->pool = pool;
}

void db_on_long_wait(struct db *d, void (*hook)(void *), void *arg)
{
	d->long_wait = hook;
	d->long_wait_arg = arg;
}

void db_set_fence(struct db *d, enum err (*fence)(struct cx *, bool *settled))
{
	d->fence = fence;
	d->look_at_us = 0;
}

void db_set_conninfo(struct db *d, const char *conninfo)
{
	conn_drop(d);
	d->conninfo = conninfo;
}

void conn_drop(struct db *d)
{
	PQfinish(d->pg);
	d->pg = NULL;
	d->nknown = 0;
	d->look_at_us = 0;
	d->refusal.err = OK;
}

void db_disconnect(struct db *d)
{
	conn_drop(d);
}

void db_free(struct db *d)
{
	if (d == NULL)
		return;
	conn_drop(d);
	resolve_free(d);
	free(d);
}

/* A warning reports a row that a statement has skipped; other notices are for debugging. */
static void log_server_notice(void *arg, const PGresult *r)
{
	const char *severity = PQresultErrorField(r, PG_DIAG_SEVERITY_NONLOCALIZED),
		   *text = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);

	(void)arg;
	if (severity && strcmp(severity, "WARNING") == 0)
		log_warn("database: %s", text ? text : "");
	else
		log_debug("database: %s", text ? text : "");
}

/* `h` is one host of the list in the connection string; for a part that is NULL, the value in that
 * string is used. */
static bool dial_address(struct db *d, const struct conninfo_host *h, int64_t deadline)
{
	static const char *const keys[] = { "dbname", "fallback_application_name",
		"client_encoding", "host", "hostaddr", "port", NULL };
	const char *const values[] = { d->conninfo, "motet", "UTF8", h->host, h->hostaddr, h->port,
		NULL };

	d->pg = PQconnectStartParams(keys, values, 1);
	if (d->pg == NULL || PQstatus(d->pg) == CONNECTION_BAD)
		return false;
	PQsetNoticeReceiver(d->pg, log_server_notice, NULL);
	PQsetErrorVerbosity(d->pg, PQERRORS_VERBOSE); /* messages contain the SQLSTATE */
	for (PostgresPollingStatusType s = PGRES_POLLING_WRITING; s != PGRES_POLLING_OK;
	     s = PQconnectPoll(d->pg))
		if (s == PGRES_POLLING_FAILED ||
		    !wait_for_socket(d, PQsocket(d->pg),
			s == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline))
			return false;
	return PQsetnonblocking(d->pg, 1) == 0;
}

/* Look the name up here, in at most half of the time: libpq would wait for the look-up however long
 * it takes. */
static bool dial_host(struct db *d, struct conninfo_host h, int64_t deadline)
{
	struct resolved r;

	d->unresolved[0] = '\0';
	if (h.hostaddr || !resolve_is_needed(h.host))
		return dial_address(d, &h, deadline);
	resolve_host(d, h.host, clock_us() + (deadline - clock_us()) / 2, &r);
	if (r.n == 0)
		snprintf(
		    d->unresolved, sizeof d->unresolved, "cannot look up %s: %s", h.host, r.why);
	for (size_t i = 0; i < r.n; i++) {
		int64_t now = clock_us();
		h.hostaddr = r.text[i];
		if (dial_address(d, &h, now + (deadline - now) / (int64_t)(r.n - i)))
			return true;
		if (i + 1 < r.n)
			conn_drop(d);
	}
	return false;
}

/* libpq sets no limit of time for each host of a list: with one silent host, the others would never
 * be tried. Each host gets an equal part of the time that is left. */
static bool dial_database(struct cx *cx, int64_t deadline)
{
	struct db *d = cx->db;
	struct conninfo_host *hosts;
	size_t n = conninfo_hosts(cx->mem, d->conninfo, &hosts);

	for (size_t i = 0; i < n; i++) {
		int64_t now = clock_us();
		if (dial_host(d, hosts[i], now + (deadline - now) / (int64_t)(n - i)))
			return true;
		if (i + 1 < n)
			conn_drop(d);
	}
	return false;
}

/* Without prepared statements we are behind a pooler in transaction mode, which does not keep
 * settings: then the settings must be set for the role (motet(7)). */
static bool send_settings(struct cx *cx)
{
	struct db *d = cx->db;
	const char *sql = arena_printf(cx->mem,
	    "SET statement_timeout = %lld; SET lock_timeout = %lld; SET synchronous_commit = on;"
	    "SET jit = off; SET idle_in_transaction_session_timeout = '10s';"
	    "SET standard_conforming_strings = on;"
	    "SET default_transaction_isolation = 'read committed';"
	    "SELECT set_config('search_path', quote_ident(n.nspname) || ', pg_temp', false)"
	    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
	    " WHERE c.oid = to_regclass('schema_version')",
	    (long long)(d->timeout_us * 9 / 10000), (long long)(d->timeout_us / LOCK_SHARE / 1000));

	if (!d->prepare)
		return true;
	if (!PQsendQuery(d->pg, sql))
		return false;
	PGresult *r = conn_read_result(cx);
	return r && PQresultStatus(r) == PGRES_TUPLES_OK;
}

/* Refuse settings, perhaps of a pooler or a role, with which our statements cannot work. */
static enum err check_settings(struct cx *cx)
{
	const char *server = PQparameterStatus(cx->db->pg, "server_encoding"),
		   *client = PQparameterStatus(cx->db->pg, "client_encoding");

	if (server && strcmp(server, "UTF8") != 0 && strcmp(server, "SQL_ASCII") != 0)
		return fail(cx, ERR_UNAVAILABLE,
		    "database: this database is %s; motet needs UTF8: CREATE DATABASE … ENCODING "
		    "'UTF8' TEMPLATE template0",
		    server);
	if (client && strcmp(client, "UTF8") != 0)
		return fail(cx, ERR_UNAVAILABLE,
		    "database: client_encoding is %s, and motet needs UTF8", client);
	if (cx->db->prepare || PQsendQuery(cx->db->pg, "SHOW transaction_isolation") == 0)
		return OK;
	PGresult *r = conn_read_result(cx);
	if (r && PQntuples(r) == 1 && strcmp(PQgetvalue(r, 0, 0), "read committed") != 0)
		return fail(cx, ERR_UNAVAILABLE,
		    "database: transactions are %s; motet needs read committed: ALTER ROLE … SET "
		    "default_transaction_isolation = 'read committed'",
		    PQgetvalue(r, 0, 0));
	return OK;
}

static void count_lost_connection(struct cx *cx)
{
	cx->meter.db = METER_DB_AWAY;
	meter_add(&cx->meter, COUNT_DB_FAILED, 1);
}

/* The random part of the pause keeps the workers from retrying at the same moment. */
static enum err fail_connection(struct cx *cx, const char *what)
{
	struct db *d = cx->db;
	char why[256];

	snprintf(why, sizeof why, "%s",
	    d->unresolved[0] ? d->unresolved
		: d->pg	     ? PQerrorMessage(d->pg)
			     : "the connection broke");
	why[strcspn(why, "\n")] = '\0';
	d->pause_us = d->pause_us ? d->pause_us * 2 : PAUSE_FIRST_US;
	if (d->pause_us > PAUSE_MOST_US)
		d->pause_us = PAUSE_MOST_US;
	d->pool->away_us =
	    clock_us() + d->pause_us / 2 + (int64_t)(random() % (long)(d->pause_us / 2));
	conn_drop(d);
	count_lost_connection(cx);
	return fail(
	    cx, ERR_UNAVAILABLE, "database: %s: %s", what, why[0] ? why : "no answer in time");
}

static bool is_connection_alive(struct db *d)
{
	struct pollfd p = { .fd = PQsocket(d->pg), .events = POLLIN };

	if (PQstatus(d->pg) != CONNECTION_OK || PQtransactionStatus(d->pg) != PQTRANS_IDLE)
		return false;
	return poll(&p, 1, 0) == 0 || (PQconsumeInput(d->pg) && PQstatus(d->pg) == CONNECTION_OK);
}

/* After a pause, the first worker that gets here reserves the time of one attempt for itself. */
static bool may_dial_now(struct db *d, int64_t now)
{
	int64_t until = d->pool->away_us;

	return until == 0 ||
	    (now >= until &&
		atomic_compare_exchange_strong(&d->pool->away_us, &until, now + d->timeout_us));
}

static enum err connect_to_database(struct cx *cx)
{
	struct db *d = cx->db;

	if (!may_dial_now(d, clock_us())) {
		cx->meter.db = METER_DB_AWAY;
		return fail(cx, ERR_UNAVAILABLE,
		    "database: unavailable; the next attempt to connect follows after a pause");
	}
	if (!dial_database(cx, d->deadline_us))
		return fail_connection(cx, "connect");
	if (d->pg == NULL || !send_settings(cx))
		return fail_connection(cx, "settings");
	enum err e = check_settings(cx);
	if (e != OK) {
		count_lost_connection(cx);
		conn_drop(d);
		return e;
	}
	if (d->pause_us)
		log_info("database: connected again");
	d->pause_us = 0;
	d->pool->away_us = 0;
	cx->meter.db = METER_DB_UP;
	meter_add(&cx->meter, COUNT_DB_CONNECTED, 1);
	return OK;
}

static enum err open_connection(struct cx *cx)
{
	struct db *d = cx->db;

	if (d->pg && is_connection_alive(d))
		return OK;
	if (d->pg)
		conn_drop(d);
	enum phase was = meter_phase(&cx->meter, PHASE_CONNECT);
	enum err e = connect_to_database(cx);
	meter_phase(&cx->meter, was);
	return e;
}

/* Run the fence and store its verdict, OK or ERR_EPOCH. Any other error says nothing about this
 * database, so it is only returned, not kept. */
static enum err look_through_fence(struct cx *cx)
{
	struct db *d = cx->db;
	bool settled = false;

	d->looking = true;
	enum err e = d->fence(cx, &settled);
	d->looking = false;
	if (e != OK && e != ERR_EPOCH)
		return e;
	if (d->pg == NULL)
		return OK;
	d->refusal = e == OK ? (struct fail){ .err = OK } : cx->why;
	d->look_at_us = settled && e == OK && d->prepare ? INT64_MAX : clock_us() + FENCE_PAUSE_US;
	return OK;
}

/* If the fence has dropped the connection, connect again. */
enum err conn_ensure(struct cx *cx)
{
	struct db *d = cx->db;

	for (int try = 0; try < FENCE_TRIES; try++) {
		TRY(open_connection(cx));
		if (d->fence && !d->looking && clock_us() >= d->look_at_us)
			TRY(look_through_fence(cx));
		if (d->pg == NULL)
			continue;
		if (d->refusal.err != OK && !d->looking)
			cx->why = d->refusal;
		return d->looking ? OK : d->refusal.err;
	}
	return fail(
	    cx, ERR_UNAVAILABLE, "database: the epoch of the database changes again and again");
}

static void clear_result(void *r)
{
	PQclear(r);
}

static bool flush_output(struct db *d, int64_t deadline)
{
	int left;

	while ((left = PQflush(d->pg)) > 0) {
		if (!wait_for_socket(d, PQsocket(d->pg), POLLOUT | POLLIN, deadline) ||
		    !PQconsumeInput(d->pg))
			return false;
	}
	return left == 0;
}

PGresult *conn_read_result(struct cx *cx)
{
	struct db *d = cx->db;
	int64_t deadline = d->deadline_us;
	PGresult *last = NULL, *r;
	bool fine = flush_output(d, deadline);

	meter_add(&cx->meter, COUNT_DB_ROUND_TRIP, 1);
	while (fine) {
		while (fine && PQisBusy(d->pg))
			fine = wait_for_socket(d, PQsocket(d->pg), POLLIN, deadline) &&
			    PQconsumeInput(d->pg);
		if (!fine || (r = PQgetResult(d->pg)) == NULL)
			break;
		last = arena_own(cx->mem, r, clear_result);
	}
	if (fine && PQstatus(d->pg) == CONNECTION_OK)
		return last;
	count_lost_connection(cx);
	conn_drop(d);
	return NULL;
}
