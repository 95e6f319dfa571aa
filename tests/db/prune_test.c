/* Pruning deletes exactly the expired rows, deleted values cannot be used again, and requests
 * are not disturbed. prune_test [SEED]; prints its seed and N. */
#include "member.h"
#include "core/prune.h"
#include "core/key_trial.h"
#include "store/q_federation_token.h"
#include "store/q_key_trial.h"
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EACH = 1200 }; /* rows of each kind to delete, and as many to keep: more than two batches */
static unsigned seed;

static bool continue_pruning(void *arg, const int64_t rows[PRUNE_KINDS])
{
	(void)arg, (void)rows;
	return true;
}

/*
 * One statement for each kind of row. In it, `past` is the time at which a row expired: more than
 * `keeps` seconds ago for rows to delete, less for rows to keep; n is 1 … EACH; `side` makes the
 * names of the two groups differ.
 */
static const struct kind {
	enum prune_kind kind;
	int64_t keeps; /* seconds */
	const char *sql;
} kinds[] = {
	{ PRUNE_SESSION, 30 * 86400,
	    "INSERT INTO session (token_hash, actor_id, serial, ended_at) SELECT sha256(('s' || "
	    "side || n)::bytea), a, c, past FROM rows, cert" },
	{ PRUNE_RAN_OUT, 30 * 86400,
	    "WITH u AS (INSERT INTO serial_used SELECT 2000000000000000 + k + n FROM rows), "
	    "c AS (INSERT INTO idcert (actor_id, serial, session_id, server_serial, public_key, "
	    "csr_hash, cert, not_before, not_after) "
	    "SELECT a, 2000000000000000 + k + n, 'o' || side || n, (SELECT min(serial) FROM "
	    "server_key), sha256(('k' || side || n)::bytea), sha256('x'), '', "
	    "past - interval '9 days', past FROM rows, cert) "
	    "INSERT INTO session (token_hash, actor_id, serial) SELECT sha256(('r' || side || "
	    "n)::bytea), a, 2000000000000000 + k + n FROM rows, cert" },
	{ PRUNE_FOREIGN_SESSION, 30 * 86400,
	    "INSERT INTO foreign_session (token_hash, fid, domain, session_id, serial, "
	    "public_key, cert, not_after, ended_at) "
	    "SELECT sha256(('f' || side || n)::bytea), 'f' || side || n || '@b.example', "
	    "'b.example', 's', '1', sha256('x'), '', "
	    "CASE WHEN n % 2 = 0 THEN past ELSE now() + interval '1 day' END, CASE WHEN n % 2 = 1 "
	    "THEN past END FROM rows" },
	{ PRUNE_KEY_PACKAGE, 86400,
	    "INSERT INTO key_package (actor_id, serial, suite, extensions, last_resort, ref, "
	    "init_hash, tls, not_before, not_after, spent_at) "
	    "SELECT a, c, 1, '{}', false, 'r', sha256(('p' || side || n)::bytea), CASE WHEN n % 2 "
	    "= 0 THEN 'x'::bytea END, '1970-01-01', past, "
	    "CASE WHEN n % 2 = 1 THEN now() END FROM rows, cert" },
	{ PRUNE_TRIAL, 60,
	    "INSERT INTO key_trial (trial, expires_at) SELECT repeat('t', 64) || side || n, past "
	    "FROM rows" },
	{ PRUNE_FEDERATION_TOKEN, 86400,
	    "INSERT INTO federation_token (actor_id, jti, token_hash, audience, issued_at, "
	    "expires_at) "
	    "SELECT a, repeat('j', 22) || side || n, sha256(('t' || side || n)::bytea), 'x', past "
	    "- interval '1 h', past FROM rows, cert" },
	{ PRUNE_REDEEMED_TOKEN, 86400,
	    "INSERT INTO redeemed_token (iss, jti, attempt, expires_at) SELECT 'i', side || n, "
	    "sha256('x'), past FROM rows" },
	{ PRUNE_THROTTLE, 0,
	    "INSERT INTO throttle (key, tat) SELECT ('w' || side || n)::bytea, past FROM rows" },
	{ PRUNE_FOREIGN_SERVER, 30 * 86400,
	    "INSERT INTO foreign_server (place, fresh_until) SELECT 'g' || side || n, past FROM "
	    "rows" },
	{ PRUNE_FOREIGN_SERVER, 0,
	    "INSERT INTO foreign_server (place, failure, fresh_until) SELECT 'h' || side || n, "
	    "'BAD_CERT', past FROM rows" },
	{ PRUNE_FOREIGN_CERT, 86400,
	    "INSERT INTO foreign_cert (subject, serial, domain, cacheable, not_before, not_after, "
	    "usable_until) "
	    "SELECT 'c' || side || n, '1', 'd', '', '1970-01-01', now() + interval '1 h', past "
	    "FROM rows" },
	{ PRUNE_FOREIGN_ACTOR, 0,
	    "INSERT INTO foreign_actor (fid, domain, fresh_until) SELECT 'a' || side || n, 'd', "
	    "past FROM rows" },
};
enum { NKINDS = sizeof kinds / sizeof kinds[0] };

/* Rows that are kept however old they are. */
static const char *const kept_rows[] = {
	"INSERT INTO foreign_server (place, blocked_at, fresh_until) SELECT 'blocked' || n, "
	"now(), '-infinity' FROM generate_series(1, 50) n",
	"INSERT INTO foreign_server (place, blocked_at, failure, fresh_until) SELECT 'bad' || n, "
	"now(), 'BAD_CERT', '-infinity' FROM generate_series(1, 50) n",
	"INSERT INTO foreign_cert (subject, serial, domain, cacheable, not_before, not_after, "
	"usable_until, invalidated_at) "
	"SELECT 'revoked' || n, '1', 'd', '', '1970-01-01', now() + interval '1 h', '1971-01-01', "
	"'1970-06-01' FROM generate_series(1, 50) n",
	"INSERT INTO key_trial (trial, expires_at, attempt, completed_at, fid, serial, signature) "
	"SELECT repeat('d', 64) || n, '1971-01-01', sha256('x'), now(), 'x', '1', repeat('s', "
	"64)::bytea FROM generate_series(1, 50) n",
	"INSERT INTO invite (code_hash, uses, expires_at) SELECT sha256(n::text::bytea), 1, "
	"'1971-01-01' FROM generate_series(1, 50) n",
	"INSERT INTO keymaterial (actor_id, serial, key_data, created_at) SELECT actor_id, "
	"min(serial), 'x', '1971-01-01' FROM idcert GROUP BY 1",
	"INSERT INTO event_counter (session_key, last) SELECT motet_get_session_key(c.actor_id, "
	"c.session_id), 3 FROM session s JOIN idcert c USING (actor_id, serial) "
	"WHERE token_hash IN (SELECT sha256(('rstay' || n)::bytea) FROM generate_series(1, 50) n)",
	"INSERT INTO event (session_key, seq, namespace, op, name, created_at) SELECT "
	"session_key, n, 'core', 3, 'X', '1971-01-01' FROM event_counter, "
	"generate_series(1, 3) n",
};

static long insert_rows(
    struct cx *cx, const struct kind *k, const char *side, int64_t least, int64_t most)
{
	return sql_number(cx,
	    arena_printf(cx->mem,
		"SELECT setseed(%f); WITH rows AS MATERIALIZED (SELECT n, '%s'::text AS side, "
		"now() - %lld * interval '1 s' - random() * %lld * interval '1 s' AS past, %d AS k "
		"FROM generate_series(1, %d) n), cert AS (SELECT actor_id AS a, serial AS c FROM "
		"idcert WHERE live ORDER BY serial LIMIT 1), "
		"done AS (SELECT 1) %s %s; SELECT %d",
		(double)(seed % 1000) / 1000, side, (long long)least, (long long)(most - least),
		side[0] == 'g' ? EACH : 0, EACH, strncmp(k->sql, "WITH", 4) == 0 ? "," : "",
		strncmp(k->sql, "WITH", 4) == 0 ? k->sql + 4 : k->sql, EACH));
}

static const char *hash_tables(struct cx *cx)
{
	return run_sql(cx,
	    "SELECT string_agg(t || ' ' || (xpath('//n/text()', query_to_xml('SELECT count(*) || "
	    "'':'' || coalesce(md5(string_agg(md5(x::text), '','' ORDER BY x::text)), ''-'') AS n "
	    "FROM ' || t || ' x', false, true, '')))[1]::text, E'\\n' ORDER BY t) FROM (SELECT "
	    "c.relname AS t FROM pg_class c WHERE c.relkind = 'r' AND "
	    "c.relnamespace = 'public'::regnamespace) tables");
}

static int64_t sum_rows(struct cx *cx, const int64_t rows[PRUNE_KINDS])
{
	int64_t all = 0;

	(void)cx;
	for (int k = 0; k < PRUNE_KINDS; k++)
		all += rows[k];
	return all;
}

/* Rows of the side `stay` are at least 30 s away from their deletion. */
static void test_exact_pruning(void)
{
	struct cx cx = new_context();
	int64_t due[PRUNE_KINDS], gone[PRUNE_KINDS], want[PRUNE_KINDS] = { 0 };
	int stayed = 0, went = 0;

	set_caps(&cx, 1000000, 1000000); /* tests/db/caps_test.c fills them */
	new_member(&cx, "owner", "one");
	for (int i = 0; i < NKINDS; i++)
		stayed += insert_rows(&cx, &kinds[i], "stay", kinds[i].keeps - 86400 * 2,
			      kinds[i].keeps ? kinds[i].keeps - 30 : -60) == EACH;
	for (size_t i = 0; i < sizeof kept_rows / sizeof kept_rows[0]; i++)
		run_sql(&cx, kept_rows[i]);
	must(&cx, prune_run(&cx, continue_pruning, NULL, gone));
	ok(stayed == NKINDS && sum_rows(&cx, gone) == 0,
	    "of %d kinds %d rows each that may not go yet: %lld go", NKINDS, EACH,
	    (long long)sum_rows(&cx, gone));
	const char *before = hash_tables(&cx);
	for (int i = 0; i < NKINDS; i++) {
		went += insert_rows(&cx, &kinds[i], "go", kinds[i].keeps + 2, 366 * 86400) == EACH;
		want[kinds[i].kind] += EACH;
	}
	/* Certificates stay when their session is deleted: of rows of PRUNE_RAN_OUT, only the
	 * certificates are left. */
	const char *certs = run_sql(&cx, "SELECT count(*) FROM idcert");
	run_sql(&cx,
	    arena_printf(cx.mem,
		"INSERT INTO event_counter (session_key, last) SELECT n || ':gone', 3 FROM "
		"generate_series(1, %d) n",
		EACH));
	run_sql(&cx,
	    "INSERT INTO event (session_key, seq, namespace, op, name) SELECT session_key, n, "
	    "'core', 3, 'X' FROM event_counter, generate_series(1, 3) n "
	    "WHERE session_key LIKE '%:gone'");
	run_sql(&cx,
	    arena_printf(cx.mem,
		"INSERT INTO key_package_notice SELECT 1, n FROM generate_series(1, %d) n", EACH));
	want[PRUNE_EVENT] = want[PRUNE_NOTICE] = EACH;
	const char *full = hash_tables(&cx);
	must(&cx, prune_count(&cx, due));
	ok(memcmp(due, want, sizeof due) == 0 && strcmp(full, hash_tables(&cx)) == 0,
	    "a dry run counts %lld of %d, and changes nothing", (long long)sum_rows(&cx, due),
	    EACH * (NKINDS + 2));
	for (int k = 0; k < PRUNE_KINDS; k++)
		if (due[k] != want[k])
			printf("# %s: %lld, wanted %lld\n", prune_rows[k].name, (long long)due[k],
			    (long long)want[k]);
	must(&cx, prune_run(&cx, continue_pruning, NULL, gone));
	ok(went == NKINDS && memcmp(gone, want, sizeof gone) == 0,
	    "all of them are deleted (seed "
	    "%u)",
	    seed);
	ok(strcmp(certs, run_sql(&cx, "SELECT count(*) FROM idcert")) == 0,
	    "no certificate is deleted: %s", certs);
	run_sql(&cx,
	    "DELETE FROM idcert WHERE session_id LIKE 'ogo%'; DELETE FROM serial_used u WHERE "
	    "serial > 2000000000000000 + 1200 AND serial < 2000000000010000");
	const char *after = hash_tables(&cx);
	ok(strcmp(before, after) == 0, "and nothing else: %zu bytes of fingerprint are unchanged",
	    strlen(before));
	if (strcmp(before, after) != 0)
		printf("# before:\n%s\n# after:\n%s\n", before, after);
	end_context(&cx);
}

/* Locked rows are skipped without waiting; one process prunes at a time. */
static void test_locked_rows(void)
{
	struct cx cx = new_context();
	PGconn *pg = connect_as_owner();
	int64_t gone[PRUNE_KINDS];

	run_sql(&cx,
	    "INSERT INTO throttle (key, tat) SELECT ('held' || n)::bytea, now() - interval '1 s' "
	    "FROM generate_series(1, 40) n");
	PQclear(PQexec(
	    pg, "BEGIN; SELECT FROM throttle WHERE key < 'held2' AND key LIKE 'held%' FOR UPDATE"));
	must(&cx, prune_run(&cx, continue_pruning, NULL, gone));
	long left = sql_number(&cx, "SELECT count(*) FROM throttle WHERE key LIKE 'held%'");
	ok(left == 11 && gone[PRUNE_THROTTLE] == 29,
	    "%ld locked rows are left, %lld others deleted", left, (long long)gone[PRUNE_THROTTLE]);
	PQclear(PQexec(
	    pg, "UPDATE throttle SET tat = now() + interval '1 h' WHERE key = 'held1'; COMMIT"));
	must(&cx, prune_run(&cx, continue_pruning, NULL, gone));
	ok(gone[PRUNE_THROTTLE] == 10, "they are deleted when unlocked, except the renewed one");
	PQclear(PQexec(pg, "SELECT pg_advisory_lock(7236847)"));
	run_sql(&cx, "INSERT INTO throttle (key, tat) VALUES ('held', now() - interval '1 s')");
	ok(prune_run(&cx, continue_pruning, NULL, gone) == ERR_RETRY,
	    "while another process prunes: %s", cx.why.log);
	ok(prune_count(&cx, gone) == OK && gone[PRUNE_THROTTLE] == 1, "counting still works");
	PQfinish(pg);
	must(&cx, prune_run(&cx, continue_pruning, NULL, gone));
	ok(gone[PRUNE_THROTTLE] == 1, "afterwards it is deleted");
	run_sql(&cx, "DELETE FROM throttle");
	end_context(&cx);
}

/* Two rows that the database refuses to delete do not keep the others from being deleted. */
static void test_rows_that_stay(void)
{
	struct cx cx = new_context();
	int64_t gone[PRUNE_KINDS];

	run_sql(&cx,
	    "CREATE FUNCTION stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE "
	    "'stuck'; END $$; CREATE TRIGGER stay BEFORE DELETE ON throttle FOR EACH ROW WHEN "
	    "(OLD.key IN ('row7', 'row700')) EXECUTE FUNCTION stay()");
	run_sql(&cx,
	    "INSERT INTO throttle (key, tat) SELECT ('row' || n)::bytea, now() - interval '1 s' "
	    "FROM generate_series(1, 1200) n");
	enum err e = prune_run(&cx, continue_pruning, NULL, gone);
	long left = sql_number(&cx, "SELECT count(*) FROM throttle");
	ok(e == OK && gone[PRUNE_THROTTLE] == 1198 && left == 2,
	    "2 of 1200 rows cannot be deleted: %lld others go, %ld stay",
	    (long long)gone[PRUNE_THROTTLE], left);
	run_sql(&cx, "DROP TRIGGER stay ON throttle; DROP FUNCTION stay; DELETE FROM throttle");
	end_context(&cx);
}

/* Deleted tokens, trials and KeyPackages are refused. */
static void test_pruned_values(void)
{
	struct cx cx = new_context();
	struct member m = new_member(&cx, "user", "one");
	struct blob old = m.token_hash;
	const struct mls_input spent = new_keypackage(
				   &cx, &m, &(struct keypackage_spec){ .lasts = 3600 }),
			       over = new_keypackage(
				   &cx, &m, &(struct keypackage_spec){ .lasts = 3600 });
	struct keypackage_upload u = { .v = &spent, .n = 1 }, v = { .v = &over, .n = 1 };
	int64_t gone[PRUNE_KINDS];
	struct session *s;
	struct key_trial t;
	struct str counts, token;
	size_t bad;

	must(&cx, keypackage_add(&cx, m.s, &u, &counts, &bad));
	must(&cx, keypackage_add(&cx, m.s, &v, &counts, &bad));
	run_sql(&cx, "UPDATE key_package SET spent_at = now(), tls = NULL");
	must(&cx, prune_run(&cx, continue_pruning, NULL, gone));
	ok(keypackage_add(&cx, m.s, &u, &counts, &bad) == ERR_BAD_REQUEST,
	    "a claimed KeyPackage is refused: %s", cx.why.say);
	run_sql(&cx,
	    arena_printf(cx.mem,
		"UPDATE key_package SET not_after = now() - interval '25 h' WHERE actor_id = %lld",
		(long long)m.actor_id));
	must(&cx, prune_run(&cx, continue_pruning, NULL, gone));
	run_sql(&cx, "UPDATE key_package SET not_after = now()");
	ok(gone[PRUNE_KEY_PACKAGE] == 2, "both are deleted a day after their end");
	rotate_session(&cx, &m);
	ok(keypackage_add(&cx, m.s, &u, &counts, &bad) == ERR_BAD_REQUEST,
	    "the old bytes are refused: %s", cx.why.say);
	run_sql(&cx,
	    arena_printf(cx.mem,
		"UPDATE session SET ended_at = now() - interval '31 days' WHERE ended_at IS NOT "
		"NULL AND actor_id = %lld",
		(long long)m.actor_id));
	must(&cx, prune_run(&cx, continue_pruning, NULL, gone));
	ok(gone[PRUNE_SESSION] == 1 && q_session_find(&cx, old, false, &s) == OK && s == NULL,
	    "a deleted session token is refused");
	ok(q_session_find(&cx, m.token_hash, false, &s) == OK && s, "its successor works");

	must(&cx, key_trial_new(&cx, STR(""), STR(""), STR(""), false, &t));
	run_sql(&cx,
	    arena_printf(cx.mem,
		"UPDATE key_trial SET expires_at = now() - interval '2 min' WHERE trial = '%.*s'",
		(int)t.text.n, t.text.s));
	must(&cx, prune_run(&cx, continue_pruning, NULL, gone));
	uint8_t sig[ED25519_SIG];
	must(&cx, ed25519_sign(&cx, m.seed, str_blob(t.text), sig));
	const struct key_trial_answer a = { .trial = t.text,
		.signature = hex_encode(cx.mem, (struct blob){ sig, sizeof sig }),
		.fid = str_of(m.fid),
		.serial = str_of(arena_printf(cx.mem, "%lld", (long long)m.serial)) };
	ok(gone[PRUNE_TRIAL] == 1 && key_trial_complete(&cx, &a, &token) == ERR_BAD_TRIAL,
	    "a deleted key trial cannot be completed: %s", cx.why.say);
	end_context(&cx);
}

/*
 * Two processes prune all the time, and make ended rows old first, while sessions rotate, begin and
 * end, claim and upload: no error happens, no KeyPackage and no event number is given out twice,
 * and no session breaks.
 */
enum { ACTORS = 4, TURNS = 25, PRUNERS = 2 };
struct report {
	_Atomic int stop, rotated, ended, claims, uploads, trials, errors;
	_Atomic int64_t pruned;
};

static void run_pruner(struct report *r)
{
	while (!r->stop) {
		struct cx cx = new_context();
		int64_t gone[PRUNE_KINDS];
		run_sql(&cx,
		    "UPDATE session SET ended_at = now() - interval '31 days' WHERE ended_at > "
		    "now() - interval '1 day'");
		run_sql(&cx,
		    "UPDATE key_trial SET expires_at = now() - interval '2 min' WHERE attempt IS "
		    "NULL AND for_session = 'old'");
		enum err e = prune_run(&cx, continue_pruning, NULL, gone);
		if (e == OK)
			r->pruned += sum_rows(&cx, gone);
		r->errors += e != OK && e != ERR_RETRY;
		if (e != OK && e != ERR_RETRY)
			printf("# pruning: %s\n", cx.why.log);
		end_context(&cx);
	}
	_exit(0);
}

static bool expect_ok(struct cx *cx, struct report *r, enum err e, const char *what)
{
	if (e == OK)
		return true;
	r->errors++;
	printf("# %s: %s %s%s\n", what, err_name(e), cx->why.say, cx->why.log);
	return false;
}

static void run_turn(struct cx *cx, struct report *r, struct member *m, int who, int turn)
{
	struct member guest = new_device(cx, m, arena_printf(cx->mem, "g%d", turn % 3));
	const struct mls_input kp =
	    new_keypackage(cx, m, &(struct keypackage_spec){ .lasts = 3600 });
	const struct keypackage_upload u = { .v = &kp, .n = 1 };
	struct keypackage_given *given;
	struct str counts, text;
	struct session *s;
	size_t n;

	expect_ok(cx, r, keypackage_add(cx, m->s, &u, &counts, &n), "upload");
	r->uploads++;
	text = str_of(arena_printf(cx->mem, "actor%d", (who + 1) % ACTORS));
	if (expect_ok(cx, r,
		keypackage_claim(cx, guest.token_hash, text, STR("192.0.2.1"),
		    &(struct keypackage_filter){ 0 }, &given, &n),
		"claim"))
		r->claims += n > 0;
	struct key_trial t;
	expect_ok(cx, r,
	    key_trial_new(cx, STR(""), turn % 2 ? STR("old") : STR(""), STR(""), false, &t),
	    "trial");
	r->trials++;
	expect_ok(cx, r, session_end(cx, guest.s, str_of(guest.session_id)), "log-out");
	r->ended++;
	rotate_session(cx, m);
	r->rotated++;
	if (expect_ok(cx, r, q_session_find(cx, m->token_hash, false, &s), "look") && s == NULL) {
		r->errors++;
		printf("# a session that was just rotated does not work\n");
	}
}

static void run_user(struct report *r, int who)
{
	struct cx cx = new_context();
	struct member m = new_member(&cx, arena_printf(cx.mem, "actor%d", who), "home");

	for (int i = 0; i < TURNS; i++)
		run_turn(&cx, r, &m, who, i);
	end_context(&cx);
	_exit(0);
}

static void test_races(void)
{
	struct report *r =
	    mmap(NULL, sizeof *r, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct cx cx = new_context();
	pid_t child[PRUNERS + ACTORS];
	int status, broken = 0;

	for (int i = 0; i < ACTORS; i++)
		if ((child[i] = fork()) == 0)
			run_user(r, i);
	for (int i = 0; i < PRUNERS; i++)
		if ((child[ACTORS + i] = fork()) == 0)
			run_pruner(r);
	for (int i = 0; i < ACTORS; i++) {
		waitpid(child[i], &status, 0);
		broken += status != 0;
	}
	r->stop = 1;
	while (wait(&status) > 0)
		broken += status != 0;
	ok(broken == 0 && r->errors == 0,
	    "%d rotations, %d log-ins and log-outs, %d uploads, %d claims, %d trials while %lld "
	    "rows went: %d errors",
	    r->rotated, r->ended, r->uploads, r->claims, r->trials, (long long)r->pruned,
	    r->errors);
	ok(r->pruned > 2 * TURNS, "rows were deleted all the time");
	ok(sql_number(&cx, "SELECT count(*) FROM live_session WHERE session_id = 'home'") == ACTORS,
	    "each of the %d has its session", ACTORS);
	ok(sql_number(&cx,
	       "SELECT count(*) FROM event e LEFT JOIN event_counter c USING (session_key) WHERE "
	       "c.last IS NULL OR e.seq > c.last") == 0,
	    "no event without its counter, or above it");
	munmap(r, sizeof *r);
	end_context(&cx);
}

int main(int argc, char **argv)
{
	if (!open_test_home())
		return 0;
	seed = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : (unsigned)clock_now();
	test_exact_pruning();
	test_locked_rows();
	test_rows_that_stay();
	test_pruned_values();
	test_races();
	conf_free(conf);
	return done();
}
