/*
 * Events and their counters: an event that is added while its session ends is deleted with the
 * session, and one session whose events cannot be added does not stop a rotation of the server's
 * key.
 */
#include "member.h"
#include "core/session.h"
#include "store/q_event.h"
#include <poll.h>

#define ORPHANS \
	"SELECT count(*) FROM event WHERE session_key NOT IN (SELECT session_key FROM event_counter)"

static PGconn *owner_connection(void)
{
	return connect_as_owner();
}

static void run_as_owner(PGconn *pg, const char *text)
{
	PGresult *r = PQexec(pg, text);

	if (PQresultStatus(r) != PGRES_TUPLES_OK && PQresultStatus(r) != PGRES_COMMAND_OK) {
		printf("Bail out! %s: %s", text, PQerrorMessage(pg));
		exit(1);
	}
	PQclear(r);
}

static void wait_until_blocked(struct cx *cx)
{
	while (sql_number(
		   cx, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") == 0)
		usleep(10 * 1000);
}

static const char *emit_to(struct cx *cx, const struct member *m)
{
	return arena_printf(cx->mem,
	    "SELECT motet_add_event(ARRAY[motet_get_session_key(%lld, '%s')], 'core', 3, 'NEW_SESSION', NULL, NULL)",
	    (long long)m->actor_id, m->session_id);
}

/* The event is added in a transaction that is open while the session ends. */
static void event_during_end(void)
{
	struct cx cx = new_context();
	struct member tablet = new_member(&cx, "ines", "tablet"),
		      phone = new_device(&cx, &tablet, "phone");
	PGconn *adder = owner_connection(), *ender = owner_connection();

	run_as_owner(adder, emit_to(&cx, &phone));
	run_as_owner(adder, "BEGIN");
	run_as_owner(adder, emit_to(&cx, &phone));
	PQsendQuery(ender,
	    arena_printf(
		cx.mem, "SELECT motet_end_session(%lld, 'phone')", (long long)tablet.actor_id));
	PQflush(ender);
	wait_until_blocked(&cx);
	run_as_owner(adder, "COMMIT");
	PQclear(PQgetResult(ender));
	PQclear(PQgetResult(ender));
	ok(sql_number(&cx, ORPHANS) == 0,
	    "an event that comes while its session ends goes with it");
	phone = new_device(&cx, &tablet, "phone");
	rotate_session(&cx, &tablet);
	rotate_session(&cx, &phone);
	ok(sql_number(&cx, ORPHANS) == 0,
	    "the session's ID is taken again, and everything rotates");
	PQfinish(adder);
	PQfinish(ender);
	end_context(&cx);
}

static void key_makes_it_impossible(void)
{
	struct cx cx = new_context();
	const char *said = run_sql(&cx,
	    "INSERT INTO event (session_key, seq, namespace, op, name) "
	    "VALUES ('1:nobody', 1, 'core', 3, 'X')");

	ok(strstr(said, "event_session_key_fkey"), "an event without a counter is refused");
	end_context(&cx);
}

/* The session's counter is lower than its events: the next event gets a number that is in use. */
static void one_bad_session(void)
{
	struct cx cx = new_context();
	struct member bad = new_member(&cx, "olga", "laptop"),
		      good = new_member(&cx, "pavel", "laptop");
	struct server_key *old, *new;

	run_sql(&cx,
	    arena_printf(cx.mem,
		"INSERT INTO event_counter (session_key, last) VALUES "
		"(motet_get_session_key(%lld, 'laptop'), 0) ON CONFLICT (session_key) DO UPDATE SET last = 0; "
		"INSERT INTO event (session_key, seq, namespace, op, name) SELECT "
		"motet_get_session_key(%lld, 'laptop'), n, 'core', 3, 'X' FROM generate_series(1, 3) n",
		(long long)bad.actor_id, (long long)bad.actor_id));
	must(&cx, identity_current(&cx, &old));
	sleep(1);
	must(&cx, identity_rotate(&cx, &new));
	ok(new->serial != old->serial, "a session with a bad counter does not stop a key rotation");
	ok(sql_number(&cx,
	       arena_printf(cx.mem,
		   "SELECT count(*) FROM event WHERE name = 'SERVER_KEY_CHANGE' AND "
		   "session_key = motet_get_session_key(%lld, 'laptop')",
		   (long long)good.actor_id)) == 1,
	    "and all others are told");
	end_context(&cx);
}

int main(void)
{
	if (!open_test_home())
		return 0;
	event_during_end();
	key_makes_it_impossible();
	one_bad_session();
	return done();
}
