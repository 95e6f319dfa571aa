/* Foreign servers that fail for a moment, rotate their keys while nobody looks, or send long and
 * odd lists: what they have signed stays in use, and new certificates are found. */
#include "abroad.h"
#include "base/conf.h"
#include "core/introspect.h"

static struct str none = { NULL, 0 };

#define FIND_TURN(domain) foreign_find_server(&cx, STR(domain), -1, &c)

static int64_t count_pause(const char *place)
{
	return run_sql(arena_printf(lasting.mem,
	    "SELECT ceil(extract(epoch FROM fresh_until - now())) FROM foreign_server WHERE place "
	    "= '%s'",
	    place));
}

static void test_failing_for_a_moment(void)
{
	struct party s = new_server("flaky.example");
	struct cx cx = new_context();
	struct foreign_cert c;
	int64_t pause;

	npages = 0;
	put_page(server_url("flaky.example"), 404, STR("<h1>back soon</h1>"));
	ok(FIND_TURN("flaky.example") == ERR_NOT_FEDERATED, "a page of its front");
	pause = count_pause("flaky.example");
	ok(pause >= 1 && pause <= 5, "costs seconds: %lld", (long long)pause);
	ok(FIND_TURN("flaky.example") == ERR_NOT_FEDERATED && cx.retry_after >= 1 &&
		cx.retry_after <= 5,
	    "Retry-After says how many: %lld", (long long)cx.retry_after);
	for (int i = 0; i < 3; i++) {
		run_sql("UPDATE foreign_server SET fresh_until = now() - interval '1 ms'");
		ok(FIND_TURN("flaky.example") == ERR_NOT_FEDERATED, "again");
	}
	pause = count_pause("flaky.example");
	ok(pause >= 20 && pause <= 40, "the fourth time in a row: %lld", (long long)pause);
	run_sql("UPDATE foreign_server SET fresh_until = now() - interval '1 ms'");
	put_server_page(&s);
	ok(FIND_TURN("flaky.example") == OK, "it is well again");
	run_sql("UPDATE foreign_server SET fresh_until = now() - interval '1 ms'");
	put_page(server_url("flaky.example"), 404, STR("<h1>back soon</h1>"));
	ok(FIND_TURN("flaky.example") == ERR_NOT_FEDERATED, "and fails");
	pause = count_pause("flaky.example");
	ok(pause <= 5, "which is a first time: %lld", (long long)pause);
	end_context(&cx);
}

static bool show_is(
    struct cx *cx, const char *text, const char *place, const char *state, const char *said)
{
	struct foreign_item *v;

	return foreign_show(cx, str_of(text), &v) == OK && str_is(v->place, place) &&
	    str_is(v->state, state) &&
	    (said[0] ? memmem(v->said.s, v->said.n, said, strlen(said)) != NULL : v->said.n == 0);
}

/* An operator can read why a server is not reached; this does not change how requests treat it. */
static void test_show_trouble(void)
{
	struct party s = new_server("dark.example"),
		     a = new_foreign_actor(&s, "ann@dark.example", "phone");
	struct cx cx = new_context();
	struct foreign_cert c, *v;
	struct foreign_item *shown;
	size_t n;

	npages = 0;
	put_error(server_url("dark.example"), ERR_HOME_UNREACHABLE);
	ok(FIND_TURN("dark.example") == ERR_HOME_UNREACHABLE &&
		show_is(&cx, "dark.example", "dark.example", "failed", "no answer"),
	    "a server that cannot be reached is shown with the reason");
	put_server_page(&s);
	ok(FIND_TURN("dark.example") == OK &&
		show_is(&cx, "dark.example", "dark.example", "good", ""),
	    "it is asked again at once, and is good then");
	put_error(actor_url("dark.example", "ann@dark.example"), ERR_HOME_UNREACHABLE);
	ok(foreign_list_certs(&cx, STR("ann@dark.example"), none, &v, &n) == ERR_HOME_UNREACHABLE &&
		show_is(&cx, "dark.example", "dark.example", "good", "no answer"),
	    "a good server that cannot be reached stays good, and is shown with the reason");
	put_error(server_url("made-up.example"), ERR_HOME_UNREACHABLE);
	pages[npages - 1].nameless = true;
	ok(FIND_TURN("made-up.example") == ERR_HOME_UNREACHABLE &&
		foreign_show(&cx, STR("made-up.example"), &shown) == ERR_NOT_FOUND,
	    "of a name that DNS does not have, nothing is stored");
	put_page(
	    actor_url("dark.example", "ann@dark.example"), 200, list_of_one(vouch_for(&a, &s)));
	ok(foreign_check(&cx, a.cert, &c) == OK, "its actor is checked as soon as it is back");
	run_sql("UPDATE foreign_server SET place = 'https://p2.dark.example:8443' WHERE place = "
		"'dark.example'");
	ok(show_is(&cx, "dark.example", "https://p2.dark.example:8443", "good", "no answer") &&
		show_is(&cx, "https://P2.dark.example:8443/", "https://p2.dark.example:8443",
		    "good", "no answer"),
	    "what the list shows is shown by its place and by its domain");
	end_context(&cx);
}

/* A forged token of a stranger makes us ask a good server while its web server fails. */
static void test_bad_answer_instead_of_a_good_one(void)
{
	struct party s = new_server("known.example"),
		     a = new_foreign_actor(&s, "ann@known.example", "phone");
	struct cx cx = new_context();
	struct foreign_cert c, *v;
	size_t n;

	npages = 0;
	put_server_page(&s);
	put_page(
	    actor_url("known.example", "ann@known.example"), 200, list_of_one(vouch_for(&a, &s)));
	ok(foreign_check(&cx, a.cert, &c) == OK, "a server is known and good");
	npages = 0;
	ok(foreign_find_server_by_serial(
	       &cx, STR("known.example"), STR("1234567890123456"), clock_now(), &c) != OK,
	    "an unknown serial number makes us ask it, and it answers 404");
	ok(FIND_TURN("known.example") == OK, "it is still good: %s", cx.why.say);
	ok(foreign_check(&cx, a.cert, &c) == OK, "and its actor");
	put_error(actor_url("known.example", "ann@known.example"), ERR_HOME_UNREACHABLE);
	run_sql("UPDATE foreign_actor SET fresh_until = now() - interval '1 s'");
	ok(foreign_list_certs(&cx, STR("ann@known.example"), none, &v, &n) == OK && n == 1,
	    "what it said of its actors counts while it does not answer");
	end_context(&cx);
}

static void test_failing_apex(void)
{
	static const struct {
		int status;
		enum err err;
		bool reached;
		enum err want;
	} rows[] = { { 429, OK, true, OK }, { 500, OK, true, OK }, { 503, OK, true, OK },
		{ 0, ERR_HOME_UNREACHABLE, true, OK },
		{ 0, ERR_HOME_UNREACHABLE, false, ERR_HOME_UNREACHABLE } };
	struct foreign_cert c;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct cx cx = new_context();
		const char *domain = arena_printf(lasting.mem, "apex%zu.example", i);
		struct party s = new_server(domain);
		npages = 0;
		put_page(server_url(domain), rows[i].status, STR("busy"));
		pages[0].err = rows[i].err;
		pages[0].reached = rows[i].reached;
		put_page(arena_printf(lasting.mem, "https://%s/.well-known/polyproto-core", domain),
		    200, STR("{\"api\": \"https://p2.apex.example/\"}"));
		put_page("https://p2.apex.example/v1/idcert/server", 200, vouch_for(&s, &s));
		enum err e = foreign_find_server(&cx, str_of(domain), -1, &c);
		ok(e == rows[i].want, "an apex that %s: its .well-known: %s",
		    rows[i].status	  ? arena_printf(lasting.mem, "answers %d", rows[i].status)
			: rows[i].reached ? "closes"
					  : "takes no connection is not asked for",
		    err_name(e));
		end_context(&cx);
	}
}

/* The foreign server used the key K1 only between two look-ups. */
static void test_two_rotations(void)
{
	const int64_t now = clock_now();
	struct party k[3], a;
	struct cx cx = new_context();
	struct foreign_cert c;

	npages = 0;
	for (int i = 0; i < 3; i++) {
		k[i] = new_party("twice.example", NULL, NULL);
		certify_party(
		    &k[i], k[i].seed, now - (const int[]){ DAY, 1200, 600 }[i], now + 300 * DAY);
	}
	put_server_page(&k[0]);
	ok(FIND_TURN("twice.example") == OK, "the first key is seen");
	run_sql("UPDATE foreign_cert SET fetched_at = now() - interval '1 hour'");
	a = new_party("twice.example", "bob@twice.example", "phone");
	certify_party(&a, k[1].seed, now - 900, now + 30 * DAY);
	put_server_page(&k[2]);
	put_page(arena_printf(lasting.mem, "%s?timestamp=%lld", server_url("twice.example"),
		     (long long)(now - 900)),
	    200, make_statement(k[1].cert, k[1].serial, now - 5, now + 3600, now - 600, k[2].seed));
	put_page(actor_url("twice.example", "bob@twice.example"), 200,
	    list_of_one(vouch_for(&a, &k[2])));
	ok(foreign_check(&cx, a.cert, &c) == OK, "who was certified by the second is good: %s",
	    cx.why.say);
	calls = 0;
	ok(foreign_find_server(&cx, STR("twice.example"), now - 900, &c) == OK && calls == 0 &&
		blob_eq(c.cert.der, k[1].cert),
	    "which is remembered");
	ok(foreign_find_server(&cx, STR("twice.example"), now - 7200, &c) == OK && calls == 0 &&
		blob_eq(c.cert.der, k[0].cert),
	    "and so is the first, for the time when it was seen");
	end_context(&cx);
}

static void test_long_and_odd_lists(void)
{
	enum { DEVICES = 100 };
	struct party home = new_server("long.example"), liar = new_server("long.example");
	struct buf b = { .mem = lasting.mem };
	struct cx cx = new_context();
	struct foreign_cert *v;
	size_t n;

	npages = 0;
	put_server_page(&home);
	buf_z(&b, "[{\"odd\": 1}, 7");
	for (int i = 0; i < DEVICES; i++) {
		struct party a = new_foreign_actor(
		    &home, "zoe@long.example", arena_printf(lasting.mem, "device-%d", i));
		buf_z(&b, ",");
		buf_str(&b, vouch_for(&a, i == 50 ? &liar : &home));
	}
	buf_z(&b, "]");
	put_page(actor_url("long.example", "zoe@long.example"), 200, buf_done(&b));
	ok(foreign_list_certs(&cx, STR("zoe@long.example"), none, &v, &n) == OK && n == DEVICES - 1,
	    "two elements that are none and a forged one hide none of %d others: %zu, %s",
	    DEVICES - 1, n, cx.why.say);
	int64_t revoked =
	    run_sql("UPDATE foreign_cert SET invalidated_at = now(), usable_until = "
		    "now() - interval '1 s' WHERE session_id = 'device-7' RETURNING 1");
	run_sql("UPDATE foreign_actor SET fresh_until = now() - interval '1 s'");
	ok(revoked == 1 && foreign_list_certs(&cx, STR("zoe@long.example"), none, &v, &n) == OK &&
		n == DEVICES - 2,
	    "nor does one that was revoked and is vouched for again: %zu", n);
	end_context(&cx);
}

static void test_new_device(void)
{
	struct party home = new_server("new.example"),
		     a = new_foreign_actor(&home, "ida@new.example", "old"),
		     b = new_foreign_actor(&home, "ida@new.example", "new");
	struct str ja = vouch_for(&a, &home), jb = vouch_for(&b, &home);
	const char *url = actor_url("new.example", "ida@new.example");
	struct key_trial_answer answer = { .fid = STR("ida@new.example"),
		.serial = str_of(arena_printf(lasting.mem, "%lld", (long long)b.serial)) };
	struct cx cx = new_context();
	struct foreign_cert *v;
	struct key_trial t;
	struct str token;
	size_t n;

	npages = 0;
	put_server_page(&home);
	put_page(url, 200, list_of_one(ja));
	ok(key_trial_new(&cx, STR("ida@new.example"), none, STR(""), false, &t) == OK,
	    "a key trial");
	put_page(url, 200, str_of(arena_printf(lasting.mem, "[%s,%s]", ja.s, jb.s)));
	calls = 0;
	ok(foreign_list_certs(&cx, STR("ida@new.example"), STR("new"), &v, &n) == OK && n == 1 &&
		calls == 1,
	    "a session that is newer than the list is asked for once more");
	ok(foreign_list_certs(&cx, STR("ida@new.example"), STR("none"), &v, &n) == OK && n == 0 &&
		calls == 2 &&
		foreign_list_certs(&cx, STR("ida@new.example"), STR("none"), &v, &n) == OK &&
		n == 0 && calls == 2,
	    "once");
	run_sql("DELETE FROM foreign_cert WHERE session_id = 'new'");
	answer.signature = sign_hex(&b, t.text);
	ok(key_trial_complete(&cx, &answer, &token) == OK,
	    "a new device completes a key trial with its serial number: %s", cx.why.say);
	run_sql("DELETE FROM foreign_session");
	end_context(&cx);
}

/* --- Asking an issuer whether its token was deleted --- */

static void test_introspection(void)
{
	static const struct {
		const char *name, *well_known, *answer;
		int status;
		enum err err, closed;
		bool active;
	} rows[] = {
		{ "says that it is active", "", "{\"active\": true}", 200, OK, OK, true },
		{ "says that it is not", "", "{\"active\": false}", 200, OK, OK, false },
		{ "has no such route", "{}", "", 404, OK, OK, true },
		{ "fails", "", "busy", 503, OK, ERR_HOME_UNREACHABLE, true },
		{ "answers nonsense", "", "<html>", 200, OK, ERR_HOME_UNREACHABLE, true },
		{ "does not answer", "", "", 0, ERR_HOME_UNREACHABLE, ERR_HOME_UNREACHABLE, true },
		{ "may not be asked", "", "", 0, ERR_RETRY, ERR_HOME_UNREACHABLE, true },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct cx cx = new_context();
		const char *domain = arena_printf(lasting.mem, "issuer%zu.example", i),
			   *url = arena_printf(lasting.mem, "https://%s/introspect", domain),
			   *body = arena_printf(
			       lasting.mem, "{\"motet\": {\"introspect\": \"%s\"}}", url);
		bool active;
		npages = 0;
		put_page(arena_printf(lasting.mem, "https://%s/.well-known/polyproto-core", domain),
		    200, str_of(rows[i].well_known[0] ? rows[i].well_known : body));
		put_page(url, rows[i].status, str_of(rows[i].answer));
		pages[1].err = rows[i].err;
		enum err e = introspect_token(&cx, str_of(domain), STR("token"), &active);
		ok(e == rows[i].closed && active == rows[i].active, "an issuer that %s: %s",
		    rows[i].name,
		    e		 ? err_name(e)
			: active ? "active"
				 : "not active");
		conf->federation_token_unconfirmed = true;
		e = introspect_token(&cx, str_of(domain), STR("token"), &active);
		conf->federation_token_unconfirmed = false;
		ok(e == OK && active == rows[i].active, "... with federation_token_unconfirmed");
		end_context(&cx);
	}
	struct cx cx = new_context();
	bool active;
	npages = 0;
	put_error("https://dumb.example/.well-known/polyproto-core", ERR_HOME_UNREACHABLE);
	ok(introspect_token(&cx, STR("dumb.example"), STR("token"), &active) ==
		ERR_HOME_UNREACHABLE,
	    "nor is one believed whose .well-known does not answer");
	end_context(&cx);
}

/* More issuers than a worker remembers: each is asked at its own URL, and a worker remembers at
 * most 64 of them. */
static void test_many_issuers(void)
{
	enum { MANY_ISSUERS = 200, REMEMBERED = 64 };
	int right = 0, remembered = 0;

	for (int i = 0; i < 2 * MANY_ISSUERS; i++) {
		struct cx cx = new_context();
		const char *domain = arena_printf(lasting.mem, "many%d.example", i % MANY_ISSUERS),
			   *url = arena_printf(lasting.mem, "https://%s/ask", domain);
		bool active;
		npages = 0;
		put_page(url, 200,
		    i < MANY_ISSUERS && i % 2 ? STR("{\"active\": true}")
					      : STR("{\"active\": false}"));
		if (i < MANY_ISSUERS)
			put_page(arena_printf(
				     lasting.mem, "https://%s/.well-known/polyproto-core", domain),
			    200,
			    str_of(arena_printf(
				lasting.mem, "{\"motet\": {\"introspect\": \"%s\"}}", url)));
		enum err e = introspect_token(&cx, str_of(domain), STR("token"), &active);
		right += i < MANY_ISSUERS && e == OK && active == (i % 2);
		remembered += i >= MANY_ISSUERS && e == OK && !active;
		end_context(&cx);
	}
	ok(right == MANY_ISSUERS, "each of %d issuers is asked at its own URL", MANY_ISSUERS);
	ok(remembered > 0 && remembered <= REMEMBERED, "%d of them are remembered, at most %d",
	    remembered, REMEMBERED);
}

/* --- How much data a stranger can make us store --- */

static void replace_caps(const char *of_domain_and_all)
{
	PGconn *pg = connect_as_owner();

	PQclear(PQexec(pg,
	    arena_printf(lasting.mem,
		"CREATE OR REPLACE FUNCTION motet_get_foreign_cert_caps(OUT of_domain int8, OUT of_all "
		"int8) LANGUAGE sql IMMUTABLE AS 'SELECT %s'",
		of_domain_and_all)));
	PQfinish(pg);
}

static void test_caps(void)
{
	struct party home = new_server("grow.example");
	struct cx cx = new_context();
	struct foreign_cert *v;
	size_t n;

	replace_caps("8, 200000");
	for (int i = 0; i < 20; i++) {
		const char *fid = arena_printf(lasting.mem, "x%d@grow.example", i);
		struct party a = new_foreign_actor(&home, fid, "s");
		npages = 0;
		put_server_page(&home);
		put_page(actor_url("grow.example", fid), 200, list_of_one(vouch_for(&a, &home)));
		must(&cx, foreign_list_certs(&cx, str_of(fid), none, &v, &n));
		if (i == 3)
			run_sql("UPDATE foreign_cert SET invalidated_at = now() WHERE subject = "
				"'x3@grow.example'");
	}
	int64_t rows = run_sql("SELECT count(*) FROM foreign_cert WHERE domain = 'grow.example'");
	ok(rows >= 8 && rows <= 9, "a domain has its cap of certificates: %lld", (long long)rows);
	ok(run_sql("SELECT count(*) FROM foreign_cert WHERE subject IN ('x19@grow.example', "
		   "'x18@grow.example', 'x3@grow.example')") == 3,
	    "the oldest go, and what is revoked stays");
	replace_caps("10000, 200000");
	end_context(&cx);
}

int main(void)
{
	if (!open_test_world())
		return 0;
	test_failing_for_a_moment();
	test_show_trouble();
	test_bad_answer_instead_of_a_good_one();
	test_failing_apex();
	test_two_rotations();
	test_long_and_odd_lists();
	test_new_device();
	test_introspection();
	test_many_issuers();
	test_caps();
	end_context(&lasting);
	conf_free(conf);
	return done();
}
