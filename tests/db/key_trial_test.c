/*
 * Key trials: completed once, by whom they were given to, for what they were given for. Many at
 * once: one wins. A database that ends connections meanwhile: still one, and its token works.
 * Prints its N.
 */
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

static struct key_trial fresh(struct cx *cx, const char *fid, const char *session_id)
{
	struct key_trial t;

	must(cx, key_trial_new(cx, str_of(fid), str_of(session_id), false, &t));
	t.text.s = arena_dup(keep.mem, t.text.s, t.text.n);
	return t;
}

static enum err complete(struct cx *cx, struct key_trial_answer a, struct str *token)
{
	return key_trial_complete(cx, &a, token);
}

static bool open_still(struct str trial)
{
	return sql(arena_printf(keep.mem,
		   "SELECT count(*) FROM key_trial WHERE attempt IS NULL AND trial = '%s'",
		   trial.s)) == 1;
}

static struct str digits(const struct party *p)
{
	return str_of(arena_printf(keep.mem, "%lld", (long long)p->serial));
}

static void rules(void)
{
	struct cx cx = context();
	struct key_trial t = fresh(&cx, "", ""), u = fresh(&cx, "", ""),
			 w = fresh(&cx, "ann@guest.example", ""), x = fresh(&cx, "", "tab"),
			 y = fresh(&cx, "", "");
	struct key_trial_text c;
	struct session *s;
	struct str token, sig = signature(&ann, t.text);

	ok(key_trial_text_parse(t.text, &c) && str_is(c.domain, "example.org") &&
		c.expires == t.expires && t.text.n >= 64,
	    "a trial says whose it is: %s", t.text.s);
	const struct key_trial_answer wrong[] = {
		{ t.text, .cert = ann.cert, .signature = signature(&eve, t.text) },
		{ t.text, .cert = ann.cert, .signature = signature(&ann, u.text) },
		{ t.text, .cert = ann.cert, .serial = digits(&tab), .signature = sig },
		{ t.text, .cert = ann.cert, .fid = STR("eve@guest.example"), .signature = sig },
		{ str_of(arena_printf(cx.mem, "%s0", t.text.s)), .cert = ann.cert,
		    .signature = sig },
		{ x.text, .cert = ann.cert, .signature = signature(&ann, x.text) },
		{ w.text, .cert = eve.cert, .signature = signature(&eve, w.text) },
		{ w.text, .fid = STR("eve@guest.example"), .serial = digits(&eve),
		    .signature = signature(&eve, w.text) },
		{ unsaid, .cert = eve.cert, .signature = sig },
		{ unsaid, .cert = ann.cert, .signature = signature(&ann, t.text) },
	};
	static const char *const how[] = { "another key", "another text", "another serial",
		"another actor", "no such trial", "another session's trial",
		"another actor's trial", "another actor's trial, by name",
		"no trial of that actor's", "a trial that was given to nobody, not named" };
	for (size_t i = 0; i < COUNT(wrong); i++) {
		enum err e = complete(&cx, wrong[i], &token);
		ok(e == ERR_BAD_TRIAL, "%s: %s %s", how[i], err_name(e), cx.why.say);
	}
	ok(complete(&cx,
	       (struct key_trial_answer){ t.text, .cert = ann.cert, .signature = STR("00") },
	       &token) == ERR_BAD_REQUEST,
	    "no signature: %s", cx.why.say);
	ok(complete(&cx, (struct key_trial_answer){ t.text, .signature = sig }, &token) ==
		ERR_BAD_REQUEST,
	    "no certificate: %s", cx.why.say);
	ok(complete(&cx,
	       (struct key_trial_answer){
		   t.text, .serial = STR("1"), .fid = STR("ann@guest.example"), .signature = sig },
	       &token) == ERR_BAD_CERT,
	    "a serial that is nobody's: %s", cx.why.say);
	ok(open_still(t.text) && open_still(w.text) && open_still(x.text),
	    "none of that used a trial up");
	ok(sql("SELECT count(*) FROM foreign_session") == 0, "nor opened a session");
	ok(complete(&cx, (struct key_trial_answer){ t.text, .cert = ann.cert, .signature = sig },
	       &token) == OK,
	    "completed: %s", cx.why.say);
	ok(session_find(&cx, token, false, &s) == OK && str_is(s->fid, "ann@guest.example"),
	    "for a session");
	ok(complete(&cx, (struct key_trial_answer){ t.text, .cert = ann.cert, .signature = sig },
	       &token) == ERR_BAD_TRIAL,
	    "once: %s", cx.why.say);
	ok(sql("SELECT count(*) FROM key_trial WHERE fid = 'ann@guest.example' AND octet_length(signature) = 64 AND serial ~ '^[0-9]{16}$'") ==
		1,
	    "kept with signature and serial");
	ok(complete(&cx,
	       (struct key_trial_answer){
		   w.text, .serial = digits(&ann), .signature = signature(&ann, w.text) },
	       &token) == OK,
	    "by serial, the trial says whose: %s", cx.why.say);
	ok(complete(&cx,
	       (struct key_trial_answer){ x.text, .fid = STR("Ann@guest.example"),
		   .serial = digits(&tab), .signature = signature(&tab, x.text) },
	       &token) == OK,
	    "by actor and serial: %s", cx.why.say);
	sql("UPDATE key_trial SET expires_at = now() - interval '1 second' WHERE attempt IS NULL");
	ok(complete(&cx,
	       (struct key_trial_answer){
		   y.text, .cert = ann.cert, .signature = signature(&ann, y.text) },
	       &token) == ERR_BAD_TRIAL,
	    "too late: %s", cx.why.say);
	end(&cx);
}

/* Neither trial nor actor are named: beta.3. */
static void by_serial_alone(void)
{
	struct cx cx = context();
	struct key_trial a = fresh(&cx, "ann@guest.example", ""),
			 b = fresh(&cx, "ann@guest.example", ""),
			 e = fresh(&cx, "eve@guest.example", "");
	struct str token;

	ok(complete(&cx,
	       (struct key_trial_answer){
		   .serial = digits(&ann), .signature = signature(&ann, a.text) },
	       &token) == OK,
	    "a serial and a signature: %s", cx.why.say);
	ok(!open_still(a.text) && open_still(b.text) && open_still(e.text),
	    "complete the trial that was signed");
	ok(complete(&cx,
	       (struct key_trial_answer){
		   .serial = digits(&ann), .signature = signature(&ann, a.text) },
	       &token) == ERR_BAD_TRIAL,
	    "once: %s", cx.why.say);
	ok(complete(&cx,
	       (struct key_trial_answer){
		   .serial = digits(&ann), .signature = signature(&ann, e.text) },
	       &token) == ERR_BAD_TRIAL,
	    "not another actor's");
	ok(complete(&cx,
	       (struct key_trial_answer){ .cert = ann.cert, .signature = signature(&ann, b.text) },
	       &token) == OK &&
		!open_still(b.text),
	    "a certificate and a signature");
	end(&cx);
}

static struct party resident(
    struct cx *cx, const char *local, const char *session_id, struct grant *g)
{
	struct party p =
	    party("example.org", arena_printf(keep.mem, "%s@example.org", local), session_id);
	struct idcsr csr = { .der = { p.key, ED25519_KEY },
		.subject = subject_of(&p),
		.fid = str_of(p.fid),
		.local = str_of(local),
		.domain = STR("example.org"),
		.session_id = str_of(session_id) };
	const struct issue i = { .local = str_of(local), .csr = &csr };
	struct issue with = i;
	struct idcert c;

	memcpy(csr.key, p.key, sizeof csr.key);
	if (q_actor_insert(cx, str_of(local), STR("x"), false, &with.actor_id) != OK ||
	    with.actor_id == 0)
		with.actor_id = sql(
		    arena_printf(keep.mem, "SELECT id FROM actor WHERE local_name = '%s'", local));
	cx->now = clock_now();
	must(cx, issue_idcert(cx, &with, g));
	must(cx, pem_decode(&keep, "id_cert", "CERTIFICATE", g->id_cert, &p.cert));
	must(cx, idcert_read(&keep, p.cert, &c));
	p.serial = c.serial64;
	return p;
}

static void at_home(void)
{
	struct cx cx = context();
	struct grant g, h;
	struct party p = resident(&cx, "bob", "phone", &g), q = resident(&cx, "bob", "laptop", &h);
	struct key_trial t = fresh(&cx, "", ""), u = fresh(&cx, "bob@example.org", ""),
			 v = fresh(&cx, "", "");
	struct session *s;
	struct str token, other;

	calls = 0;
	ok(complete(&cx,
	       (struct key_trial_answer){
		   t.text, .cert = p.cert, .signature = signature(&p, t.text) },
	       &token) == OK,
	    "an actor of ours: %s", cx.why.say);
	ok(session_find(&cx, token, false, &s) == OK && s->serial == p.serial &&
		session_find(&cx, g.token, false, &s) == ERR_UNAUTHORIZED,
	    "in place of the old token");
	ok(sql("SELECT count(*) FROM event e JOIN idcert c USING (serial) WHERE name = 'NEW_SESSION' AND session_key LIKE '%:laptop' AND c.session_id = 'phone'") ==
		1,
	    "the other device hears of it");
	ok(complete(&cx,
	       (struct key_trial_answer){
		   .serial = digits(&q), .signature = signature(&q, u.text) },
	       &other) == OK,
	    "by serial alone: %s", cx.why.say);
	ok(calls == 0, "all without the network");
	must(&cx, session_find(&cx, other, false, &s));
	must(&cx, session_end(&cx, s, STR("laptop")));
	ok(complete(&cx,
	       (struct key_trial_answer){
		   v.text, .cert = q.cert, .signature = signature(&q, v.text) },
	       &other) == ERR_BAD_CERT &&
		open_still(v.text),
	    "with a revoked certificate: %s", cx.why.say);
	end(&cx);
}

/* What the children of a race leave. */
struct outcome {
	enum err err;
	bool doubt; /* was told 503 on the way */
	char token[64];
};
struct arena_of_races {
	_Atomic int go, ready;
	struct outcome of[CHAOS > RACES ? CHAOS : RACES][RACERS];
};

static void one_try(struct cx *cx, struct key_trial_answer a, struct outcome *o)
{
	struct str token = { NULL, 0 };

	for (int try = 0; try < 100; try++) {
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

static void child(struct arena_of_races *r, int me, int rounds, const struct key_trial_answer *a)
{
	struct cx cx = context();

	for (int i = 0; i < rounds; i++) {
		r->ready++;
		while (r->go <= i)
			usleep(200);
		one_try(&cx, a[i], &r->of[i][me]);
	}
	end(&cx);
	_exit(0);
}

static struct arena_of_races *race(int racers, int rounds, const struct key_trial_answer *a)
{
	struct arena_of_races *r =
	    mmap(NULL, sizeof *r, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pids[RACERS];

	for (int i = 0; i < racers; i++)
		if ((pids[i] = fork()) == 0)
			child(r, i, rounds, a);
	for (int i = 0; i < rounds; i++) {
		while (r->ready < (i + 1) * racers)
			usleep(200);
		r->go = i + 1;
	}
	for (int i = 0; i < racers; i++)
		waitpid(pids[i], NULL, 0);
	return r;
}

static struct key_trial_answer *trials(struct cx *cx, int n)
{
	struct key_trial_answer *a = arena_alloc(keep.mem, (size_t)n * sizeof *a);

	for (int i = 0; i < n; i++) {
		struct str text = fresh(cx, "", "").text;
		a[i] = (struct key_trial_answer){ text, .cert = ann.cert,
			.signature = signature(&ann, text) };
	}
	return a;
}

static void one_winner(void)
{
	struct cx cx = context();
	struct key_trial_answer *a = trials(&cx, RACES);
	struct arena_of_races *r = race(RACERS, RACES, a);
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
	ok(told == RACES, "the others are told so");
	ok(sql("SELECT count(*) FROM foreign_session WHERE fid = 'ann@guest.example' AND ended_at IS NULL AND session_id = 'phone'") ==
		1,
	    "one session is open");
	munmap(r, sizeof *r);
	end(&cx);
}

/* As many trials as processes, all for one session: each its own token, one lives. */
static void one_session(void)
{
	struct cx cx = context();
	int fine = 0;

	for (int i = 0; i < SAME; i++) {
		struct key_trial_answer *a = trials(&cx, 8);
		pid_t pids[8];
		int bad = 0, status;
		for (int k = 0; k < 8; k++)
			if ((pids[k] = fork()) == 0) {
				struct cx mine = context();
				struct outcome o = { .err = OK };
				one_try(&mine, a[k], &o);
				_exit(o.err == OK ? 0 : 1);
			}
		for (int k = 0; k < 8; k++)
			bad += waitpid(pids[k], &status, 0) < 0 || status != 0;
		fine += bad == 0 &&
		    sql("SELECT count(*) FROM foreign_session WHERE fid = 'ann@guest.example' AND session_id = 'phone' AND ended_at IS NULL") ==
			1;
	}
	ok(fine == SAME,
	    "8 log-ins of one session at once: all get a token, the last one's works, %d of %d times",
	    fine, SAME);
	end(&cx);
}

static bool opened(const char *token)
{
	uint8_t hash[TOKEN_HASH];

	if (!token_ok(str_of(token), 's', hash))
		return false;
	return sql(arena_printf(keep.mem,
		   "SELECT count(*) FROM foreign_session WHERE token_hash = '\\x%s'",
		   hex_encode(keep.mem, (struct blob){ hash, sizeof hash }).s)) == 1;
}

static void chaos(void)
{
	struct cx cx = context();
	struct key_trial_answer *a = trials(&cx, CHAOS);
	int twice = 0, silent = 0, burnt = 0, won = 0, works = 0, doubts = 0, odd = 0;
	pid_t k = start_killer(1, "ORDER BY random() LIMIT 1", 5000, 20000);
	struct arena_of_races *r = race(CHAOS_RACERS, CHAOS, a);

	kill(k, SIGKILL);
	waitpid(k, NULL, 0);
	for (int i = 0; i < CHAOS; i++) {
		int winners = 0, doubt = 0;
		for (int c = 0; c < CHAOS_RACERS; c++) {
			const struct outcome *o = &r->of[i][c];
			winners += o->err == OK;
			works += o->err == OK && opened(o->token);
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
	ok(odd == 0, "nobody got anything but a token or its refusal");
	munmap(r, sizeof *r);
	end(&cx);
}

int main(void)
{
	if (!open_world())
		return 0;
	home = server("guest.example");
	ann = actor_of(&home, "ann@guest.example", "phone");
	tab = actor_of(&home, "ann@guest.example", "tab");
	eve = actor_of(&home, "eve@guest.example", "phone");
	open_server(&home);
	struct str a = vouched(&ann, &home), b = vouched(&tab, &home);
	put(actor_url("guest.example", "ann@guest.example"), 200,
	    str_of(arena_printf(keep.mem, "[%s,%s]", a.s, b.s)));
	put(actor_url("guest.example", "eve@guest.example"), 200, list1(vouched(&eve, &home)));
	rules();
	by_serial_alone();
	at_home();
	one_winner();
	one_session();
	chaos();
	end(&keep);
	conf_free(conf);
	return done();
}
