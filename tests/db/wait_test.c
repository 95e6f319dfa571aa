/* No request waits for the database longer than database_timeout in all; while the database hangs,
 * one worker waits for it and the others fail at once; a silent host or name server does not keep
 * the next host in a list from being tried. Prints its N. */
#include "member.h"
#include "base/db_pool.h"
#include "store/q_schema.h"
#include <netdb.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <signal.h>
#include <sys/wait.h>

enum { WORKERS = 6, TIMEOUT_S = 3 };

static struct db_pool *pool;

static struct cx new_worker(void)
{
	struct cx cx = new_context();

	db_share_pool(cx.db, pool);
	meter_begin(&cx.meter, clock_us());
	return cx;
}

static PGconn *lock_actors(void)
{
	PGconn *pg = connect_as_owner();

	PQclear(PQexec(pg, "BEGIN; LOCK TABLE actor"));
	return pg;
}

static void unlock_actors(PGconn *pg)
{
	PQfinish(pg);
}

static double seconds_since(int64_t began)
{
	return (double)(clock_us() - began) / 1e6;
}

/* Two statements of a request, with all their tries, share the time of that request. */
static void test_budget(void)
{
	PGconn *pg = lock_actors();
	struct cx cx = new_worker();
	struct actor_ref *a;
	int64_t began = clock_us(), id;

	enum err e = q_actor_find(&cx, 1, STR("x"), &a),
		 f = actor_add(&cx, STR("waits"), STR("correct horse battery"), false, &id);
	double took = seconds_since(began);
	ok(err_status(e) == 503 && err_status(f) == 503 && took < TIMEOUT_S + 1.5,
	    "a request with two statements that wait for a lock: %.1f s, at most %d", took,
	    TIMEOUT_S);
	unlock_actors(pg);
	meter_begin(&cx.meter, clock_us());
	ok(q_actor_find(&cx, 1, STR("x"), &a) == OK, "the next request has time again");
	end_context(&cx);
}

/* Lets several workers wait; each returns how long it waited, in tenths of a second, as its exit
 * status. */
static void start_waiting_worker(void)
{
	if (fork() != 0)
		return;
	struct cx cx = new_worker();
	struct actor_ref *a;
	int64_t began = clock_us();
	enum err e = q_actor_find(&cx, 1, STR("x"), &a);
	_exit(err_status(e) == 503 ? (int)(seconds_since(began) * 10) : 255);
}

static void test_scout(void)
{
	PGconn *pg = lock_actors();
	int quick = 0, slow = 0, status;

	for (int i = 0; i < WORKERS; i++)
		start_waiting_worker();
	usleep(1800 * 1000);
	struct cx cx = new_worker();
	struct actor_ref *a;
	int64_t began = clock_us();
	enum err e = q_actor_find(&cx, 1, STR("x"), &a);
	double took = seconds_since(began);
	ok(err_status(e) == 503 && took < 0.5, "a new request fails at once, after %.2f s: %s",
	    took, cx.why.log);
	while (wait(&status) > 0) {
		quick += WEXITSTATUS(status) < 20;
		slow += WEXITSTATUS(status) >= 20 && WEXITSTATUS(status) < (TIMEOUT_S + 1) * 10;
	}
	ok(quick == WORKERS - 1 && slow == 1,
	    "of %d workers, %d waited for about a second and %d for database_timeout", WORKERS,
	    quick, slow);
	start_waiting_worker();
	usleep(300 * 1000);
	meter_begin(&cx.meter, began = clock_us());
	e = q_actor_find(&cx, 1, STR("x"), &a);
	took = seconds_since(began);
	ok(err_status(e) == 503 && took < 0.5,
	    "that one waited in vain, and the next waits: others fail at once, after %.2f s", took);
	unlock_actors(pg);
	while (wait(&status) > 0)
		;
	meter_begin(&cx.meter, clock_us());
	ok(q_actor_find(&cx, 1, STR("x"), &a) == OK, "the next request is served");
	end_context(&cx);
}

/* The worker that waits for the database for all others is killed, and cannot report that it has
 * ended; the other workers must not assume that the database hangs. */
static void test_killed_scout(void)
{
	PGconn *pg = lock_actors();
	pid_t scout = fork();

	if (scout == 0) {
		struct cx cx = new_worker();
		struct actor_ref *a;
		_exit((int)q_actor_find(&cx, 1, STR("x"), &a));
	}
	while (pool->scout_us == 0)
		usleep(10 * 1000);
	kill(scout, SIGKILL);
	waitpid(scout, NULL, 0);
	unlock_actors(pg);
	usleep(1200 * 1000);
	struct cx cx = new_worker();
	struct actor_ref *a;
	ok(q_actor_find(&cx, 1, STR("x"), &a) == OK, "a worker is killed while it waits: %s",
	    cx.why.log[0] ? cx.why.log : "the next request is served");
	end_context(&cx);
}

static void test_settings(void)
{
	struct cx cx = new_context();
	struct schema_state *s;

	run_sql(&cx, "CREATE SCHEMA other; CREATE TABLE other.schema_version (version text)");
	run_sql(&cx, "GRANT USAGE ON SCHEMA other TO motet");
	conf->prepared_statements = true;
	setenv("PGOPTIONS", "-c default_transaction_isolation=serializable", 1);
	struct cx odd = new_context();
	ok(q_schema_state(&odd, &s) == OK, "the isolation level of the role does not matter");
	end_context(&odd);
	conf->prepared_statements = false;
	odd = new_context();
	ok(q_schema_state(&odd, &s) == ERR_UNAVAILABLE && strstr(odd.why.log, "serializable"),
	    "behind a pooler: %s", odd.why.log);
	end_context(&odd);
	unsetenv("PGOPTIONS");
	conf->prepared_statements = true;
	run_sql(&cx, "DROP TABLE other.schema_version; DROP SCHEMA other");
	end_context(&cx);
}

/* A host in the list before the good host accepts connections and never answers. */
static void test_silent_host(void)
{
	const char *good = strstr(conninfo, "host=") + 5, *keep = conf->database;
	char dir[] = "/tmp/motet-silent-XXXXXX", list[256];
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct schema_state *s;

	if (mkdtemp(dir) == NULL)
		exit(1);
	snprintf(a.sun_path, sizeof a.sun_path, "%s/.s.PGSQL.5432", dir);
	if (bind(fd, (struct sockaddr *)&a, sizeof a) || listen(fd, 8))
		exit(1);
	snprintf(list, sizeof list, "host=%s,%s", dir, good);
	conf->database = list;
	struct cx cx = new_context();
	int64_t began = clock_us();
	enum err e = q_schema_state(&cx, &s);
	ok(e == OK && seconds_since(began) < TIMEOUT_S,
	    "the first of two hosts is silent: on the other one after %.1f s",
	    seconds_since(began));
	end_context(&cx);
	conf->database = keep;
	close(fd);
	unlink(a.sun_path);
	rmdir(dir);
}

/* Replaces getaddrinfo() of libc: the name server does not answer, or the name has the address of
 * another host. */
int __real_getaddrinfo(const char *, const char *, const struct addrinfo *, struct addrinfo **);
int __wrap_getaddrinfo(
    const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **out);
static _Atomic int lookups;

int __wrap_getaddrinfo(
    const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **out)
{
	if (!str_is(str_of(host), "db.silent") || hints->ai_flags & AI_NUMERICHOST)
		return __real_getaddrinfo(host, port, hints, out);
	lookups++;
	sleep(2 * TIMEOUT_S);
	return EAI_AGAIN;
}

static void test_silent_name_server(void)
{
	const char *good = strstr(conninfo, "host=") + 5, *keep = conf->database;
	char list[256];
	struct schema_state *s;

	snprintf(list, sizeof list, "host=db.silent,%s", good);
	conf->database = list;
	struct cx cx = new_context();
	int64_t began = clock_us();
	ok(q_schema_state(&cx, &s) == OK && seconds_since(began) < TIMEOUT_S,
	    "the name server is silent: on the second host after %.1f s", seconds_since(began));
	end_context(&cx);
	conf->database = "host=db.silent dbname=motet user=motet";
	cx = new_context();
	began = clock_us();
	lookups = 0;
	ok(q_schema_state(&cx, &s) == ERR_UNAVAILABLE && seconds_since(began) < TIMEOUT_S + 1.5,
	    "there is no other host: %s after %.1f s", cx.why.log, seconds_since(began));
	meter_begin(&cx.meter, clock_us());
	usleep(1100 * 1000);
	ok(q_schema_state(&cx, &s) == ERR_UNAVAILABLE && lookups == 1,
	    "the next request waits for the same lookup: %d", lookups);
	end_context(&cx);
	conf->database = keep;
}

int main(void)
{
	if (!open_test_home())
		return 0;
	conf->database_timeout = TIMEOUT_S;
	pool = mmap(NULL, sizeof *pool, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	test_budget();
	test_scout();
	test_killed_scout();
	test_settings();
	test_silent_host();
	test_silent_name_server();
	conf_free(conf);
	return done();
}
