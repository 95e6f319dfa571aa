/* When answers of the database are lost, operations still report their true outcome. The limit on
 * key material holds for parallel uploads. Prints its N. */
#include "member.h"
#include "core/key_material.h"
#include "core/redeem.h"
#include "core/second_factor.h"
#include "store/q_idcert.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	REGISTERED = 15,
	ROTATED = 30,
	UPLOADED = 60,
	FACTORS = 20,
	LOST_ONE_IN = 3,
	CUT_NAME = 64,
	RACERS = 8,
	RACES = 8
};

/*
 * A proxy in front of PostgreSQL. It forwards everything, but sometimes closes the connection when
 * the answer to a statement (a Bind was sent) has arrived: then the statement has taken effect, but
 * its answer is lost. One process serves all connections, one after the other.
 */
static bool forward_bytes(int from, int to, char *first)
{
	char buf[65536];
	ssize_t n = read(from, buf, sizeof buf);

	if (n <= 0)
		return false;
	if (first && *first != 'B')
		*first = buf[0];
	return write(to, buf, (size_t)n) == n;
}

static void lose_answers(int client, int server)
{
	static int in_a_row; /* at most two answers in a row are lost */
	struct pollfd p[] = { { .fd = client, .events = POLLIN },
		{ .fd = server, .events = POLLIN } };
	char first = 0;

	while (poll(p, 2, -1) > 0) {
		if (p[0].revents && !forward_bytes(client, server, &first))
			return;
		if (p[1].revents && first == 'B') {
			in_a_row = in_a_row < 2 && random() % LOST_ONE_IN == 0 ? in_a_row + 1 : 0;
			if (in_a_row)
				return;
		}
		if (p[1].revents && !forward_bytes(server, client, NULL))
			return;
		if (p[1].revents)
			first = 0;
	}
}

static int open_socket(const char *host, bool listening)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(a.sun_path, sizeof a.sun_path, "%s/.s.PGSQL.5432", host);
	if (listening ? bind(fd, (struct sockaddr *)&a, sizeof a) || listen(fd, 8)
		      : connect(fd, (struct sockaddr *)&a, sizeof a)) {
		printf("Bail out! %s: %s\n", a.sun_path, strerror(errno));
		exit(1);
	}
	return fd;
}

static const char *real;
static char lossy[64], through[128];
static pid_t cutter;

static void start_proxy(void (*serve)(int client, int server))
{
	const char *host = strstr(conninfo, "host=") + 5;
	char *there = strndup(host, strcspn(host, " "));

	snprintf(lossy, sizeof lossy, "/tmp/motet-lossy-XXXXXX");
	if (mkdtemp(lossy) == NULL)
		exit(1);
	int l = open_socket(lossy, true);
	if ((cutter = fork()) == 0)
		for (prctl(PR_SET_PDEATHSIG, SIGKILL);;) {
			int client = accept(l, NULL, NULL), server = open_socket(there, false);
			serve(client, server);
			close(client);
			close(server);
		}
	close(l);
	free(there);
	snprintf(through, sizeof through, "host=%s%s", lossy, host + strcspn(host, " "));
	real = conf->database;
	conf->database = through;
}

static void stop_proxy(void)
{
	char path[128];

	conf->database = real;
	kill(cutter, SIGKILL);
	waitpid(cutter, NULL, 0);
	snprintf(path, sizeof path, "%s/.s.PGSQL.5432", lossy);
	unlink(path);
	rmdir(lossy);
}

/* Repeats the request after a 503; *refused counts the repetitions. */
static bool may_ask_again(enum err e, int *refused)
{
	if (e == OK || err_status(e) != 503 || *refused > 3000)
		return false;
	++*refused;
	usleep(20 * 1000);
	return true;
}

static void print_error(const struct cx *cx, enum err e)
{
	if (e != OK)
		printf("# %s %s%s\n", err_name(e), cx->why.say, cx->why.log);
}

/*
 * Commits take 0.4 s, and the proxy closes the connection as soon as a named statement was sent:
 * the server sends the statement again while its first try still commits.
 */
static char *cut_name; /* in shared memory; "": nothing is cut */

static void cut_connection(int client, int server)
{
	struct pollfd p[] = { { .fd = client, .events = POLLIN },
		{ .fd = server, .events = POLLIN } };
	char buf[65536];
	ssize_t n;

	while (poll(p, 2, -1) > 0) {
		if (p[0].revents) {
			if ((n = read(client, buf, sizeof buf)) <= 0 ||
			    write(server, buf, (size_t)n) != n)
				return;
			if (*cut_name && buf[0] == 'B' &&
			    memmem(buf, (size_t)n, cut_name, strlen(cut_name))) {
				*cut_name = 0;
				return;
			}
		}
		if (p[1].revents && !forward_bytes(server, client, NULL))
			return;
	}
}

static void cut_next(const char *name)
{
	snprintf(cut_name, CUT_NAME, "%s", name);
}

static void ok_cut(struct cx *cx, enum err e, const char *what)
{
	print_error(cx, e);
	ok(e == OK && *cut_name == 0, "%s, sent again while its first try commits", what);
}

static const char slow_commits[] =
    "CREATE FUNCTION slow_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "PERFORM pg_sleep(0.4); RETURN NULL; END $$;"
    "DO $$ DECLARE t text; BEGIN FOREACH t IN ARRAY ARRAY['actor', 'idcert', 'federation_token', "
    "'totp', 'keymaterial', 'redeemed_token', 'server_key'] LOOP "
    "EXECUTE format('CREATE CONSTRAINT TRIGGER slow AFTER INSERT OR UPDATE OR DELETE ON %I "
    "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow_commit()', t); "
    "END LOOP; END $$";

static void test_certificates_during_commit(struct cx *cx)
{
	struct member m = new_member(cx, "slow", "one");
	struct idcsr csr = new_csr(cx, &m);
	struct grant g;
	struct str pem;

	cut_next("sql_idcert_issue");
	ok_cut(cx, session_rotate(cx, m.s, &csr, &g), "session/idcert");
	keep_grant(cx, &m, &g);
	csr = new_csr(cx, &m);
	cut_next("sql_idcert_issue");
	ok_cut(cx, session_rekey(cx, m.s, &csr, m.token_hash, &pem), "key/user/@me");
	m.session_id = "two";
	csr = new_csr(cx, &m);
	cut_next("sql_idcert_issue");
	ok_cut(cx, session_issue_idcert(cx, m.s, &csr, &g), "idcert");
	ok(sql_number(cx,
	       "SELECT count(*) FROM idcert c JOIN actor a ON a.id = c.actor_id WHERE "
	       "a.local_name = 'slow'") == 4,
	    "one certificate for each");
}

static void test_tokens_during_commit(struct cx *cx)
{
	struct member m = new_member(cx, "tokens", "one");
	struct keypackage_upload none = { .n = 0 };
	struct str origin, token, session;
	struct blob der;
	size_t n;
	struct cert_item *c;

	must(cx, federation_token_switch(cx, true));
	must(cx, federation_token_origin(cx, &origin));
	cut_next("sql_federation_token_issue");
	ok_cut(cx, federation_token_issue(cx, m.s, m.token_hash, origin, &token), "token");
	const struct cert_filter all = { -1, -1, -1, { NULL, 0 } };
	must(cx, q_idcert_list(cx, STR("tokens"), &all, &c, &n));
	der = c->cert;
	cut_next("sql_federation_token_redeem_home");
	ok_cut(cx, redeem_token(cx, token, der, &none, &session), "session/auth");
	ok(session_find(cx, session, false, &m.s) == OK, "its session token works");
}

static void test_others_during_commit(struct cx *cx)
{
	struct member m = new_member(cx, "others", "one");
	const struct second_factor_caller p = { m.actor_id, STR("one"), STR("others"),
		STR("192.0.2.1") };
	struct blob row =
			str_blob(str_of(arena_printf(cx->mem, "totp %lld", (long long)m.actor_id))),
		    plain;
	struct key_material km = { .key_data = STR("slow"), .algorithms = STR("1.2.3") };
	struct str codes[SECOND_FACTOR_CODES];
	struct second_factor_secret s;
	struct second_factor_row *t;
	struct server_key *key;
	int64_t id;

	cut_next("sql_actor_insert");
	ok_cut(
	    cx, actor_add(cx, STR("during"), STR("correct horse battery"), false, &id), "register");
	cut_next("sql_key_material_add");
	ok_cut(cx, key_material_add(cx, m.s, &km, 1), "keymaterial");
	cut_next("sql_key_material_delete");
	ok_cut(cx, key_material_delete(cx, m.s, &m.serial, 1), "its deletion");
	must(cx, second_factor_enrol(cx, m.actor_id, STR("others"), &s));
	must(cx, second_factor_find(cx, m.actor_id, &t));
	must(cx, unseal(cx, ca.totp, row, t->sealed, &plain));
	cut_next("sql_second_factor_confirm");
	ok_cut(cx,
	    second_factor_confirm(cx, &p,
		str_of(arena_printf(cx->mem, "%06u", totp_code(plain.p, clock_now() / TOTP_STEP))),
		codes),
	    "totp/confirm");
	run_sql(cx,
	    "UPDATE server_key SET not_before = not_before - interval '1 hour', ended_at = "
	    "ended_at - interval '1 hour'");
	cut_next("sql_server_key_add");
	ok_cut(cx, identity_rotate(cx, &key), "key/server");
}

static void test_answers_during_commit(void)
{
	struct cx cx = new_context();

	ok(*run_sql(&cx, slow_commits) == '\0', "commits take 0.4 s");
	end_context(&cx);
	cut_name = mmap(NULL, CUT_NAME, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	start_proxy(cut_connection);
	cx = new_context();
	test_certificates_during_commit(&cx);
	test_tokens_during_commit(&cx);
	test_others_during_commit(&cx);
	end_context(&cx);
	stop_proxy();
	cx = new_context();
	run_sql(&cx, "SET client_min_messages = warning; DROP FUNCTION slow_commit() CASCADE");
	end_context(&cx);
}

static void test_registering(void)
{
	struct cx cx = new_context();
	int done = 0, refused = 0;

	for (int i = 0; i < REGISTERED; i++) {
		struct str local = str_of(arena_printf(cx.mem, "new%d", i));
		int64_t id = 0;
		enum err e;
		do
			e = actor_add(&cx, local, STR("correct horse battery"), false, &id);
		while (may_ask_again(e, &refused));
		print_error(&cx, e);
		done += e == OK && id != 0;
		arena_reset(cx.mem);
	}
	ok(done == REGISTERED,
	    "%d of %d actors registered while answers were lost (%d times asked again)", done,
	    REGISTERED, refused);
	ok(sql_number(&cx, "SELECT count(*) FROM actor WHERE local_name LIKE 'new%'") == REGISTERED,
	    "and they are stored");
	end_context(&cx);
}

/* The server's keys must start at least a second apart; the statement moves older keys into the
 * past. */
static void test_rotating(void)
{
	struct cx cx = new_context();
	int done = 0, current = 0, refused = 0;
	long before = sql_number(&cx, "SELECT count(*) FROM server_key");

	for (int i = 0; i < ROTATED; i++) {
		struct server_key *key;
		enum err e;
		run_sql(&cx,
		    "UPDATE server_key SET not_before = not_before - interval '1 hour', ended_at "
		    "= ended_at - interval '1 hour'");
		do
			e = identity_rotate(&cx, &key);
		while (may_ask_again(e, &refused));
		print_error(&cx, e);
		done += e == OK;
		current += e == OK &&
		    sql_number(&cx,
			arena_printf(cx.mem,
			    "SELECT count(*) FROM server_key WHERE ended_at IS NULL AND serial = "
			    "%lld",
			    (long long)key->serial));
		arena_reset(cx.mem);
	}
	ok(done == ROTATED,
	    "%d of %d rotations of the server's key while answers were lost (%d times asked again)",
	    done, ROTATED, refused);
	ok(current == ROTATED, "each returned the current key");
	ok(sql_number(&cx, "SELECT count(*) FROM server_key") == before + ROTATED,
	    "each made one key");
	end_context(&cx);
}

static void test_uploading(const struct member *m)
{
	struct cx cx = new_context();
	int added = 0, deleted = 0, refused = 0, there = 0, gone = 0;

	for (int i = 0; i < UPLOADED; i++) {
		struct key_material km = { .key_data =
					       str_of(arena_printf(cx.mem, "key material %d", i)),
			.algorithms = STR("1.2.3") };
		enum err e;
		do
			e = key_material_add(&cx, m->s, &km, 1);
		while (may_ask_again(e, &refused));
		print_error(&cx, e);
		added += e == OK;
		there += sql_number(&cx, "SELECT count(*) FROM keymaterial") == 1;
		do
			e = key_material_delete(&cx, m->s, &m->serial, 1);
		while (may_ask_again(e, &refused));
		print_error(&cx, e);
		deleted += e == OK;
		gone += sql_number(&cx, "SELECT count(*) FROM keymaterial") == 0;
		arena_reset(cx.mem);
	}
	ok(added == UPLOADED && there == UPLOADED,
	    "%d of %d uploads while answers were lost (%d times asked again)", added, UPLOADED,
	    refused);
	ok(deleted == UPLOADED && gone == UPLOADED, "%d of %d deletions", deleted, UPLOADED);
	end_context(&cx);
}

/* A right code is accepted even if the answer of the statement that used it up is lost. */
static void test_second_factors(int64_t actor)
{
	struct cx cx = new_context();
	const struct second_factor_caller p = { actor, STR("one"), STR("uploader"),
		STR("192.0.2.1") };
	struct blob row = str_blob(str_of(arena_printf(cx.mem, "totp %lld", (long long)actor))),
		    plain;
	struct str codes[SECOND_FACTOR_CODES];
	int confirmed = 0, used = 0, recovered = 0, removed = 0;
	struct second_factor_secret s;
	struct second_factor_row *t;

	for (int i = 0; i < FACTORS; i++) {
		must(&cx, second_factor_enrol(&cx, actor, STR("uploader"), &s));
		must(&cx, second_factor_find(&cx, actor, &t));
		must(&cx, unseal(&cx, ca.totp, row, t->sealed, &plain));
		struct str code = str_of(
		    arena_printf(cx.mem, "%06u", totp_code(plain.p, clock_now() / TOTP_STEP)));
		struct second_factor_try try = { actor, t->sealed, STR("uploader"),
			STR("192.0.2.1"), code, ERR_BAD_CODE, "code", "wrong" };
		confirmed += second_factor_confirm(&cx, &p, code, codes) == OK &&
		    sql_number(&cx, "SELECT count(*) FROM totp_recovery") == SECOND_FACTOR_CODES;
		run_sql(&cx, "UPDATE totp SET last_step = 0");
		used += second_factor_check(&cx, &try) == OK &&
		    second_factor_check(&cx, &try) == ERR_USED_CODE;
		must(&cx, second_factor_renew_codes(&cx, &p, codes));
		try.code = codes[i % SECOND_FACTOR_CODES];
		recovered += second_factor_check(&cx, &try) == OK &&
		    second_factor_check(&cx, &try) == ERR_USED_CODE;
		removed += second_factor_remove(&cx, &p, false) == OK &&
		    sql_number(&cx, "SELECT count(*) FROM totp") == 0;
	}
	ok(confirmed == FACTORS && removed == FACTORS,
	    "%d of %d second factors confirmed while answers were lost, and %d ended", confirmed,
	    FACTORS, removed);
	ok(used == FACTORS && recovered == FACTORS,
	    "%d of %d codes, and %d recovery codes, were good once each", used, FACTORS, recovered);
	end_context(&cx);
}

/* Without a lost answer the usual rules hold. */
static void test_rules(void)
{
	struct cx cx = new_context();
	struct member m = new_member(&cx, "ruled", "one");
	struct key_material km = { .key_data = STR("some key material") },
			    other = { .key_data = STR("other key material"), .serial = m.serial };
	const int64_t two[] = { m.serial, 1000000000000000 };

	ok(key_material_add(&cx, m.s, &km, 1) == OK, "key material");
	ok(key_material_add(&cx, m.s, &km, 1) == OK, "the same again has the same result");
	ok(key_material_add(&cx, m.s, &other, 1) == ERR_CONFLICT, "other key material is refused");
	ok(key_material_delete(&cx, m.s, two, 2) == ERR_NOT_FOUND &&
		sql_number(&cx, "SELECT count(*) FROM keymaterial") == 1,
	    "%s", cx.why.say);
	ok(key_material_delete(&cx, m.s, two, 1) == OK &&
		key_material_delete(&cx, m.s, two, 1) == OK &&
		sql_number(&cx, "SELECT count(*) FROM keymaterial") == 0,
	    "deleted; the same again has the same result");
	end_context(&cx);
}

/* With an unfinished schema, requests get 503 and the log says what is missing. */
static void test_unready_schema(void)
{
	static const struct {
		const char *away, *back, *what;
	} rows[] = {
		{ "ALTER TABLE keymaterial RENAME TO elsewhere",
		    "ALTER TABLE elsewhere RENAME TO keymaterial", "a table" },
		{ "ALTER TABLE idcert RENAME serial TO number",
		    "ALTER TABLE idcert RENAME number TO serial", "a column" },
		{ "ALTER FUNCTION motet_add_key_material RENAME TO elsewhere",
		    "ALTER FUNCTION elsewhere RENAME TO motet_add_key_material", "a function" },
	};
	const struct key_material km = { .key_data = STR("some key material"), .serial = 1 };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct cx cx = new_context();
		struct key_material_added *a;
		run_sql(&cx, rows[i].away);
		enum err e = q_key_material_add(&cx, 1, &km, 1, KEY_MATERIAL_TOTAL, &a);
		run_sql(&cx, rows[i].back);
		ok(e == ERR_UNAVAILABLE && strstr(cx.why.log, "sql_key_material_add: "),
		    "%s is missing: %s", rows[i].what, cx.why.log);
		ok(q_key_material_add(&cx, 1, &km, 1, KEY_MATERIAL_TOTAL, &a) == OK,
		    "and works when it is back");
		end_context(&cx);
	}
}

static void test_limit(void)
{
	enum { MOST = 3, EACH = 60000, ROOM = MOST * (EACH + 512) + 100 };
	struct cx cx = new_context();
	struct member m = new_member(&cx, "heavy", "s0");
	int64_t serial[RACERS] = { m.serial };
	char *text = arena_alloc(cx.mem, EACH);
	int right = 0;

	memset(text, 'x', EACH);
	for (int i = 1; i < RACERS; i++)
		serial[i] = new_device(&cx, &m, arena_printf(cx.mem, "s%d", i)).serial;
	for (int r = 0; r < RACES; r++) {
		for (int i = 0; i < RACERS; i++) {
			if (fork() != 0)
				continue;
			struct cx mine = new_context();
			const struct key_material km = { .key_data = { text, EACH },
				.serial = serial[i] };
			struct key_material_added *a;
			must(&mine, q_key_material_add(&mine, m.actor_id, &km, 1, ROOM, &a));
			_exit(0);
		}
		while (wait(NULL) > 0)
			;
		right += sql_number(&cx, "SELECT count(*) FROM keymaterial") == MOST;
		run_sql(&cx, "DELETE FROM keymaterial");
	}
	ok(right == RACES, "%d uploads at once with room for %d: so many are there, %d of %d times",
	    RACERS, MOST, right, RACES);
	end_context(&cx);
}

int main(void)
{
	if (!open_test_home())
		return 0;
	test_rules();
	test_unready_schema();
	test_limit();
	struct cx cx = new_context();
	const struct member m = new_member(&cx, "uploader", "one");
	start_proxy(lose_answers);
	test_registering();
	test_rotating();
	test_uploading(&m);
	test_second_factors(m.actor_id);
	stop_proxy();
	test_answers_during_commit();
	end_context(&cx);
	conf_free(conf);
	return done();
}
