/* A clock that was ahead and has been set right, with a real database: the keys, certificates and
 * limits that were written with the wrong time stop nobody afterwards. Also a host whose clock
 * differs from the database's. */
#include "member.h"
#include "core/clocks.h"
#include "core/key_trial.h"
#include "core/password.h"
#include "core/publish.h"
#include "store/q_server_key.h"

enum { AN_HOUR = 3600, A_DAY = 86400 };
#define PASSWORD STR("correct horse battery")
#define WRONG STR("wrong horse battery")

/* Seconds by which this host's clock is wrong. */
static time_t skew;

time_t time(time_t *out)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec += skew;
	if (out)
		*out = t.tv_sec;
	return t.tv_sec;
}

static enum err try_rotation(struct cx *cx, struct member *m)
{
	struct idcsr csr = new_csr(cx, m);
	struct grant g;

	TRY(q_session_find(cx, m->token_hash, false, &m->s));
	if (m->s == NULL)
		return ERR_UNAUTHORIZED;
	cx->now = m->s->now;
	enum err e = session_rotate(cx, m->s, &csr, &g);
	if (e == OK)
		keep_grant(cx, m, &g);
	return e;
}

static enum err check_stored_key(struct cx *cx)
{
	struct server_key *k;

	must(cx, identity_stored(cx, &k));
	return identity_check_clocks(cx, k, k->now);
}

/* A second must lie between two keys. */
static void rotate_server_key(struct cx *cx)
{
	struct server_key *k;
	enum err e;

	while ((e = identity_rotate(cx, &k)) == ERR_RETRY)
		usleep(200000);
	must(cx, e);
}

static void test_key_ahead(void)
{
	struct cx cx = new_context();
	struct member m = new_member(&cx, "amy", "phone");
	struct server_key *k;

	rotate_server_key(&cx);
	run_sql(&cx,
	    "UPDATE server_key SET not_before = not_before + interval '1 hour' "
	    "WHERE ended_at IS NULL");
	run_sql(&cx,
	    "UPDATE server_key SET ended_at = ended_at + interval '1 hour' "
	    "WHERE ended_at IS NOT NULL");
	identity_forget_unless(0);
	enum err e = try_rotation(&cx, &m);
	ok(e == ERR_CLOCKS && err_status(e) == 503 && cx.retry_after > AN_HOUR - 60,
	    "nothing is issued under a key that begins in an hour: %s", cx.why.log);
	ok(check_stored_key(&cx) == ERR_CLOCKS, "readiness says so");
	ok(identity_rotate(&cx, &k) == OK, "a rotation gets out of it: %s%s", cx.why.log,
	    cx.why.say);
	ok(check_stored_key(&cx) == OK, "readiness is back");
	ok(try_rotation(&cx, &m) == OK, "certificates are issued again: %s", cx.why.log);
	ok(sql_number(&cx,
	       "SELECT count(*) FROM server_key WHERE ended_at > now() + interval '1 min'"
	       " OR (ended_at IS NULL AND not_before > now() + interval '1 min')") == 0,
	    "no key ends or begins in the future");
	must(&cx, identity_at(&cx, clock_now() + AN_HOUR + 30, &k));
	ok(k->ended_at == 0, "in an hour the key is the one of now, too");
	end_context(&cx);
}

static void test_certificate_ahead(void)
{
	struct cx cx = new_context();
	struct member m = new_member(&cx, "bea", "phone"), n = new_device(&cx, &m, "laptop");
	struct server_key *k;

	run_sql(&cx,
	    arena_printf(cx.mem,
		"UPDATE idcert SET not_before = not_before + interval '1 hour' WHERE serial = %lld",
		(long long)m.serial));
	usleep(1100000);
	ok(identity_rotate(&cx, &k) == OK,
	    "a certificate that begins in an hour does not stop a rotation: %s%s", cx.why.log,
	    cx.why.say);
	ok(try_rotation(&cx, &m) == ERR_UNAUTHORIZED, "its session has ended");
	ok(sql_number(&cx,
	       arena_printf(cx.mem,
		   "SELECT count(*) FROM idcert WHERE serial = %lld AND NOT live AND "
		   "invalidated_at < not_before",
		   (long long)m.serial)) == 1,
	    "it is revoked");
	ok(sql_number(&cx,
	       arena_printf(cx.mem,
		   "SELECT count(*) FROM event WHERE session_key = '%lld:laptop' AND op = 4",
		   (long long)m.actor_id)) == 1,
	    "the actor's other session is told");
	ok(try_rotation(&cx, &n) == OK, "and goes on");
	end_context(&cx);
}

static void test_host_clock(void)
{
	static const time_t wrong[] = { AN_HOUR, -AN_HOUR, 400L * A_DAY, -400L * A_DAY };
	struct cx cx = new_context();
	struct member m = new_member(&cx, "cat", "phone");
	const struct cert_filter all = { -1, -1, -1, { NULL, 0 } };
	struct key_trial trial;
	struct cert_item *certs;
	size_t n;

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		skew = wrong[i];
		enum err e = try_rotation(&cx, &m);
		ok(e == ERR_CLOCKS && check_stored_key(&cx) == ERR_CLOCKS,
		    "host %+ld seconds off: 503, not 500: %s", (long)wrong[i], cx.why.log);
		ok(clocks_check(&cx) == ERR_CLOCKS &&
			key_trial_new(&cx, STR(""), STR(""), STR("192.0.2.9"), false, &trial) ==
			    ERR_CLOCKS &&
			publish_list_certs(&cx, STR("cat"), &all, &certs, &n) == ERR_CLOCKS,
		    "nothing is granted or refused because of the time");
	}
	skew = 0;
	ok(try_rotation(&cx, &m) == OK && clocks_check(&cx) == OK, "right again: %s", cx.why.log);
	end_context(&cx);
}

static enum err try_password(struct cx *cx, struct str password)
{
	struct actor_login *l;

	must(cx, q_actor_login(cx, STR("dot"), &l));
	const struct password_try t = { STR("dot"), STR("dot"), STR("192.0.2.9"), password,
		l->password, ERR_BAD_CREDENTIALS };
	return password_check(cx, &t);
}

static void test_throttle_ahead(void)
{
	struct cx cx = new_context();
	enum err e = OK;
	int64_t id;
	int n;

	conf->rate_limit = true;
	must(&cx, actor_add(&cx, STR("dot"), PASSWORD, false, &id));
	ok(try_password(&cx, WRONG) == ERR_BAD_CREDENTIALS, "a wrong password");
	run_sql(&cx, "UPDATE throttle SET tat = tat + interval '1 day'");
	ok(try_password(&cx, PASSWORD) == OK,
	    "counted a day ahead: the right one is let in at once: %s", cx.why.say);
	ok(try_password(&cx, WRONG) == ERR_BAD_CREDENTIALS, "a wrong password");
	run_sql(&cx, "UPDATE throttle SET tat = tat + interval '1 day'");
	for (n = 0; n < 100 && (e = try_password(&cx, WRONG)) == ERR_BAD_CREDENTIALS; n++)
		;
	ok(e == ERR_RATE_LIMITED && n == 1 && cx.retry_after <= AN_HOUR,
	    "guessing gains one try by it: %d, then %lld seconds", n, (long long)cx.retry_after);
	conf->rate_limit = false;
	end_context(&cx);
}

static void test_day(void)
{
	struct cx cx = new_context();
	struct member m = new_member(&cx, "eve", "phone");
	const int64_t before = conf->rate_limit_idcerts;

	rotate_session(&cx, &m);
	conf->rate_limit = true;
	conf->rate_limit_idcerts = 2;
	run_sql(&cx, "UPDATE idcert SET not_before = not_before - interval '1 hour'");
	ok(try_rotation(&cx, &m) == ERR_RATE_LIMITED && cx.retry_after > A_DAY - AN_HOUR - 60 &&
		cx.retry_after <= A_DAY - AN_HOUR,
	    "the third of two a day: try again when the first is a day old: %lld",
	    (long long)cx.retry_after);
	rotate_server_key(&cx);
	ok(try_rotation(&cx, &m) == OK, "what the rotation of the server's key makes necessary: %s",
	    cx.why.say);
	ok(try_rotation(&cx, &m) == ERR_RATE_LIMITED, "only once for each session");
	run_sql(&cx,
	    "UPDATE idcert SET not_before = not_before + interval '3 days', "
	    "not_after = not_after + interval '3 days'");
	ok(try_rotation(&cx, &m) == OK, "certificates of the future do not count for the day: %s",
	    cx.why.say);
	conf->rate_limit = false;
	conf->rate_limit_idcerts = before;
	end_context(&cx);
}

int main(void)
{
	if (!open_test_home())
		return 0;
	test_key_ahead();
	test_certificate_ahead();
	test_host_clock();
	test_throttle_ahead();
	test_day();
	return done();
}
