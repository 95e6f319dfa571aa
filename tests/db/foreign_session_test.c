/* Sessions of foreign actors: log-in, a new ID-Cert, revocation. */
#include "abroad.h"

static enum err log_in(struct cx *cx, const struct party *a, struct str *token)
{
	struct key_trial t;

	TRY(key_trial_new(cx, STR(""), STR(""), STR(""), false, &t));
	const struct key_trial_answer answer = {
		.trial = t.text, .cert = a->cert, .signature = sign_hex(a, t.text)
	};
	return key_trial_complete(cx, &answer, token);
}

static void test_sessions(void)
{
	struct party home = new_server("guest.example"),
		     a = new_foreign_actor(&home, "gus@guest.example", "phone"),
		     b = new_foreign_actor(&home, "gus@guest.example", "phone"),
		     tab = new_foreign_actor(&home, "gus@guest.example", "tab"),
		     eve = new_foreign_actor(&home, "eve@guest.example", "phone");
	const char *url = actor_url("guest.example", "gus@guest.example");
	const int64_t now = clock_now();
	struct cx cx = new_context();
	struct session *s = NULL, *t;
	struct str token, other, third;
	bool ended;

	npages = 0;
	put_server_page(&home);
	struct str ja = vouch_for(&a, &home), jt = vouch_for(&tab, &home),
		   jb = vouch_for(&b, &home);
	put_page(url, 200, str_of(arena_printf(lasting.mem, "[%s,%s]", ja.s, jt.s)));
	put_page(actor_url("guest.example", "eve@guest.example"), 200,
	    list_of_one(vouch_for(&eve, &home)));
	ok(log_in(&cx, &a, &token) == OK && session_find(&cx, token, false, &s) == OK,
	    "a foreign actor logs in: %s", cx.why.say);
	ok(s && s->actor_id == 0 && str_is(s->fid, "gus@guest.example") &&
		str_is(s->domain, "guest.example"),
	    "the session has the certificate's actor");
	ok(log_in(&cx, &tab, &other) == OK, "another device logs in");
	ok(run_sql(
	       "SELECT count(*) FROM event WHERE session_key = 'gus@guest.example:phone' AND name "
	       "= 'NEW_SESSION' AND data LIKE '{\"cert\":\"-----BEGIN%'") == 1,
	    "the first session gets one event");
	ok(log_in(&cx, &a, &third) == OK &&
		session_find(&cx, token, false, &t) == ERR_UNAUTHORIZED &&
		session_find(&cx, third, false, &s) == OK,
	    "a new log-in replaces the session's token");
	ok(foreign_session_update(&cx, s, eve.cert, &ended) == ERR_BAD_CERT,
	    "another actor's certificate is refused: %s", cx.why.say);
	ok(foreign_session_update(&cx, s, tab.cert, &ended) == ERR_BAD_CERT,
	    "another session's certificate is refused: %s", cx.why.say);
	ok(foreign_session_update(&cx, s, b.cert, &ended) == ERR_BAD_CERT,
	    "a certificate that the home server does not list is refused: %s", cx.why.say);
	put_page(url, 200,
	    str_of(arena_printf(lasting.mem, "[%s,%s,%s]",
		make_statement(a.cert, a.serial, now - 5, now + 100, now - 1, home.seed).s, jb.s,
		jt.s)));
	ok(foreign_session_update(&cx, s, b.cert, &ended) == OK && !ended,
	    "the next certificate "
	    "is accepted: %s",
	    cx.why.say);
	ok(session_find(&cx, third, false, &s) == OK &&
		str_is(s->serial_text, arena_printf(cx.mem, "%lld", (long long)b.serial)),
	    "the token stays");
	ok(foreign_session_update(&cx, s, b.cert, &ended) == OK && !ended,
	    "the same certificate again changes nothing");
	ok(foreign_session_update(&cx, s, a.cert, &ended) == ERR_BAD_CERT,
	    "the previous, revoked certificate is refused: %s", cx.why.say);
	ok(run_sql(
	       "SELECT count(*) FROM event WHERE session_key = 'gus@guest.example:tab' AND name = "
	       "'CLIENT_KEY_CHANGE'") == 1,
	    "the other session gets one event");
	put_page(url, 200,
	    list_of_one(make_statement(b.cert, b.serial, now - 5, now + 100, now - 1, home.seed)));
	ok(foreign_session_update(&cx, s, b.cert, &ended) == OK && ended &&
		session_find(&cx, third, false, &t) == ERR_SESSION_ENDED,
	    "the home server revoked the certificate: the session ends");
	ok(session_find(&cx, other, false, &t) == OK, "the other session stays open");
	end_context(&cx);
}

#define REVOKED(x) make_statement(x.cert, x.serial, now - 5, now + 100, now - 1, home.seed).s

/* A client looks the actor up after the home server has revoked two of its ID-Certs. */
static void test_stored_revocation(void)
{
	struct party home = new_server("rest.example"),
		     a = new_foreign_actor(&home, "rob@rest.example", "phone"),
		     b = new_foreign_actor(&home, "rob@rest.example", "tab"),
		     c = new_foreign_actor(&home, "rob@rest.example", "watch");
	const char *url = actor_url("rest.example", "rob@rest.example");
	const char *list = arena_printf(lasting.mem, "[%s,%s,%s]", vouch_for(&a, &home).s,
	    vouch_for(&b, &home).s, vouch_for(&c, &home).s);
	const int64_t now = clock_now();
	struct cx cx = new_context();
	struct foreign_cert *v;
	struct str token, other, third;
	struct session *s;
	size_t n;

	npages = 0;
	put_server_page(&home);
	put_page(url, 200, str_of(list));
	ok(log_in(&cx, &a, &token) == OK && log_in(&cx, &b, &other) == OK &&
		log_in(&cx, &c, &third) == OK,
	    "three devices log in: %s", cx.why.say);
	list =
	    arena_printf(lasting.mem, "[%s,%s,%s]", REVOKED(a), vouch_for(&b, &home).s, REVOKED(c));
	put_page(url, 200, str_of(list));
	run_sql("UPDATE foreign_actor SET fresh_until = now() - interval '1 s'");
	ok(foreign_list_certs(&cx, STR("rob@rest.example"), STR(""), &v, &n) == OK && n == 3,
	    "the actor is looked up: %s%s", cx.why.say, cx.why.log);
	ok(session_find(&cx, token, false, &s) == ERR_SESSION_ENDED &&
		session_find(&cx, third, false, &s) == ERR_SESSION_ENDED,
	    "the two sessions with a revoked ID-Cert have ended: %s", cx.why.say);
	ok(session_find(&cx, other, false, &s) == OK, "the other one has not");
	ok(run_sql("SELECT count(*) FROM event WHERE session_key = 'rob@rest.example:tab' AND name "
		   "= 'ACTOR_CERTIFICATE_INVALIDATION'") == 2,
	    "and gets an event for each");
	ok(run_sql("SELECT count(*) FROM event_counter WHERE session_key IN "
		   "('rob@rest.example:phone', 'rob@rest.example:watch')") == 0,
	    "nothing is left for those that ended");
	end_context(&cx);
}

static int64_t confirmed_s(const char *fid)
{
	return run_sql(arena_printf(lasting.mem,
	    "SELECT extract(epoch FROM confirmed_until - now())::int8 FROM foreign_session "
	    "WHERE fid = '%s' AND ended_at IS NULL",
	    fid));
}

static void end_statement(const char *fid)
{
	run_sql(arena_printf(lasting.mem,
	    "UPDATE foreign_session SET confirmed_until = now() - interval '1 s', ask_at = now() "
	    "WHERE fid = '%s'",
	    fid));
}

/* The statement about a session's ID-Cert has expired, and the home server is asked again. */
static void test_asked_again(void)
{
	struct party home = new_server("warm.example"),
		     a = new_foreign_actor(&home, "ann@warm.example", "phone");
	const char *url = actor_url("warm.example", "ann@warm.example");
	struct cx cx = new_context();
	struct session *s;
	struct str token;

	npages = 0;
	put_server_page(&home);
	put_page(url, 200, list_of_one(vouch_for(&a, &home)));
	ok(log_in(&cx, &a, &token) == OK && session_find(&cx, token, false, &s) == OK &&
		!s->unconfirmed,
	    "an actor logs in: %s", cx.why.say);
	int64_t left = confirmed_s("ann@warm.example"), ask;
	ok(left > 3500 && left <= 3600, "the session is confirmed as long as the statement says");
	ask = run_sql("SELECT extract(epoch FROM ask_at - now())::int8 FROM foreign_session "
		      "WHERE fid = 'ann@warm.example'");
	ok(ask > 1700 && ask < 2750, "the master asks again before that: in %lld s",
	    (long long)ask);
	end_statement("ann@warm.example");
	ok(session_find(&cx, token, false, &s) == OK && s->unconfirmed,
	    "after the statement's end the session is not used without asking");
	put_error(url, ERR_RETRY);
	ok(foreign_session_confirm(&cx, STR("ann@warm.example")) == ERR_RETRY &&
		session_find(&cx, token, false, &s) == OK && s->unconfirmed,
	    "while we cannot ask, nothing is decided");
	put_page(url, 200, list_of_one(vouch_for(&a, &home)));
	ok(foreign_session_confirm(&cx, STR("ann@warm.example")) == OK &&
		session_find(&cx, token, false, &s) == OK && !s->unconfirmed &&
		confirmed_s("ann@warm.example") > 3500,
	    "the home server confirms it: it goes on");
	put_page(url, 200, STR("[]"));
	ok(foreign_session_confirm(&cx, STR("ann@warm.example")) == OK &&
		session_find(&cx, token, false, &s) == OK && !s->unconfirmed,
	    "one that the home server no longer lists goes on until its last statement ends");
	end_statement("ann@warm.example");
	ok(foreign_session_confirm(&cx, STR("ann@warm.example")) == OK &&
		session_find(&cx, token, false, &s) == ERR_SESSION_ENDED &&
		strstr(cx.why.say, "warm.example no longer lists"),
	    "and ends then, with an answer that says why: %s", cx.why.say);
	ok(run_sql(
	       "SELECT count(*) FROM event_counter WHERE session_key LIKE 'ann@warm.example%'") ==
		0,
	    "its events go with it");
	end_context(&cx);
}

static int ask_all(struct cx *cx)
{
	bool asked = true;
	int n = 0;

	for (; asked && n < 50; n += asked)
		must(cx, foreign_session_confirm_next(cx, &asked));
	return n;
}

/* The master asks about many sessions; the home server of some of them does not answer. */
static void test_master_asks(void)
{
	struct party home = new_server("cold.example"), good = new_server("fine.example"), who[6];
	struct cx cx = new_context();
	struct session *s;
	struct str token[6];
	char fid[32];

	npages = 0;
	put_server_page(&home);
	put_server_page(&good);
	run_sql("UPDATE foreign_session SET ask_at = 'infinity'");
	for (int i = 0; i < 6; i++) {
		const struct party *h = i < 5 ? &home : &good;
		snprintf(fid, sizeof fid, "u%d@%s", i, h->domain);
		who[i] = new_foreign_actor(h, arena_printf(lasting.mem, "%s", fid), "phone");
		put_page(actor_url(h->domain, who[i].fid), 200, list_of_one(vouch_for(&who[i], h)));
		must(&cx, log_in(&cx, &who[i], &token[i]));
	}
	calls = 0;
	ok(ask_all(&cx) == 0 && calls == 0, "nobody is asked before it is time");
	run_sql(
	    "UPDATE foreign_session SET ask_at = now() - interval '1 s', confirmed_until = now() + "
	    "interval '60 s' WHERE fid LIKE 'u_@%'");
	ok(ask_all(&cx) == 6 && calls == 6, "then each home server is asked about each actor once");
	ok(run_sql(
	       "SELECT count(*) FROM foreign_session WHERE fid LIKE 'u_@%' AND confirmed_until > "
	       "now() + interval '50 minutes' AND ask_at > now() + interval '20 minutes'") == 6,
	    "and all are confirmed anew");
	for (int i = 0; i < 5; i++)
		put_error(actor_url("cold.example", who[i].fid), ERR_HOME_UNREACHABLE);
	run_sql(
	    "UPDATE foreign_session SET ask_at = now() - interval '1 s', confirmed_until = now() - "
	    "interval '1 s' WHERE fid LIKE 'u_@%'");
	calls = 0;
	ok(ask_all(&cx) == 2 && calls == 2,
	    "a home server that does not answer is asked once for all: %d", calls);
	ok(run_sql(
	       "SELECT count(*) FROM foreign_session WHERE domain = 'cold.example' AND ended_at IS "
	       "NULL AND silent_since IS NOT NULL AND confirmed_until BETWEEN now() + interval "
	       "'3 hours 59 minutes' AND now() + interval '4 hours'") == 5,
	    "its actors' sessions go on for cache_lifetime");
	run_sql("UPDATE foreign_session SET silent_since = now() - interval '4 hours 1 minute', "
		"confirmed_until = now() - interval '1 minute', ask_at = now() WHERE domain = "
		"'cold.example'");
	ok(ask_all(&cx) == 1 && session_find(&cx, token[3], false, &s) == ERR_SESSION_ENDED &&
		strstr(cx.why.say, "cold.example has not answered"),
	    "after that they end, with an answer that says why: %s", cx.why.say);
	ok(session_find(&cx, token[5], false, &s) == OK && !s->unconfirmed,
	    "those of another home server go on");
	end_context(&cx);
}

static enum err slow_get(
    struct cx *cx, struct fetcher *f, struct str url, int redirects, struct fetch_reply *r)
{
	usleep(2100 * 1000);
	return fake_get(cx, f, url, redirects, r);
}

/* A home server that takes two seconds for an answer is asked after the others. */
static void test_slow_home(void)
{
	struct party slow = new_server("slow.example"), quick = new_server("quick.example"), who[3];
	struct fetcher slowly = { slow_get };
	struct cx cx = new_context();
	struct str token;
	bool asked;

	npages = 0;
	put_server_page(&slow);
	put_server_page(&quick);
	run_sql("UPDATE foreign_session SET ask_at = 'infinity'");
	for (int i = 0; i < 3; i++) {
		const struct party *h = i < 2 ? &slow : &quick;
		who[i] = new_foreign_actor(
		    h, arena_printf(lasting.mem, "w%d@%s", i, h->domain), "phone");
		put_page(actor_url(h->domain, who[i].fid), 200, list_of_one(vouch_for(&who[i], h)));
		must(&cx, log_in(&cx, &who[i], &token));
	}
	run_sql("UPDATE foreign_session SET ask_at = now() - interval '1 minute' * (3 - "
		"substr(fid, 2, 1)::int) WHERE fid LIKE 'w_@%'");
	cx.fetch = &slowly;
	must(&cx, foreign_session_confirm_next(&cx, &asked));
	cx.fetch = &fake;
	ok(asked &&
		run_sql(
		    "SELECT count(*) FROM foreign_session WHERE fid = 'w1@slow.example' AND ask_at "
		    "BETWEEN now() + interval '50 s' AND now() + interval '2 minutes'") == 1,
	    "the others of a slow home server have to wait a minute");
	calls = 0;
	ok(ask_all(&cx) == 1 && calls == 1 && strstr(last_url, "quick.example"),
	    "another home server is asked: %s", last_url);
	end_context(&cx);
}

/* The time without an answer is counted from the first failure, and any answer resets it. */
static void test_answered_in_between(void)
{
	struct party home = new_server("frail.example"),
		     a = new_foreign_actor(&home, "fay@frail.example", "phone");
	const char *url = actor_url("frail.example", "fay@frail.example");
	struct cx cx = new_context();
	struct session *s;
	struct str token;

	npages = 0;
	put_server_page(&home);
	put_page(url, 200, list_of_one(vouch_for(&a, &home)));
	must(&cx, log_in(&cx, &a, &token));
	put_error(url, ERR_HOME_UNREACHABLE);
	must(&cx, foreign_session_confirm(&cx, STR("fay@frail.example")));
	run_sql("UPDATE foreign_session SET silent_since = now() - interval '3 hours', "
		"confirmed_until = now() - interval '1 s' WHERE fid = 'fay@frail.example'");
	must(&cx, foreign_session_confirm(&cx, STR("fay@frail.example")));
	int64_t left = confirmed_s("fay@frail.example");
	ok(left > 3500 && left <= 3600, "three hours of silence leave one: %lld s",
	    (long long)left);
	put_page(url, 200, list_of_one(vouch_for(&a, &home)));
	must(&cx, foreign_session_confirm(&cx, STR("fay@frail.example")));
	ok(run_sql("SELECT count(*) FROM foreign_session WHERE fid = 'fay@frail.example' AND "
		   "silent_since IS NULL") == 1 &&
		session_find(&cx, token, false, &s) == OK,
	    "an answer ends the silence");
	end_context(&cx);
}

int main(void)
{
	if (!open_test_world())
		return 0;
	test_sessions();
	test_stored_revocation();
	test_asked_again();
	test_master_asks();
	test_slow_home();
	test_answered_in_between();
	end_context(&lasting);
	conf_free(conf);
	return done();
}
