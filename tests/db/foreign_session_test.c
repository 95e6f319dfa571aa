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
		session_find(&cx, third, false, &t) == ERR_UNAUTHORIZED,
	    "the home server revoked the certificate: the session ends");
	ok(session_find(&cx, other, false, &t) == OK, "the other session stays open");
	end_context(&cx);
}

#define REVOKED(x) make_statement(x.cert, x.serial, now - 5, now + 100, now - 1, home.seed).s

/* Somebody looks the actor up after the home server has revoked two ID-Certs. */
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
	ok(session_find(&cx, token, false, &s) == ERR_UNAUTHORIZED &&
		session_find(&cx, third, false, &s) == ERR_UNAUTHORIZED,
	    "the two sessions with a revoked ID-Cert have ended");
	ok(session_find(&cx, other, false, &s) == OK, "the other one has not");
	ok(run_sql("SELECT count(*) FROM event WHERE session_key = 'rob@rest.example:tab' AND name "
		   "= 'ACTOR_CERTIFICATE_INVALIDATION'") == 2,
	    "and gets an event for each");
	ok(run_sql("SELECT count(*) FROM event_counter WHERE session_key IN "
		   "('rob@rest.example:phone', 'rob@rest.example:watch')") == 0,
	    "nothing is left for those that ended");
	end_context(&cx);
}

int main(void)
{
	if (!open_test_world())
		return 0;
	test_sessions();
	test_stored_revocation();
	end_context(&lasting);
	conf_free(conf);
	return done();
}
