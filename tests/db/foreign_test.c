/* Foreign servers: the order of our requests, the rules for their answers, and caching for as long
 * as an answer states. An answer that breaks a rule gives the error of that rule, and nothing of
 * the answer is stored. */
#include "abroad.h"
#include "base/conf.h"

static struct str none = { NULL, 0 };

static void test_finding_servers(void)
{
	struct party s = new_server("direct.example"), slash = new_server("slash.example"),
		     far = new_server("visible.example"), bare = new_server("bare.example");
	struct cx cx = new_context();
	struct foreign_cert c;

	put_server_page(&s);
	ok(foreign_find_server(&cx, STR("direct.example"), -1, &c) == OK && calls == 1,
	    "the server is asked at its domain: %s", last_url);
	ok(blob_eq(c.cert.der, s.cert) && str_is(c.cert.domain, "direct.example"),
	    "the result is its certificate");
	ok(foreign_find_server(&cx, STR("direct.example"), -1, &c) == OK && calls == 1,
	    "the answer is cached");
	put_page(
	    "https://slash.example/.p2/core/v1/idcert/server/", 200, vouch_for(&slash, &slash));
	ok(foreign_find_server(&cx, STR("slash.example"), -1, &c) == OK && calls == 3,
	    "found with a final slash in the path");
	put_page("https://visible.example/.well-known/polyproto-core", 200,
	    STR("{\"api\": \"https://actual.example/.p2/core/\"}"));
	put_page("https://actual.example/.p2/core/v1/idcert/server", 200, vouch_for(&far, &far));
	ok(foreign_find_server(&cx, STR("visible.example"), -1, &c) == OK,
	    "found through "
	    ".well-known: %s",
	    cx.why.say);
	put_page("https://bare.example/.well-known/polyproto-core", 200,
	    STR("{\"api\": \"Actual.example:443/x/v1\"}"));
	put_page("https://actual.example/x/v1/idcert/server", 200, vouch_for(&bare, &bare));
	ok(foreign_find_server(&cx, STR("bare.example"), -1, &c) == OK,
	    "an api value without scheme and with v1: %s", last_url);
	ok(foreign_find_server(&cx, STR("actual.example"), -1, &c) == ERR_BAD_CERT,
	    "the host named by .well-known has no certificate of its own name: %s", cx.why.say);
	calls = 0;
	ok(foreign_find_server(&cx, STR("example.org"), -1, &c) == OK && calls == 0,
	    "our own domain needs no request");
	ok(foreign_list_certs(&cx, STR("nobody@example.org"), none,
	       &(struct foreign_cert *){ NULL }, &(size_t){ 0 }) == ERR_NOT_FOUND &&
		calls == 0,
	    "nor do our own actors");
	end_context(&cx);
}

/* A fault of a server or certificate; times are seconds from now. */
struct lie {
	const char *name;
	enum err want;
	const char *cert_domain; /* NULL: the server's own domain */
	bool forged_cert, forged_statement, small_order, actor;
	int64_t from, to, revoked; /* times in the statement; 0: the right ones */
	int64_t cert_from, cert_to;
	int digits; /* 1: digits of the statement are moved from one number to the next */
	const char *body;
	int status;
	enum err err;
};
static const struct lie server_lies[] = {
	{ "another domain's certificate", ERR_BAD_CERT, .cert_domain = "other.example" },
	{ "a domain below its own", ERR_BAD_CERT, .cert_domain = "sub.liar.example" },
	{ "a certificate that another key signed", ERR_BAD_CERT, .forged_cert = true },
	{ "a statement that another key signed", ERR_BAD_CERT, .forged_statement = true },
	{ "a small-order key", ERR_BAD_CERT, .small_order = true },
	{ "an actor's certificate", ERR_BAD_CERT, .actor = true },
	{ "a statement that is over", ERR_BAD_CERT, .from = -7200, .to = -1 },
	{ "a statement for tomorrow", ERR_BAD_CERT, .from = 3600, .to = 7200 },
	{ "a statement for 13 hours", ERR_BAD_CERT, .to = 13 * 3600 },
	{ "a statement for 13 hours, revoked next week", ERR_BAD_CERT, .to = 13 * 3600,
	    .revoked = 7 * DAY },
	{ "a statement that ends before it begins", ERR_BAD_CERT, .from = 30, .to = 10 },
	{ "a statement split elsewhere", ERR_BAD_CERT, .digits = 1 },
	{ "a revoked certificate", ERR_BAD_CERT, .revoked = -60 },
	{ "an expired certificate", ERR_BAD_CERT, .cert_from = -3 * DAY, .cert_to = -DAY },
	{ "a certificate for next year", ERR_BAD_CERT, .cert_from = 300 * DAY,
	    .cert_to = 600 * DAY },
	{ "a page for people", ERR_NOT_FEDERATED, .body = "<!doctype html><title>hello</title>" },
	{ "an array", ERR_NOT_FEDERATED, .body = "[]" },
	{ "an object of something else", ERR_NOT_FEDERATED, .body = "{\"idCertPem\": 1}" },
	{ "text that ends too soon", ERR_NOT_FEDERATED, .body = "{\"idCertPem\": \"-----BEGIN" },
	{ "a member twice", ERR_NOT_FEDERATED,
	    .body = "{\"idCertPem\": \"a\", \"idCertPem\": \"b\"}" },
	{ "nothing", ERR_NOT_FEDERATED, .body = "" },
	{ "no such page", ERR_NOT_FEDERATED, .status = 404 },
	{ "a redirect", ERR_NOT_FEDERATED, .status = 302 },
	{ "an error of its own", ERR_HOME_UNREACHABLE, .status = 503 },
	{ "more than anybody wants to read", ERR_HOME_INVALID, .err = ERR_HOME_INVALID },
	{ "no answer", ERR_HOME_UNREACHABLE, .err = ERR_HOME_UNREACHABLE },
	{ "an answer when others wait for it", ERR_RETRY, .err = ERR_RETRY },
};

static const uint8_t *small_order_key(void)
{
	static const uint8_t identity[ED25519_KEY] = { 1 };

	return identity;
}

/* The statement of `home` about a certificate, with the row's fault. */
static struct str make_lie(const struct lie *l, struct party *about, const struct party *home,
    const struct party *stranger)
{
	const int64_t now = clock_now();
	int64_t from = now + (l->from ? l->from : -5), to = now + (l->to ? l->to : 3600),
		revoked = l->revoked ? now + l->revoked : 0;

	if (l->small_order)
		memcpy(about->key, small_order_key(), sizeof about->key);
	certify_party(about, l->forged_cert ? stranger->seed : home->seed,
	    now +
		(l->cert_from	     ? l->cert_from
			: about->fid ? -DAY
				     : -10 * DAY),
	    now +
		(l->cert_to	     ? l->cert_to
			: about->fid ? 30 * DAY
				     : 300 * DAY));
	if (l->digits) {
		from = from * 10 + 1;
		to %= 1000000000;
	}
	return make_statement(about->cert, about->serial, from, to, revoked,
	    l->forged_statement ? stranger->seed : home->seed);
}

static int64_t count_kept_rows(void)
{
	return run_sql(
		   "SELECT count(*) FROM foreign_cert WHERE domain LIKE '%liar%' OR subject LIKE "
		   "'%liar%' OR subject LIKE '%other%'") +
	    run_sql("SELECT count(*) FROM foreign_session");
}

static void test_lying_servers(void)
{
	struct party stranger = new_server("other.example");
	struct foreign_cert c;

	for (size_t i = 0; i < COUNT(server_lies); i++) {
		const struct lie *l = &server_lies[i];
		struct cx cx = new_context();
		struct party s =
		    new_party(l->cert_domain ? l->cert_domain : "liar.example", NULL, NULL);
		if (l->actor)
			s = new_party("liar.example", "x@liar.example", "phone");
		struct str body = l->body ? str_of(l->body) : make_lie(l, &s, &s, &stranger);
		npages = 0;
		if (l->err)
			put_error(server_url("liar.example"), l->err);
		else
			put_page(server_url("liar.example"), l->status ? l->status : 200, body);
		run_sql("DELETE FROM foreign_server");
		enum err e = foreign_find_server(&cx, STR("liar.example"), -1, &c);
		ok(e == l->want && count_kept_rows() == 0, "%s: %s %s%s", l->name, err_name(e),
		    cx.why.say, cx.why.log);
		int before = calls;
		enum err again = foreign_find_server(&cx, STR("liar.example"), -1, &c);
		bool is_kept = e == ERR_BAD_CERT || e == ERR_NOT_FEDERATED || e == ERR_HOME_INVALID;
		ok(again == e && (calls == before) == is_kept, "... %s",
		    is_kept ? "the failure is cached" : "asked again");
		end_context(&cx);
	}
	npages = 0;
	run_sql("DELETE FROM foreign_server");
}

static const struct lie actor_lies[] = {
	{ "signed by another server", ERR_BAD_CERT, .forged_cert = true },
	{ "a statement by another server", ERR_BAD_CERT, .forged_statement = true },
	{ "another actor's", ERR_BAD_CERT, .cert_domain = "eve@liar.example" },
	{ "a small-order key", ERR_BAD_CERT, .small_order = true },
	{ "longer than its server's", ERR_BAD_CERT, .cert_to = 400 * DAY },
	{ "from before its server's", ERR_BAD_CERT, .cert_from = -20 * DAY },
	{ "a statement that is over", ERR_BAD_CERT, .from = -7200, .to = -1 },
	{ "a statement for 13 hours", ERR_BAD_CERT, .to = 13 * 3600 },
	{ "a statement split elsewhere", ERR_BAD_CERT, .digits = 1 },
	{ "revoked", ERR_BAD_CERT, .revoked = -60 },
	{ "expired", ERR_BAD_CERT, .cert_from = -3 * DAY, .cert_to = -DAY },
	{ "not valid yet", ERR_BAD_CERT, .cert_from = DAY, .cert_to = 2 * DAY },
	{ "a page for people", ERR_HOME_INVALID, .body = "<!doctype html>" },
	{ "an object", ERR_HOME_INVALID, .body = "{}" },
	{ "an empty list", ERR_BAD_CERT, .body = "[]" },
	{ "a list of something else", ERR_BAD_CERT, .body = "[1, {}, \"x]\", [[]]]" },
	{ "no such actor", ERR_BAD_CERT, .status = 404 },
	{ "an error of its own", ERR_HOME_UNREACHABLE, .status = 500 },
	{ "too much", ERR_HOME_INVALID, .err = ERR_HOME_INVALID },
	{ "gone", ERR_HOME_UNREACHABLE, .err = ERR_HOME_UNREACHABLE },
};

/* An actor presents a good certificate; its home server's answer has a fault. */
static void test_lying_actors(void)
{
	struct party home = new_server("liar.example"), stranger = new_server("liar.example");

	for (size_t i = 0; i < COUNT(actor_lies); i++) {
		const struct lie *l = &actor_lies[i];
		struct cx cx = new_context();
		struct party a = new_party(
		    "liar.example", l->cert_domain ? l->cert_domain : "ann@liar.example", "phone");
		struct str body =
		    l->body ? str_of(l->body) : list_of_one(make_lie(l, &a, &home, &stranger));
		struct foreign_cert c, *v;
		size_t n;
		npages = 0;
		put_server_page(&home);
		const char *url = actor_url("liar.example", "ann@liar.example");
		if (l->err)
			put_error(url, l->err);
		else
			put_page(url, l->status ? l->status : 200, body);
		run_sql("DELETE FROM foreign_server");
		run_sql("DELETE FROM foreign_cert");
		enum err e = l->body || l->status || l->err ? OK : foreign_check(&cx, a.cert, &c);
		if (e == OK) {
			a = new_foreign_actor(&home, "ann@liar.example", "phone");
			e = foreign_check(&cx, a.cert, &c);
		}
		bool nothing =
		    run_sql(
			"SELECT count(*) FROM foreign_cert WHERE subject <> domain AND "
			"invalidated_at IS NULL AND not_after > now() AND not_before < now()") == 0;
		ok(e == l->want && nothing, "shown: %s: %s %s%s", l->name, err_name(e), cx.why.say,
		    cx.why.log);
		if (!l->body && !l->status && !l->err && !l->revoked && l->cert_to != -DAY &&
		    l->cert_from != DAY) {
			e = foreign_list_certs(&cx, STR("ann@liar.example"), none, &v, &n);
			ok(e == ERR_BAD_CERT &&
				run_sql(
				    "SELECT count(*) FROM foreign_cert WHERE subject LIKE '%@%'") ==
				    0,
			    "listed: %s: %s", l->name, cx.why.say);
		}
		end_context(&cx);
	}
	npages = 0;
	run_sql("DELETE FROM foreign_server");
	run_sql("DELETE FROM foreign_cert");
}

static void test_actors(void)
{
	struct party home = new_server("good.example"),
		     a = new_foreign_actor(&home, "ann@good.example", "phone"),
		     b = new_foreign_actor(&home, "ann@good.example", "lap top");
	struct str ja = vouch_for(&a, &home), jb = vouch_for(&b, &home);
	const char *url = actor_url("good.example", "ann@good.example"),
		   *both = arena_printf(lasting.mem, " [\n %s ,%s ]\n", ja.s, jb.s);
	struct cx cx = new_context();
	struct foreign_cert c, *v;
	size_t n;

	put_server_page(&home);
	put_page(url, 200, str_of(both));
	calls = 0;
	ok(foreign_list_certs(&cx, STR("Ann@Good.example"), none, &v, &n) == OK && n == 2 &&
		calls == 2,
	    "both certificates of an actor: %s", cx.why.say);
	ok(str_eq(v[0].cacheable, ja) && str_eq(v[1].cacheable, jb),
	    "byte for byte as the home server sent them");
	ok(foreign_list_certs(&cx, STR("ann@good.example"), STR("lap top"), &v, &n) == OK &&
		n == 1 && calls == 2,
	    "one session's certificate comes from the cache");
	ok(foreign_check(&cx, a.cert, &c) == OK && calls == 2,
	    "a presented certificate is "
	    "checked from the cache");
	ok(foreign_check_named(&cx, STR("ann@good.example"), v[0].cert.serial, &c) == OK &&
		blob_eq(c.cert.der, b.cert),
	    "a certificate given by serial");
	ok(foreign_check_named(&cx, STR("ann@good.example"), STR("12345"), &c) == ERR_BAD_CERT,
	    "an unknown serial: %s", cx.why.say);
	run_sql("DELETE FROM foreign_actor");
	calls = 0;
	ok(foreign_list_certs(&cx, STR("ann@good.example"), STR("lap top"), &v, &n) == OK &&
		n == 1 && strstr(last_url, "?session_id=lap%20top"),
	    "the request asks for one session: %s", last_url);
	run_sql("UPDATE foreign_cert SET usable_until = now() - interval '1 second'");
	npages = 0;
	put_error(server_url("good.example"), ERR_HOME_UNREACHABLE);
	ok(foreign_check(&cx, a.cert, &c) == ERR_HOME_UNREACHABLE,
	    "an expired entry is not used, even when the server is unreachable: %s",
	    err_name(cx.why.err));
	ok(foreign_list_certs(&cx, STR("ann@good.example"), none, &v, &n) == ERR_HOME_UNREACHABLE,
	    "nor listed");
	cx.fetch = NULL;
	ok(foreign_check(&cx, a.cert, &c) == ERR_HOME_UNREACHABLE,
	    "nor used by a program that sends no requests");
	end_context(&cx);
}

static void test_revocation(void)
{
	struct party home = new_server("rev.example"),
		     a = new_foreign_actor(&home, "bob@rev.example", "phone");
	const char *url = actor_url("rev.example", "bob@rev.example");
	const int64_t now = clock_now();
	struct cx cx = new_context();
	struct foreign_cert c;

	npages = 0;
	put_server_page(&home);
	put_page(url, 200, list_of_one(vouch_for(&a, &home)));
	ok(foreign_check(&cx, a.cert, &c) == OK, "good");
	put_page(url, 200,
	    list_of_one(make_statement(a.cert, a.serial, now - 5, now + 100, now - 1, home.seed)));
	ok(foreign_check(&cx, a.cert, &c) == OK, "a revocation that is not cached yet");
	ok(foreign_recheck(&cx, a.cert, &c) == OK && c.invalidated_at == now - 1,
	    "a recheck finds the revocation");
	ok(foreign_check(&cx, a.cert, &c) == ERR_BAD_CERT, "which is cached: %s", cx.why.say);
	run_sql("UPDATE foreign_cert SET usable_until = now() - interval '1 second' WHERE subject "
		"LIKE '%rev.example'");
	put_page(url, 200, list_of_one(vouch_for(&a, &home)));
	run_sql("UPDATE foreign_cert SET usable_until = now() + interval '1 hour' WHERE subject = "
		"'rev.example'");
	ok(foreign_check(&cx, a.cert, &c) == ERR_BAD_CERT,
	    "a revoked certificate stays revoked: "
	    "%s",
	    cx.why.say);
	int64_t n;
	ok(foreign_refresh(&cx, STR("rev.example"), &n) == OK && n > 0,
	    "an operator clears the cache of the server");
	ok(foreign_check(&cx, a.cert, &c) == ERR_BAD_CERT, "the revocation is kept: %s",
	    cx.why.say);
	end_context(&cx);
}

static void test_rotation(void)
{
	struct party old = new_server("turn.example"), new = new_party("turn.example", NULL, NULL),
		     a = new_foreign_actor(&old, "kim@turn.example", "one");
	const int64_t now = clock_now();
	struct cx cx = new_context();
	struct foreign_cert c;

	npages = 0;
	put_server_page(&old);
	put_page(
	    actor_url("turn.example", "kim@turn.example"), 200, list_of_one(vouch_for(&a, &old)));
	ok(foreign_check(&cx, a.cert, &c) == OK, "signed with the first key");
	certify_party(&new, new.seed, now - 60, now + 300 * DAY);
	struct party b = new_party("turn.example", "kim@turn.example", "two");
	certify_party(&b, new.seed, now - 30, now + 30 * DAY);
	put_server_page(&new);
	struct str ja = make_statement(a.cert, a.serial, now - 5, now + 100, 0, new.seed),
		   jb = vouch_for(&b, &new);
	put_page(actor_url("turn.example", "kim@turn.example"), 200,
	    str_of(arena_printf(lasting.mem, "[%s,%s]", ja.s, jb.s)));
	calls = 0;
	ok(foreign_check(&cx, b.cert, &c) == OK && calls == 2,
	    "the server has changed its key between two calls: asked again, once: %s", cx.why.say);
	run_sql(
	    "DELETE FROM foreign_cert WHERE subject LIKE 'kim@%' OR invalidated_at IS NOT NULL OR "
	    "serial = (SELECT serial FROM foreign_cert WHERE domain = 'turn.example' AND subject "
	    "= domain ORDER BY not_before LIMIT 1)");
	ok(foreign_check(&cx, a.cert, &c) == ERR_BAD_CERT,
	    "a certificate of a key that is no longer published: %s", cx.why.say);
	put_page(arena_printf(lasting.mem, "%s?timestamp=%lld", server_url("turn.example"),
		     (long long)(now - DAY)),
	    200,
	    make_statement(old.cert, old.serial, now - 5, INT64_C(4102444800), now - 60, new.seed));
	ok(foreign_check(&cx, a.cert, &c) == OK, "checked with the key of its time: %s",
	    cx.why.say);
	calls = 0;
	ok(foreign_find_server(&cx, STR("turn.example"), now - DAY, &c) == OK &&
		blob_eq(c.cert.der, old.cert) && calls == 0,
	    "that key's certificate is cached");
	struct party edge = new_party("turn.example", "kim@turn.example", "three");
	certify_party(&edge, old.seed, now - 60, now + 30 * DAY);
	put_page(actor_url("turn.example", "kim@turn.example"), 200,
	    list_of_one(vouch_for(&edge, &new)));
	ok(foreign_check(&cx, edge.cert, &c) == OK,
	    "signed with the old key in the second of the rotation: %s", cx.why.say);
	put_page(actor_url("turn.example", "kim@turn.example"), 200,
	    list_of_one(make_statement(b.cert, b.serial, now - 5, now + 100, 0, old.seed)));
	run_sql("DELETE FROM foreign_cert WHERE subject LIKE 'kim@%'");
	ok(foreign_check(&cx, b.cert, &c) == ERR_BAD_CERT,
	    "a statement signed with the old key is refused: %s", cx.why.say);
	end_context(&cx);
}

static void test_policy(void)
{
	struct party s = new_server("deny.example"), sub = new_server("sub.block.example");
	const char *deny = conf->federation_deny, *allow = conf->federation_allow;
	struct cx cx = new_context();
	struct foreign_item *f;
	struct foreign_cert c;
	int64_t n;

	npages = 0;
	put_server_page(&s);
	put_server_page(&sub);
	conf->federation_deny = "x.example, example";
	ok(foreign_find_server(&cx, STR("deny.example"), -1, &c) == ERR_NOT_FEDERATED,
	    "federation_deny, with subdomains: %s", cx.why.say);
	conf->federation_deny = deny;
	conf->federation_allow = "friend.example";
	ok(foreign_find_server(&cx, STR("deny.example"), -1, &c) == ERR_NOT_FEDERATED,
	    "not in federation_allow");
	conf->federation_allow = allow;
	ok(foreign_find_server(&cx, STR("deny.example"), -1, &c) == OK, "allowed again");
	ok(foreign_find_server(&cx, STR("sub.block.example"), -1, &c) == OK, "another");
	run_sql("INSERT INTO foreign_session (token_hash, fid, domain, session_id, serial, "
		"public_key, cert, not_after) VALUES (sha256('x'), 'a@sub.block.example', "
		"'sub.block.example', 's', '1', sha256('k'), '', now() + interval '1 day')");
	struct cx owner = new_owner_context();
	ok(foreign_block(&owner, STR("Block.example"), &n) == OK && n == 1,
	    "the operator blocks a domain: a session ends");
	ok(foreign_find_server(&cx, STR("sub.block.example"), -1, &c) == ERR_NOT_FEDERATED,
	    "the block covers cached subdomains");
	ok(foreign_show(&cx, STR("block.example"), &f) == OK && str_is(f->state, "blocked") &&
		f->blocked_at,
	    "it is shown as blocked");
	ok(foreign_unblock(&owner, STR("block.example")) == OK &&
		foreign_find_server(&cx, STR("sub.block.example"), -1, &c) == OK,
	    "and unblocks it");
	ok(foreign_unblock(&owner, STR("block.example")) == ERR_NOT_FOUND,
	    "a second unblock is "
	    "refused");
	ok(foreign_block(&owner, STR("10.0.0.1"), &n) == ERR_BAD_REQUEST,
	    "only domain names can be "
	    "blocked: %s",
	    owner.why.say);
	end_context(&owner);
	ok(foreign_list(&cx, &f, &(size_t){ 0 }) == OK && f->place.n, "servers are listed");
	run_sql("DELETE FROM foreign_session");
	end_context(&cx);
}

#define INSERT_LATE_SESSION \
	"INSERT INTO foreign_session (token_hash, fid, domain, session_id, serial, public_key, " \
	"cert, not_after) SELECT sha256('late'), 'a@sub.late.example', 'sub.late.example', 's', " \
	"'1', sha256('k'), '', now() + interval '1 day' WHERE motet_admits_domain('sub.late.example')"

static bool is_busy(PGconn *pg)
{
	PQconsumeInput(pg);
	return PQisBusy(pg);
}

/* An actor logs in while an operator blocks the actor's domain: either the block ends the new
 * session, or no session is opened. */
static void test_block_during_login(void)
{
	PGconn *login = PQconnectdb(conninfo), *operator= connect_as_owner();

	PQclear(PQexec(login, "BEGIN"));
	PGresult *r = PQexec(login, INSERT_LATE_SESSION);
	ok(str_is(str_of(PQcmdTuples(r)), "1"),
	    "a log-in has opened a session and not committed: %s", PQerrorMessage(login));
	PQclear(r);
	PQsendQuery(operator, "SELECT motet_block_domain('late.example')");
	usleep(200000);
	ok(is_busy(operator), "the block waits for it");
	PQclear(PQexec(login, "COMMIT"));
	r = PQgetResult(operator);
	ok(PQntuples(r) && str_is(str_of(PQgetvalue(r, 0, 0)), "1"), "then ends its session: %s",
	    PQerrorMessage(operator));
	PQclear(r);
	r = PQexec(login, INSERT_LATE_SESSION);
	ok(str_is(str_of(PQcmdTuples(r)), "0"), "the next log-in opens no session");
	PQclear(r);
	PQfinish(login);
	PQfinish(operator);
	run_sql("DELETE FROM foreign_session");
}

/* A server asked by origin may claim any domain: its answer must not count for that domain. */
static void test_claimed_domain(void)
{
	struct party real = new_server("real.example");
	struct foreign_cert c;
	struct cx cx = new_context();

	npages = 0;
	put_page("https://real.example/.p2/core/v1/idcert/server", 200, vouch_for(&real, &real));
	ok(foreign_find_server(&cx, STR("real.example"), -1, &c) == OK &&
		memcmp(c.cert.key, real.key, ED25519_KEY) == 0,
	    "a server is cached");
	for (int same = 1; same >= 0; same--) {
		forced_serial = same ? real.serial : 0;
		struct party liar = new_server("real.example");
		forced_serial = 0;
		put_page(same ? "https://liar.example/.p2/core/v1/idcert/server"
			      : "https://liar2.example/.p2/core/v1/idcert/server",
		    200, vouch_for(&liar, &liar));
		enum err e = foreign_check_origin(
		    &cx, same ? STR("https://liar.example") : STR("https://liar2.example"));
		ok(e == OK || e == ERR_NOT_FEDERATED,
		    "another server claims that domain, with %s serial",
		    same ? "the same" : "another");
		ok(foreign_find_server(&cx, STR("real.example"), -1, &c) == OK &&
			memcmp(c.cert.key, real.key, ED25519_KEY) == 0,
		    "the cached key stays");
		ok(foreign_find_server(&cx, STR("real.example"), clock_now() - 1, &c) == OK &&
			memcmp(c.cert.key, real.key, ED25519_KEY) == 0,
		    "also for a time in the past");
	}
	end_context(&cx);
}

static void test_origins(void)
{
	struct party s = new_server("talk.example");
	struct cx cx = new_context();

	npages = 0;
	put_page("https://p2.talk.example:8443/.p2/core/v1/idcert/server", 200, vouch_for(&s, &s));
	calls = 0;
	ok(foreign_check_origin(&cx, STR("https://p2.talk.example:8443/")) == OK && calls == 1,
	    "a server at another host and port: %s", cx.why.say);
	ok(foreign_check_origin(&cx, STR("https://P2.talk.example:8443")) == OK && calls == 1,
	    "cached, however the origin is spelled");
	ok(foreign_check_origin(&cx, STR("https://mute.example")) == ERR_NOT_FEDERATED &&
		calls == 4,
	    "a host without a server: %s", cx.why.say);
	ok(foreign_check_origin(&cx, STR("https://mute.example")) == ERR_NOT_FEDERATED &&
		calls == 4,
	    "the answer is cached");
	ok(foreign_check_origin(&cx, STR("https://example.org")) == OK && calls == 4,
	    "our own origin");
	put_error("https://down.example/.p2/core/v1/idcert/server", ERR_HOME_UNREACHABLE);
	ok(foreign_check_origin(&cx, STR("https://down.example")) == ERR_NOT_FEDERATED &&
		calls == 5,
	    "an unreachable server is asked once");
	conf->federation_deny = "talk.example";
	ok(foreign_check_origin(&cx, STR("https://p2.talk.example:8443")) == ERR_NOT_FEDERATED,
	    "a cached server that is denied now");
	conf->federation_deny = "";
	ok(foreign_check_origin(&cx, STR("http://talk.example")) == ERR_BAD_REQUEST,
	    "http is refused: %s", cx.why.say);
	end_context(&cx);
}

int main(void)
{
	if (!open_test_world())
		return 0;
	test_finding_servers();
	test_lying_servers();
	test_lying_actors();
	test_actors();
	test_revocation();
	test_rotation();
	test_policy();
	test_block_during_login();
	test_claimed_domain();
	test_origins();
	end_context(&lasting);
	conf_free(conf);
	return done();
}
