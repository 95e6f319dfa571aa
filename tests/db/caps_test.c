/* Every table that clients or other servers can fill has a limit for each owner and a limit in
 * total; beyond a limit, the oldest rows are deleted. */
#include "member.h"
#include "core/prune.h"
#include "core/guess_limit.h"
#include "core/key_trial.h"
#include "store/q_key_trial.h"

enum { OWNERS = 7, OF_ONE = 6, OF_ALL = 20, GREEDY = 30, MODEST = 4 };

/*
 * How a table is filled. The statement selects from `fill`, which has for each new row: o, the
 * number of its owner; a, the actor_id of a member, and c, the member's certificate; n, the number
 * of the row; and `at`, the time from which its age is counted.
 */
static const struct table {
	const char *name, *sql, *owner, *age;
} tables[] = {
	{ "event",
	    "INSERT INTO foreign_session (token_hash, fid, domain, session_id, serial, public_key, "
	    "cert, not_after) SELECT DISTINCT ON (o) sha256(('e' || o)::bytea), 'x@d' || o || "
	    "'.example', 'd' || o || '.example', 's', '1', sha256('x'), '', now() + interval '1 day' "
	    "FROM fill; INSERT INTO event_counter (session_key, last) SELECT DISTINCT 'x@d' || o || "
	    "'.example:s', 100 FROM fill; INSERT INTO event (session_key, seq, namespace, op, name, "
	    "created_at) SELECT 'x@d' || o || '.example:s', n, 'core', 3, 'NEW_SESSION', at FROM fill",
	    "session_key", "created_at" },
	{ "federation_token",
	    "INSERT INTO federation_token (actor_id, jti, token_hash, audience, issued_at, "
	    "expires_at) SELECT a, repeat('j', 22) || n, sha256(('t' || n)::bytea), 'x', at - "
	    "interval '1 h', at FROM fill",
	    "actor_id", "expires_at" },
	{ "foreign_actor",
	    "INSERT INTO foreign_actor (fid, domain, fresh_until) SELECT 'x' || n || '@d' || o, 'd' "
	    "|| o, at + interval '1 day' FROM fill",
	    "domain", "fresh_until" },
	{ "foreign_server",
	    "INSERT INTO foreign_server (place, fresh_until, checked_at) SELECT CASE WHEN n % 2 = 0 "
	    "THEN 'https://r' || n || '.d' || o || '.example:8443' ELSE 'r' || n || '.d' || o || "
	    "'.example' END, now() + interval '1 day', at FROM fill",
	    "motet_get_site(place)", "checked_at" },
	{ "foreign_session",
	    "INSERT INTO foreign_session (token_hash, fid, domain, session_id, serial, public_key, "
	    "cert, not_after, ended_at) SELECT sha256(('f' || n)::bytea), 'x' || n || '@d' || o, 'd' "
	    "|| o, 's', '1', sha256('x'), '', now() + interval '1 day', at FROM fill",
	    "domain", "ended_at" },
	{ "key_package",
	    "INSERT INTO key_package (actor_id, serial, suite, extensions, last_resort, ref, "
	    "init_hash, not_before, not_after, spent_at) SELECT a, c, 1, '{}', false, 'r', "
	    "sha256(('p' || n)::bytea), '1970-01-01', now() + interval '1 day', at FROM fill",
	    "actor_id", "spent_at" },
	{ "key_trial",
	    "INSERT INTO key_trial (trial, expires_at, attempt, completed_at, fid, serial, "
	    "signature) SELECT repeat('d', 64) || n, at, sha256('x'), at, 'x@d' || o, '1', "
	    "repeat('s', 64)::bytea FROM fill",
	    "fid", "completed_at" },
	{ "redeemed_token",
	    "INSERT INTO redeemed_token (iss, jti, attempt, expires_at) SELECT 'd' || o, 'j' || n, "
	    "sha256('x'), at FROM fill",
	    "iss", "expires_at" },
	{ "session",
	    "INSERT INTO session (token_hash, actor_id, serial, ended_at) SELECT sha256(('s' || "
	    "n)::bytea), a, c, at FROM fill",
	    "actor_id", "ended_at" },
};
enum { NTABLES = sizeof tables / sizeof tables[0] };

static bool continue_pruning(void *arg, const int64_t rows[PRUNE_KINDS])
{
	(void)arg, (void)rows;
	return true;
}

static int64_t prune_over_cap(struct cx *cx)
{
	int64_t due[PRUNE_KINDS], gone[PRUNE_KINDS];

	must(cx, prune_count(cx, due));
	must(cx, prune_run(cx, continue_pruning, NULL, gone));
	return due[PRUNE_OVER_CAP] == gone[PRUNE_OVER_CAP] ? gone[PRUNE_OVER_CAP] : -1;
}

/* Adds rows of one owner: the first is `oldest` minutes old, each next one a minute younger. */
static void fill_table(
    struct cx *cx, const struct table *t, const int64_t actors[], int owner, int n, int oldest)
{
	const char *r = run_sql(cx,
	    arena_printf(cx->mem,
		"CREATE TABLE fill AS SELECT %d AS o, %lld::int8 AS a, (SELECT max(serial) FROM idcert "
		"WHERE actor_id = %lld) AS c, %d + n AS n, now() - (%d - n) * interval '1 min' AS at "
		"FROM generate_series(1, %d) n; %s; DROP TABLE fill",
		owner, (long long)actors[owner], (long long)actors[owner], owner * 100, oldest, n,
		t->sql));

	if (r[0])
		printf("# %s: %s\n", t->name, r);
}

static const char *show_table(struct cx *cx, const struct table *t, const char *what)
{
	return run_sql(cx, arena_printf(cx->mem, "SELECT %s FROM %s", what, t->name));
}

/* The number of rows of each owner. */
static const char *show_owners(struct cx *cx, const struct table *t)
{
	return run_sql(cx,
	    arena_printf(cx->mem,
		"SELECT string_agg(n::text, ' ' ORDER BY n) FROM (SELECT count(*) AS n FROM %s GROUP BY "
		"%s) o",
		t->name, t->owner));
}

static void test_table(struct cx *cx, const struct table *t, const int64_t actors[])
{
	fill_table(cx, t, actors, 0, GREEDY, 100);
	const char *newest = show_table(cx, t, arena_printf(cx->mem, "max(%s)", t->age));
	fill_table(cx, t, actors, 1, MODEST, 300);
	int64_t gone = prune_over_cap(cx);
	ok(gone == GREEDY - OF_ONE && strcmp(show_owners(cx, t), "4 6") == 0,
	    "%s: of an owner with %d rows %lld go", t->name, GREEDY, (long long)gone);
	ok(strcmp(show_table(cx, t,
		      arena_printf(cx->mem,
			  "max(%s) || ' ' || count(*) FILTER (WHERE %s >= '%s'::"
			  "timestamptz - interval '5 min')",
			  t->age, t->age, newest)),
	       arena_printf(cx->mem, "%s 6", newest)) == 0,
	    "... the oldest");
	for (int o = 2; o < OWNERS; o++)
		fill_table(cx, t, actors, o, OF_ONE, 10);
	prune_over_cap(cx);
	ok(strcmp(show_table(cx, t, "count(*)"), "20") == 0, "... and of all together %s are left",
	    show_table(cx, t, "count(*)"));
	ok(strcmp(show_owners(cx, t), "2 6 6 6") == 0 ||
		strcmp(show_owners(cx, t), "4 4 4 4 4") == 0,
	    "... by owner: %s", show_owners(cx, t));
	ok(prune_over_cap(cx) == 0, "... and nothing more goes");
	run_sql(cx,
	    arena_printf(cx->mem, "TRUNCATE foreign_session, event_counter, %s CASCADE", t->name));
}

static void test_tables(void)
{
	struct cx cx = new_context();
	int64_t actors[OWNERS];

	set_caps(&cx, OF_ONE, OF_ALL);
	for (int i = 0; i < OWNERS; i++)
		actors[i] = new_member(&cx, arena_printf(cx.mem, "owner%d", i), "one").actor_id;
	run_sql(&cx, "TRUNCATE session, event_counter, throttle CASCADE");
	for (int i = 0; i < NTABLES; i++)
		test_table(&cx, &tables[i], actors);
	end_context(&cx);
}

/* The counters that expire first are deleted first: a caller whose last attempt was
 * right recently stays known. */
static void test_throttle(void)
{
	struct cx cx = new_context();

	set_caps(&cx, OF_ONE, OF_ALL);
	run_sql(&cx,
	    "INSERT INTO throttle (key, tat) SELECT n::text::bytea, now() + n * interval '1 h' FROM "
	    "generate_series(1, 30) n");
	ok(prune_over_cap(&cx) == 30 - OF_ONE &&
		strcmp(run_sql(&cx, "SELECT min(tat) > now() + interval '24 h' FROM throttle"),
		    "t") == 0,
	    "throttle has a cap");
	end_context(&cx);
}

static void test_events(void)
{
	struct cx cx = new_context();
	struct member m = new_member(&cx, "reader", "one");
	const char *key =
	    arena_printf(cx.mem, "motet_get_session_key(%lld, 'one')", (long long)m.actor_id);

	run_sql(&cx,
	    arena_printf(cx.mem,
		"SELECT motet_add_event(ARRAY[%s], 'core', 3, 'NEW_SESSION', NULL, NULL) FROM "
		"generate_series(1, 1100)",
		key));
	ok(strcmp(run_sql(&cx,
		      arena_printf(cx.mem,
			  "SELECT count(*) || ' ' || min(seq) || ' ' || max(seq) FROM event WHERE "
			  "session_key = %s",
			  key)),
	       "1000 101 1100") == 0,
	    "a session keeps its last 1000 events");
	end_context(&cx);
}

/* Each log-in writes an event for every other session of the actor. */
static void test_foreign_sessions(void)
{
	struct cx cx = new_context();

	run_sql(&cx,
	    "CREATE OR REPLACE FUNCTION motet_get_foreign_session_cap() RETURNS int8 LANGUAGE sql AS 'SELECT "
	    "5::int8'");
	for (int i = 0; i < 12; i++)
		run_sql(&cx,
		    arena_printf(cx.mem,
			"INSERT INTO foreign_session (token_hash, fid, domain, session_id, serial, "
			"public_key, cert, not_after) SELECT sha256((w || %d)::bytea), w || "
			"'@b.example', 'b.example', 's%d', '1', sha256('x'), '', now() + interval '1 "
			"day' FROM unnest('{many,few}'::text[]) w WHERE w = 'many' OR %d < 3; "
			"INSERT INTO event_counter (session_key, last) VALUES ('many@b.example:s%d', 1)",
			i, i, i, i));
	ok(strcmp(run_sql(&cx,
		      "SELECT string_agg(session_id, ' ' ORDER BY created_at) FROM foreign_session "
		      "WHERE ended_at IS NULL AND fid = 'many@b.example'"),
	       "s7 s8 s9 s10 s11") == 0,
	    "a foreign actor has so many sessions, and the oldest end");
	ok(sql_number(&cx,
	       "SELECT count(*) FROM foreign_session WHERE ended_at IS NULL AND fid = "
	       "'few@b.example'") == 3,
	    "another actor keeps those that it has");
	ok(sql_number(&cx, "SELECT count(*) FROM event_counter WHERE session_key LIKE 'many@%'") ==
		5,
	    "their events go with them");
	end_context(&cx);
}

static void test_open_key_trials(void)
{
	struct cx cx = new_context();
	struct key_trial t;

	run_sql(&cx,
	    "CREATE OR REPLACE FUNCTION motet_get_open_key_trial_cap() RETURNS int8 LANGUAGE sql AS "
	    "'SELECT 10::int8'");
	for (int i = 0; i < 60; i++)
		must(&cx, key_trial_new(&cx, STR(""), STR(""), STR(""), false, &t));
	ok(sql_number(&cx, "SELECT count(*) FROM key_trial WHERE attempt IS NULL") <= 10,
	    "of 60 open key trials the newest are left");
	ok(sql_number(&cx,
	       arena_printf(cx.mem, "SELECT count(*) FROM key_trial WHERE trial = '%.*s'",
		   (int)t.text.n, t.text.s)) == 1,
	    "with the last one");
	end_context(&cx);
}

static void test_key_package_octets(void)
{
	struct cx cx = new_context();
	struct member m = new_member(&cx, "hoarder", "one"),
		      other = new_member(&cx, "other", "one");
	struct keypackage_spec spec = { .lasts = 3600 };
	struct str counts;
	size_t bad, octets = 0;
	int taken = 0;
	enum err e = OK;

	run_sql(&cx,
	    "CREATE OR REPLACE FUNCTION motet_get_key_package_cap() RETURNS int8 LANGUAGE sql AS "
	    "'SELECT 2000::int8'");
	for (; e == OK && taken < 20; taken += e == OK) {
		struct mls_input in = new_keypackage(&cx, &m, &spec);
		struct keypackage_upload u = { .v = &in, .n = 1 };
		octets += in.tls.n;
		e = keypackage_add(&cx, m.s, &u, &counts, &bad);
	}
	ok(e == ERR_TOO_MANY && octets > 2000, "KeyPackages with %zu octets: %s", octets,
	    cx.why.say);
	ok(sql_number(&cx, "SELECT count(*) FROM key_package") == taken,
	    "... which changed nothing");
	struct mls_input in = new_keypackage(&cx, &other, &spec);
	struct keypackage_upload u = { .v = &in, .n = 1 };
	ok(keypackage_add(&cx, other.s, &u, &counts, &bad) == OK, "another actor has room");
	end_context(&cx);
}

static enum err register_from(struct cx *cx, const char *name, const char *address)
{
	int64_t id;

	return actor_register(cx, str_of(name), STR("correct horse battery"), str_of(address), &id);
}

static void test_registrations(void)
{
	struct cx cx = new_context();
	int taken = 0;

	conf->rate_limit = true;
	conf->rate_limit_registrations = 2;
	ok(register_from(&cx, "new1", "192.0.2.1") == OK &&
		register_from(&cx, "new2", "192.0.2.1") == OK,
	    "two registrations of an address");
	ok(register_from(&cx, "new3", "192.0.2.1") == ERR_RATE_LIMITED && cx.retry_after > 43000 &&
		cx.retry_after <= 43200,
	    "the third one a day is refused: %s", cx.why.say);
	ok(sql_number(&cx, "SELECT count(*) FROM actor WHERE local_name LIKE 'new_'") == 2,
	    "... and not made");
	ok(register_from(&cx, "selftest-0123456789abcdef", "192.0.2.1") == ERR_FID_TAKEN,
	    "the name of a selftest is not counted, but only an announced one is made");
	ok(register_from(&cx, "selftest-0123456789abcdeg", "192.0.2.1") == ERR_RATE_LIMITED,
	    "a name like it is counted");
	ok(register_from(&cx, "new4", "192.0.2.2") == OK, "another address has its own");
	for (int i = 10; i < 250; i++)
		taken += guess_limit_count_registration(
			     &cx, str_of(arena_printf(cx.mem, "192.0.2.%d", i))) == OK;
	ok(taken == 200 - 3, "of all addresses %d more are taken", taken);
	conf->rate_limit = false;
	ok(register_from(&cx, "new5", "192.0.2.1") == OK, "rate_limit = off switches this off");
	end_context(&cx);
}

int main(void)
{
	if (!open_test_home())
		return 0;
	test_tables();
	test_throttle();
	test_events();
	test_foreign_sessions();
	test_open_key_trials();
	test_key_package_octets();
	test_registrations();
	conf_free(conf);
	return done();
}
