/* Key trials: only the actor and session that a trial is for can complete it, and only once. Of
 * many processes one wins, also while connections are killed, and its token works. Prints its N. */
#include "abroad.h"
#include "crypto/token.h"
#include "core/actor.h"
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>

enum { RACERS = 32, RACES = 60, CHAOS_RACERS = 16, CHAOS = 80, SAME = 12 };
static struct party home, ann, tab, eve;
static const struct str unsaid = { "", 0 };
static struct str trial_address = { "192.0.2.1", 9 }; /* the client's address */

static struct key_trial new_trial(struct cx *cx, const char *fid, const char *session_id)
{
	struct key_trial t;

	must(cx, key_trial_new(cx, str_of(fid), str_of(session_id), trial_address, false, &t));
	t.text.s = arena_dup(lasting.mem, t.text.s, t.text.n);
	return t;
}

static enum err complete_trial(struct cx *cx, struct key_trial_answer a, struct str *token)
{
	a.address = trial_address;
	return key_trial_complete(cx, &a, token);
}

static bool is_trial_open(struct str trial)
{
	return run_sql(arena_printf(lasting.mem,
		   "SELECT count(*) FROM key_trial WHERE attempt IS NULL AND trial = '%s'",
		   trial.s)) == 1;
}

static struct str serial_text(const struct party *p)
{
	return str_of(arena_printf(lasting.mem, "%lld", (long long)p->serial));
}

static void test_rules(void)
{
	struct cx cx = new_context();
	struct key_trial t = new_trial(&cx, "", ""), u = new_trial(&cx, "", ""),
			 w = new_trial(&cx, "ann@guest.example", ""), x = new_trial(&cx, "", "tab"),
			 y = new_trial(&cx, "", "");
	struct key_trial_text c;
	struct session *s;
	struct str token, sig = sign_hex(&ann, t.text);

	ok(key_trial_text_parse(t.text, &c) && str_is(c.domain, "example.org") &&
		c.expires == t.expires && t.text.n >= 64,
	    "a trial names this server and its end: %s", t.text.s);
	const struct key_trial_answer wrong[] = {
		{ t.text, .cert = ann.cert, .signature = sign_hex(&eve, t.text) },
		{ t.text, .cert = ann.cert, .signature = sign_hex(&ann, u.text) },
		{ t.text, .cert = ann.cert, .serial = serial_text(&tab), .signature = sig },
		{ t.text, .cert = ann.cert, .fid = STR("eve@guest.example"), .signature = sig },
		{ str_of(arena_printf(cx.mem, "%s0", t.text.s)), .cert = ann.cert,
		    .signature = sig },
		{ x.text, .cert = ann.cert, .signature = sign_hex(&ann, x.text) },
		{ w.text, .cert = eve.cert, .signature = sign_hex(&eve, w.text) },
		{ w.text, .fid = STR("eve@guest.example"), .serial = serial_text(&eve),
		    .signature = sign_hex(&eve, w.text) },
		{ unsaid, .cert = eve.cert, .signature = sig },
		{ unsaid, .cert = ann.cert, .signature = sign_hex(&ann, t.text) },
	};
	static const char *const how[] = { "another key", "another text", "another serial",
		"another actor", "no such trial", "another session's trial",
		"another actor's trial", "another actor's trial, by name",
		"no trial of that actor's", "a trial that was given to nobody, not named" };
	for (size_t i = 0; i < COUNT(wrong); i++) {
		enum err e = complete_trial(&cx, wrong[i], &token);
		ok(e == ERR_BAD_TRIAL, "%s: %s %s", how[i], err_name(e), cx.why.say);
	}
	ok(complete_trial(&cx,
	       (struct key_trial_answer){ t.text, .cert = ann.cert, .signature = STR("00") },
	       &token) == ERR_BAD_REQUEST,
	    "no signature: %s", cx.why.say);
	ok(complete_trial(&cx, (struct key_trial_answer){ t.text, .signature = sig }, &token) ==
		ERR_BAD_REQUEST,
	    "no certificate: %s", cx.why.say);
	ok(complete_trial(&cx,
	       (struct key_trial_answer){
		   t.text, .serial = STR("1"), .fid = STR("ann@guest.example"), .signature = sig },
	       &token) == ERR_BAD_CERT,
	    "an unknown serial: %s", cx.why.say);
	ok(is_trial_open(t.text) && is_trial_open(w.text) && is_trial_open(x.text),
	    "no trial was used up");
	ok(run_sql("SELECT count(*) FROM foreign_session") == 0, "no session was opened");
	ok(complete_trial(&cx,
	       (struct key_trial_answer){ t.text, .cert = ann.cert, .signature = sig },
	       &token) == OK,
	    "completed: %s", cx.why.say);
	ok(session_find(&cx, token, false, &s) == OK && str_is(s->fid, "ann@guest.example"),
	    "the token works");
	ok(complete_trial(&cx,
	       (struct key_trial_answer){ t.text, .cert = ann.cert, .signature = sig },
	       &token) == ERR_BAD_TRIAL,
	    "a second time is refused: %s", cx.why.say);
	ok(run_sql("SELECT count(*) FROM key_trial WHERE fid = 'ann@guest.example' AND "
		   "octet_length(signature) = 64 AND serial ~ '^[0-9]{16}$'") == 1,
	    "kept with signature and serial");
	ok(complete_trial(&cx,
	       (struct key_trial_answer){
		   w.text, .serial = serial_text(&ann), .signature = sign_hex(&ann, w.text) },
	       &token) == OK,
	    "by serial alone, for a trial of this actor: %s", cx.why.say);
	ok(complete_trial(&cx,
	       (struct key_trial_answer){ x.text, .fid = STR("Ann@guest.example"),
		   .serial = serial_text(&tab), .signature = sign_hex(&tab, x.text) },
	       &token) == OK,
	    "by actor and serial: %s", cx.why.say);
	run_sql(
	    "UPDATE key_trial SET expires_at = now() - interval '1 second' WHERE attempt IS NULL");
	ok(complete_trial(&cx,
	       (struct key_trial_answer){
		   y.text, .cert = ann.cert, .signature = sign_hex(&ann, y.text) },
	       &token) == ERR_BAD_TRIAL,
	    "an expired trial: %s", cx.why.say);
	end_context(&cx);
}

/* The client sends neither the trial nor the actor (beta.3). */
static void test_serial_alone(void)
{
	struct cx cx = new_context();
	struct key_trial a = new_trial(&cx, "ann@guest.example", ""),
			 b = new_trial(&cx, "ann@guest.example", ""),
			 e = new_trial(&cx, "eve@guest.example", "");
	struct str token;

	ok(complete_trial(&cx,
	       (struct key_trial_answer){
		   .serial = serial_text(&ann), .signature = sign_hex(&ann, a.text) },
	       &token) == OK,
	    "a serial and a signature: %s", cx.why.say);
	ok(!is_trial_open(a.text) && is_trial_open(b.text) && is_trial_open(e.text),
	    "only the signed trial is completed");
	ok(complete_trial(&cx,
	       (struct key_trial_answer){
		   .serial = serial_text(&ann), .signature = sign_hex(&ann, a.text) },
	       &token) == ERR_BAD_TRIAL,
	    "a second time is refused: %s", cx.why.say);
	ok(complete_trial(&cx,
	       (struct key_trial_answer){
		   .serial = serial_text(&ann), .signature = sign_hex(&ann, e.text) },
	       &token) == ERR_BAD_TRIAL,
	    "another actor's trial is not completed");
	ok(complete_trial(&cx,
	       (struct key_trial_answer){ .cert = ann.cert, .signature = sign_hex(&ann, b.text) },
	       &token) == OK &&
		!is_trial_open(b.text),
	    "a certificate and a signature");
	end_context(&cx);
}

/* Strangers ask for trials in ann's name, after her. */
static void test_strangers_trials(void)
{
	struct cx cx = new_context();
	struct key_trial hers = new_trial(&cx, "ann@guest.example", "");
	struct str token;

	trial_address = STR("198.51.100.7");
	for (int i = 0; i < 40; i++)
		new_trial(&cx, "ann@guest.example", "");
	trial_address = STR("192.0.2.1");
	ok(complete_trial(&cx,
	       (struct key_trial_answer){
		   .serial = serial_text(&ann), .signature = sign_hex(&ann, hers.text) },
	       &token) == OK,
	    "40 trials that a stranger asked for disturb no log-in: %s", cx.why.say);
	end_context(&cx);
}

static struct party new_home_actor(
    struct cx *cx, const char *local, const char *session_id, struct grant *g)
{
	struct party p = new_party(
	    "example.org", arena_printf(lasting.mem, "%s@example.org", local), session_id);
	struct idcsr csr = { .der = { p.key, ED25519_KEY },
		.fid = str_of(p.fid),
		.local = str_of(local),
		.domain = STR("example.org"),
		.session_id = str_of(session_id) };
	const struct issue_request i = { .local = str_of(local), .csr = &csr };
	struct issue_request with = i;
	struct idcert c;

	memcpy(csr.key, p.key, sizeof csr.key);
	if (q_actor_insert(cx, str_of(local), STR("x"), false, &with.actor_id) != OK ||
	    with.actor_id == 0)
		with.actor_id = run_sql(arena_printf(
		    lasting.mem, "SELECT id FROM actor WHERE local_name = '%s'", local));
	cx->now = clock_now();
	must(cx, issue_idcert(cx, &with, g));
	must(cx, pem_decode(&lasting, "id_cert", "CERTIFICATE", g->id_cert, &p.cert));
	must(cx, idcert_read(&lasting, p.cert, &c));
	p.serial = c.serial64;
	return p;
}

static void test_home_actor(void)
{
	struct cx cx = new_context();
	struct grant g, h;
	struct party p = new_home_actor(&cx, "bob", "phone", &g),
		     q = new_home_actor(&cx, "bob", "laptop", &h);
	struct key_trial t = new_trial(&cx, "", ""), u = new_trial(&cx, "bob@example.org", ""),
			 v = new_trial(&cx, "", "");
	struct session *s;
	struct str token, other;

	calls = 0;
	ok(complete_trial(&cx,
	       (struct key_trial_answer){
		   t.text, .cert = p.cert, .signature = sign_hex(&p, t.text) },
	       &token) == OK,
	    "a home actor: %s", cx.why.say);
	ok(session_find(&cx, token, false, &s) == OK && s->serial == p.serial &&
		session_find(&cx, g.token, false, &s) == ERR_UNAUTHORIZED,
	    "the old token ended");
	ok(run_sql("SELECT count(*) FROM event e JOIN idcert c USING (serial) WHERE name = "
		   "'NEW_SESSION' AND session_key LIKE '%:laptop' AND c.session_id = 'phone'") == 1,
	    "the other session gets one event");
	ok(complete_trial(&cx,
	       (struct key_trial_answer){
		   .serial = serial_text(&q), .signature = sign_hex(&q, u.text) },
	       &other) == OK,
	    "by serial alone: %s", cx.why.say);
	ok(calls == 0, "no request was sent");
	must(&cx, session_find(&cx, other, false, &s));
	must(&cx, session_end(&cx, s, STR("laptop")));
	ok(complete_trial(&cx,
	       (struct key_trial_answer){
		   v.text, .cert = q.cert, .signature = sign_hex(&q, v.text) },
	       &other) == ERR_BAD_CERT &&
		is_trial_open(v.text),
	    "with a revoked certificate: %s", cx.why.say);
	end_context(&cx);
}

/* The outcome of each child of a race. */
struct outcome {
	enum err err;
	bool doubt; /* the process got 503 at least once */
	char token[64];
};
struct race_results {
	_Atomic int go, ready;
	struct outcome of[CHAOS > RACES ? CHAOS : RACES][RACERS];
};

static void try_to_complete(struct cx *cx, struct key_trial_answer a, struct outcome *o)
{
	struct str token = { NULL, 0 };

	for (int try = 0; try < 2000; try++) {
		o->err = key_trial_complete(cx, &a, &token);
		if (err_status(o->err) != 503)
			break;
		o->doubt = true;
		usleep(20000);
	}
	if (o->err == OK)
		memcpy(o->token, token.s, token.n);
	arena_reset(cx->mem);
}

static void run_racer(struct race_results *r, int me, int rounds, const struct key_trial_answer *a)
{
	struct cx cx = new_context();

	for (int i = 0; i < rounds; i++) {
		r->ready++;
		while (r->go <= i)
			usleep(200);
		try_to_complete(&cx, a[i], &r->of[i][me]);
	}
	end_context(&cx);
	_exit(0);
}

static struct race_results *run_race(int racers, int rounds, const struct key_trial_answer *a)
{
	struct race_results *r =
	    mmap(NULL, sizeof *r, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pids[RACERS];

	for (int i = 0; i < racers; i++)
		if ((pids[i] = fork()) == 0)
			run_racer(r, i, rounds, a);
	for (int i = 0; i < rounds; i++) {
		while (r->ready < (i + 1) * racers)
			usleep(200);
		r->go = i + 1;
	}
	for (int i = 0; i < racers; i++)
		waitpid(pids[i], NULL, 0);
	return r;
}

static struct key_trial_answer *new_trials(struct cx *cx, int n)
{
	struct key_trial_answer *a = arena_alloc(lasting.mem, (size_t)n * sizeof *a);

	for (int i = 0; i < n; i++) {
		struct str text = new_trial(cx, "", "").text;
		a[i] = (struct key_trial_answer){ text, .cert = ann.cert,
			.signature = sign_hex(&ann, text) };
	}
	return a;
}

static void test_one_winner(void)
{
	struct cx cx = new_context();
	struct key_trial_answer *a = new_trials(&cx, RACES);
	struct race_results *r = run_race(RACERS, RACES, a);
	int one = 0, told = 0;

	for (int i = 0; i < RACES; i++) {
		int won = 0, lost = 0;
		for (int k = 0; k < RACERS; k++) {
			won += r->of[i][k].err == OK;
			lost += r->of[i][k].err == ERR_BAD_TRIAL;
		}
		one += won == 1;
		told += lost == RACERS - won;
	}
	ok(one == RACES, "%d processes complete one trial: one wins, %d of %d times", RACERS, one,
	    RACES);
	ok(told == RACES, "the others are refused");
	ok(run_sql(
	       "SELECT count(*) FROM foreign_session WHERE fid = 'ann@guest.example' AND ended_at "
	       "IS NULL AND session_id = 'phone'") == 1,
	    "one session is open");
	munmap(r, sizeof *r);
	end_context(&cx);
}

/* Each process completes its own trial for the same session: one token stays valid. */
static void test_one_session(void)
{
	struct cx cx = new_context();
	int fine = 0;

	for (int i = 0; i < SAME; i++) {
		struct key_trial_answer *a = new_trials(&cx, 8);
		pid_t pids[8];
		int bad = 0, status;
		for (int k = 0; k < 8; k++)
			if ((pids[k] = fork()) == 0) {
				struct cx mine = new_context();
				struct outcome o = { .err = OK };
				try_to_complete(&mine, a[k], &o);
				_exit(o.err == OK ? 0 : 1);
			}
		for (int k = 0; k < 8; k++)
			bad += waitpid(pids[k], &status, 0) < 0 || status != 0;
		fine += bad == 0 &&
		    run_sql(
			"SELECT count(*) FROM foreign_session WHERE fid = 'ann@guest.example' AND "
			"session_id = 'phone' AND ended_at IS NULL") == 1;
	}
	ok(fine == SAME,
	    "8 log-ins of one session at once: all get a token, the last one's works, %d of %d "
	    "times",
	    fine, SAME);
	end_context(&cx);
}

static bool has_session(const char *token)
{
	uint8_t hash[TOKEN_HASH];

	if (!token_ok(str_of(token), 's', hash))
		return false;
	return run_sql(arena_printf(lasting.mem,
		   "SELECT count(*) FROM foreign_session WHERE token_hash = '\\x%s'",
		   hex_encode(lasting.mem, (struct blob){ hash, sizeof hash }).s)) == 1;
}

static void test_killed_connections(void)
{
	struct cx cx = new_context();
	struct key_trial_answer *a = new_trials(&cx, CHAOS);
	int twice = 0, silent = 0, burnt = 0, won = 0, works = 0, doubts = 0, odd = 0;
	pid_t k = start_killer(1, "ORDER BY random() LIMIT 1", 5000, 20000);
	struct race_results *r = run_race(CHAOS_RACERS, CHAOS, a);

	kill(k, SIGKILL);
	waitpid(k, NULL, 0);
	for (int i = 0; i < CHAOS; i++) {
		int winners = 0, doubt = 0;
		for (int c = 0; c < CHAOS_RACERS; c++) {
			const struct outcome *o = &r->of[i][c];
			winners += o->err == OK;
			works += o->err == OK && has_session(o->token);
			doubt += o->doubt;
			odd += o->err != OK && o->err != ERR_BAD_TRIAL;
			if (o->err != OK && o->err != ERR_BAD_TRIAL)
				printf("# %s\n", err_name(o->err));
		}
		won += winners == 1;
		twice += winners > 1;
		burnt += winners == 0;
		silent += winners == 0 && !doubt;
		doubts += doubt;
	}
	ok(twice == 0,
	    "%d trials, %d processes each, connections ended all the time: none completed twice",
	    CHAOS, CHAOS_RACERS);
	ok(silent == 0 && won + burnt == CHAOS,
	    "%d won, %d used up by a request that was told 503 (%d times), none without a word",
	    won, burnt, doubts);
	ok(works == won, "%d winners' tokens are those of their sessions", works);
	ok(odd == 0, "no other errors");
	munmap(r, sizeof *r);
	end_context(&cx);
}

int main(void)
{
	if (!open_test_world())
		return 0;
	home = new_server("guest.example");
	ann = new_foreign_actor(&home, "ann@guest.example", "phone");
	tab = new_foreign_actor(&home, "ann@guest.example", "tab");
	eve = new_foreign_actor(&home, "eve@guest.example", "phone");
	put_server_page(&home);
	struct str a = vouch_for(&ann, &home), b = vouch_for(&tab, &home);
	put_page(actor_url("guest.example", "ann@guest.example"), 200,
	    str_of(arena_printf(lasting.mem, "[%s,%s]", a.s, b.s)));
	put_page(actor_url("guest.example", "eve@guest.example"), 200,
	    list_of_one(vouch_for(&eve, &home)));
	test_rules();
	test_serial_alone();
	test_strangers_trials();
	test_home_actor();
	test_one_winner();
	test_one_session();
	test_killed_connections();
	end_context(&lasting);
	conf_free(conf);
	return done();
}
