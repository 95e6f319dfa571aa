#ifndef MOTET_TESTS_HOME_H
#define MOTET_TESTS_HOME_H
/* The home server of tests with a real database: example.org, with its own identity and secret. */
#include "../tap.h"
#include "../unit/x509_make.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/fetch.h"
#include "base/log.h"
#include "core/identity.h"
#include "core/session.h"
#include "db/db.h"
#include "text/encoding.h"
#include <libpq-fe.h>
#include <unistd.h>

static const char *conninfo; /* connects as the role of the servers */
static struct conf *conf;
static struct ca_local ca;
static struct fetcher *fetcher; /* NULL: no foreign servers */

static inline struct cx new_context(void)
{
	return (struct cx){ .mem = arena_new(256 << 20),
		.conf = conf,
		.db = db_new(conf),
		.ca = &ca.ca,
		.fetch = fetcher,
		.now = clock_now() };
}

/* For what operators do and the role of the servers is not permitted to do. */
static inline struct cx new_owner_context(void)
{
	struct cx cx = new_context();

	db_set_conninfo(cx.db, getenv("MOTET_OWNER_DATABASE"));
	return cx;
}

static inline PGconn *connect_as_owner(void)
{
	return PQconnectdb(getenv("MOTET_OWNER_DATABASE"));
}

static inline void end_context(struct cx *cx)
{
	db_free(cx->db);
	arena_free(cx->mem);
}

/* Set up all but the identity. False: there is no database, and
 * the test is reported as skipped. */
static inline bool open_home(void)
{
	static const uint8_t secret[SEAL_SECRET] = "only for these tests";
	char why[256];

	if ((conninfo = getenv("MOTET_DATABASE")) == NULL) {
		puts("1..0 # SKIP run me with tests/with-postgres");
		return false;
	}
	setenv("MOTET_DOMAIN", "example.org", 1);
	if (!conf_load(NULL, &conf, why, sizeof why) || !conf_finish(conf, why, sizeof why)) {
		printf("Bail out! %s\n", why);
		exit(1);
	}
	conf->log_level = LOG_LEVEL_ERROR;
	if (!log_open(conf))
		exit(1);
	ca_local_init(&ca, conf, secret);
	setvbuf(stdout, NULL, _IONBF, 0);
	return true;
}

static inline void create_identity(void)
{
	struct server_key *k;
	struct cx cx = new_context();

	must(&cx, identity_create(&cx, &k));
	end_context(&cx);
}

/* The token hash of the open session with this session's ID-Cert; n 0: no such session is open. */
static inline struct blob find_token_hash(struct cx *cx, const struct session *s)
{
	PGconn *pg = PQconnectdb(conninfo);
	PGresult *r = PQexec(pg,
	    arena_printf(cx->mem,
		"SELECT encode(token_hash, 'hex') FROM session WHERE serial = %lld "
		"AND ended_at IS NULL",
		(long long)s->serial));
	struct blob hash = { NULL, 0 };

	if (PQntuples(r) == 1)
		must(cx,
		    hex_decode(
			cx->mem, str_of(arena_printf(cx->mem, "%s", PQgetvalue(r, 0, 0))), &hash)
			? OK
			: ERR_INTERNAL);
	PQclear(r);
	PQfinish(pg);
	return hash;
}

/* A process that kills connections of the server to the database, every `least` to `least +
 * more` µs, until it is killed. `of` is appended to the statement that selects them. */
static inline pid_t start_killer(unsigned seed, const char *of, useconds_t least, useconds_t more)
{
	char text[256];
	pid_t p = fork();

	if (p != 0)
		return p;
	srandom(seed);
	PGconn *pg = PQconnectdb(conninfo);
	PQclear(PQexec(pg, "SET application_name = 'killer'"));
	snprintf(text, sizeof text,
	    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
	    "WHERE datname = current_database() AND application_name = "
	    "'motet' %s",
	    of);
	for (;;) {
		PQclear(PQexec(pg, text));
		usleep(least + (useconds_t)random() % more);
	}
}
#endif
