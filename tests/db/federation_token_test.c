/* Federation tokens with a real database: issuing, and switching it off; deletion; of many
 * processes only one can redeem a token, also while connections are killed. Prints N and the seed.
 */
#include "home.h"
#include "crypto/hash.h"
#include "x509/idname.h"
#include "text/encoding.h"
#include "crypto/token.h"
#include "core/actor.h"
#include "core/redeem.h"
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

static const struct keypackage_upload nothing;
#define NONE (&nothing)

enum { MOST = 64, RACES = 6, CHAOS = 40, CHAOS_RACERS = 4 };

/* Makes a session with a certificate, which issuing a token needs. */
static struct grant issue_grant(
    struct cx *cx, int64_t actor_id, const char *local, const char *session)
{
	struct str domain = str_of(conf->domain), id = str_of(session);
	struct idcsr r = { .fid = str_of(arena_printf(cx->mem, "%s@example.org", local)),
		.local = str_of(local),
		.domain = domain,
		.session_id = id,
		.der = str_blob(str_of(arena_printf(cx->mem, "%s %s", local, session))) };
	const struct issue_request i = { .actor_id = actor_id, .local = str_of(local), .csr = &r };
	uint8_t seed[ED25519_SEED];
	struct grant g;

	must(cx, ed25519_new(cx, seed, r.key));
	must(cx, issue_idcert(cx, &i, &g));
	return g;
}

static struct session *open_session(struct cx *cx, const char *local, struct blob *cert)
{
	struct session *s;
	int64_t id;

	must(cx, q_actor_insert(cx, str_of(local), STR("x"), false, &id));
	struct grant g = issue_grant(cx, id, local, "phone");
	must(cx, pem_decode(cx, NULL, "CERTIFICATE", g.id_cert, cert));
	must(cx, session_find(cx, g.token, false, &s));
	return s;
}

/* Opens another session of the same actor; returns its ID-Cert. */
static struct blob add_device(
    struct cx *cx, const struct session *of, const char *local, const char *session)
{
	struct grant g = issue_grant(cx, of->actor_id, local, session);
	struct blob cert;

	must(cx, pem_decode(cx, NULL, "CERTIFICATE", g.id_cert, &cert));
	return cert;
}

static struct str issue_token(struct cx *cx, const struct session *s)
{
	struct str token;

	must(cx,
	    federation_token_issue(
		cx, s, find_token_hash(cx, s), STR("https://Example.org:443/"), &token));
	return token;
}

static void run_sql(const char *text)
{
	PGconn *pg = connect_as_owner();

	PQclear(PQexec(pg, text));
	PQfinish(pg);
}

static bool is_session_open(struct cx *cx, struct str token)
{
	struct session *s;

	return session_find(cx, token, false, &s) == OK;
}

static bool is_token_active(struct cx *cx, struct str token)
{
	uint8_t hash[HASH_BYTES];
	bool is;

	sha256(str_blob(token), hash);
	must(cx,
	    federation_token_active(
		cx, hex_encode(cx->mem, (struct blob){ hash, HASH_BYTES }), &is));
	return is;
}

#define EXPIRE_TOKENS(by) \
	"UPDATE federation_token SET issued_at = issued_at - interval '1 hour', " \
	"expires_at = now() - interval '" by "' WHERE deleted_at IS NULL AND redeemed_at IS NULL"

static void test_rules(void)
{
	struct cx cx = new_context();
	struct blob cert, hers;
	struct session *bob = open_session(&cx, "bob", &cert),
		       *eve = open_session(&cx, "eve", &hers);
	struct str a = issue_token(&cx, bob), b = issue_token(&cx, bob), c = issue_token(&cx, eve),
		   out, none;
	int64_t n;

	ok(is_token_active(&cx, a) && is_token_active(&cx, b) && is_token_active(&cx, c),
	    "tokens are issued");
	ok(redeem_token(&cx, a, hers, NONE, &none) == ERR_BAD_TOKEN && is_token_active(&cx, a),
	    "another actor's certificate: %s", cx.why.say);
	ok(redeem_token(&cx, a, cert, NONE, &out) == OK && is_session_open(&cx, out) &&
		!is_token_active(&cx, a),
	    "a token is redeemed and opens a session");
	ok(redeem_token(&cx, a, cert, NONE, &none) == ERR_BAD_TOKEN && is_session_open(&cx, out),
	    "a token is refused the second time: %s", cx.why.say);
	ok(!is_token_active(&cx, b) && redeem_token(&cx, b, cert, NONE, &none) == ERR_BAD_TOKEN &&
		is_session_open(&cx, out),
	    "the session that asked has ended, and its other token with it: %s", cx.why.say);
	b = issue_token(&cx, bob);
	ok(redeem_token(&cx, b, cert, NONE, &none) == OK && is_session_open(&cx, none) &&
		!is_session_open(&cx, out),
	    "a token of the new session: the next one takes its place");
	b = issue_token(&cx, bob);
	ok(federation_token_delete(&cx, bob->actor_id, &n) == OK && n == 1 &&
		!is_token_active(&cx, b) && is_token_active(&cx, c),
	    "bob's one remaining token is deleted; eve's stays");
	ok(redeem_token(&cx, b, cert, NONE, &none) == ERR_BAD_TOKEN,
	    "a deleted token is refused: "
	    "%s",
	    cx.why.say);
	ok(federation_token_delete(&cx, 0, &n) == OK && n == 1 && !is_token_active(&cx, c),
	    "deleting the tokens of all actors deletes one");
	b = issue_token(&cx, bob);
	run_sql(EXPIRE_TOKENS("30 seconds"));
	ok(!is_token_active(&cx, b) && redeem_token(&cx, b, cert, NONE, &none) == OK,
	    "30 s after its end a token is inactive, but still redeemed, as clocks may differ");
	b = issue_token(&cx, bob);
	run_sql(EXPIRE_TOKENS("61 seconds"));
	ok(redeem_token(&cx, b, cert, NONE, &none) == ERR_BAD_TOKEN,
	    "61 s after its end it is "
	    "refused: %s",
	    cx.why.say);
	ok(federation_token_switch(&cx, false) == OK &&
		federation_token_issue(&cx, bob, find_token_hash(&cx, bob),
		    STR("https://example.org"), &none) == ERR_TOKENS_OFF,
	    "issuing is off");
	ok(federation_token_switch(&cx, true) == OK &&
		federation_token_issue(
		    &cx, bob, find_token_hash(&cx, bob), STR("https://example.org"), &b) == OK,
	    "issuing is on again");
	run_sql(
	    "UPDATE idcert SET live = false, invalidated_at = now() WHERE actor_id = (SELECT id "
	    "FROM actor WHERE local_name = 'bob')");
	ok(redeem_token(&cx, b, cert, NONE, &none) == ERR_BAD_CERT && !is_token_active(&cx, b),
	    "a revoked certificate: %s; its token is not active any more", cx.why.say);
	end_context(&cx);
}

/* When the session that asked for a token ends or is renewed, or its ID-Cert is revoked, its tokens
 * are deleted at once. A token opens a session only for the ID-Cert of the session that asked. */
static void test_bound_to_session(void)
{
#define ACTOR(name) "actor_id = (SELECT id FROM actor WHERE local_name = '" name "')"
	static const struct {
		const char *what, *sql;
	} ends[] = {
		{ "the session ends",
		    "SELECT motet_end_session(id, 'phone') FROM actor WHERE local_name = 'bound0'" },
		{ "its token is replaced",
		    "UPDATE session SET token_hash = sha256('new') WHERE " ACTOR("bound1") },
		{ "its ID-Cert is replaced, and the token kept",
		    "UPDATE session s SET serial = c.serial FROM idcert c WHERE c." ACTOR(
			"bound2") " AND c.session_id = 'other' AND s." ACTOR("bound2") " AND s.serial <> c.serial" },
		{ "the actor is deactivated",
		    "UPDATE actor SET deactivated_at = now() WHERE local_name = 'bound3'" },
	};
	struct cx cx = new_context();
	struct blob cert, other;
	struct str out;

	for (size_t i = 0; i < COUNT(ends); i++) {
		const char *name = arena_printf(cx.mem, "bound%zu", i);
		struct session *s = open_session(&cx, name, &cert);
		struct str token = issue_token(&cx, s);
		other = add_device(&cx, s, name, "other");
		ok(redeem_token(&cx, token, other, NONE, &out) == ERR_BAD_TOKEN &&
			is_token_active(&cx, token),
		    "the ID-Cert of another session of its actor: %s", cx.why.say);
		run_sql("DELETE FROM session USING idcert c WHERE c.serial = session.serial AND "
			"c.session_id = 'other'");
		run_sql(ends[i].sql);
		ok(!is_token_active(&cx, token), "%s: its token is not active", ends[i].what);
		ok(redeem_token(&cx, token, cert, NONE, &out) != OK, "nor redeemed: %s",
		    cx.why.say);
	}
	end_context(&cx);
}

/* The switch waits for running statements: once it returns, no token is issued. */
static void test_switch(void)
{
	int *late = mmap(
		NULL, 3 * sizeof *late, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0),
	    *off = late + 1, *made = late + 2;
	struct cx cx = new_context();
	struct blob cert;
	struct session *s = open_session(&cx, "kim", &cert);
	struct blob asker = find_token_hash(&cx, s);

	for (int i = 0; i < 4; i++) {
		if (fork() != 0)
			continue;
		struct cx mine = new_context();
		for (int try = 0; try < 400; try++) {
			struct str token;
			bool was_off = __atomic_load_n(off, __ATOMIC_SEQ_CST);
			bool issued = federation_token_issue(&mine, s, asker,
					  STR("https://example.org"), &token) == OK;
			__atomic_add_fetch(made, issued, __ATOMIC_SEQ_CST);
			__atomic_add_fetch(late, was_off && issued, __ATOMIC_SEQ_CST);
			if (was_off && try > 20)
				break;
		}
		_exit(0);
	}
	for (int i = 0; i < 600 && __atomic_load_n(made, __ATOMIC_SEQ_CST) == 0; i++)
		usleep(100 * 1000);
	usleep(150 * 1000);
	must(&cx, federation_token_switch(&cx, false));
	__atomic_store_n(off, 1, __ATOMIC_SEQ_CST);
	while (wait(NULL) > 0)
		;
	ok(*made > 0 && *late == 0, "4 issuing, %d tokens; none after the switch", *made);
	must(&cx, federation_token_switch(&cx, true));
	end_context(&cx);
}

struct outcome {
	enum err err;
	char token[TOKEN_LENGTH + 1];
};

/* Each child redeems the token once, all at the same time, and stores its outcome. */
static void race_redemption(struct str token, struct blob cert, int racers, struct outcome *out)
{
	int *go = mmap(NULL, sizeof *go, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	for (int i = 0; i < racers; i++) {
		if (fork() != 0)
			continue;
		struct cx cx = new_context();
		struct str t = { "", 0 };
		bool enabled;
		(void)!federation_token_status(&cx, &enabled); /* connect before the race */
		while (!__atomic_load_n(go, __ATOMIC_SEQ_CST))
			usleep(200);
		out[i].err = redeem_token(&cx, token, cert, NONE, &t);
		if (out[i].err == OK)
			memcpy(out[i].token, t.s, t.n);
		_exit(0);
	}
	usleep(racers * 4000);
	__atomic_store_n(go, 1, __ATOMIC_SEQ_CST);
	for (int i = 0; i < racers; i++) /* other children keep running */
		wait(NULL);
	munmap(go, sizeof *go);
}

static int count_errors(const struct outcome *v, int n, enum err e)
{
	int found = 0;

	for (int i = 0; i < n; i++)
		found += v[i].err == e;
	return found;
}

static void test_races(struct outcome *out)
{
	for (int racers = 16; racers <= MOST; racers *= 2) {
		struct cx cx = new_context();
		struct blob cert;
		struct session *s =
		    open_session(&cx, arena_printf(cx.mem, "racer%d", racers), &cert);
		int right = 0;
		for (int r = 0; r < RACES; r++) {
			struct str token = issue_token(&cx, s);
			memset(out, 0, (size_t)racers * sizeof *out);
			race_redemption(token, cert, racers, out);
			bool open = false;
			for (int i = 0; i < racers; i++)
				open |=
				    out[i].err == OK && is_session_open(&cx, str_of(out[i].token));
			right += open && count_errors(out, racers, OK) == 1 &&
			    count_errors(out, racers, ERR_BAD_TOKEN) == racers - 1;
		}
		ok(right == RACES,
		    "%d processes, one token: one winner with a session that works, %d of %d times",
		    racers, right, RACES);
		end_context(&cx);
	}
}

/* The same test with tokens of a foreign server: only redeeming such a token makes its row. */
static void test_foreign_race(struct outcome *out)
{
	int *wins =
		mmap(NULL, sizeof *wins, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0),
	    right = 0;
	struct cx cx = new_context();

	(void)out;
	for (int r = 0; r < RACES; r++) {
		*wins = 0;
		for (int i = 0; i < 32; i++) {
			if (fork() != 0)
				continue;
			struct cx mine = new_context();
			uint8_t hash[TOKEN_HASH], key[ED25519_KEY] = { 1 };
			token_new(mine.mem, 's', hash);
			const struct redemption red = { .iss = STR("home.example"),
				.jti =
				    str_of(arena_printf(mine.mem, "jti-of-another-server-%d", r)),
				.attempt = { hash, TOKEN_HASH },
				.issued_at = mine.now,
				.expires_at = mine.now + 60,
				.fid = STR("ann@home.example"),
				.domain = STR("home.example"),
				.session_id = STR("phone"),
				.serial_text = STR("77"),
				.public_key = { key, ED25519_KEY },
				.cert = { key, ED25519_KEY },
				.not_after = mine.now + 60,
				.event = STR("{}") };
			struct redemption_result *d;
			for (int try = 0; try < 5; try++) {
				enum err e = q_federation_token_redeem_foreign(&mine, &red, &d);
				if (e == OK)
					__atomic_add_fetch(wins, d->opened, __ATOMIC_SEQ_CST);
				if (e != ERR_CONFLICT)
					break;
			}
			_exit(0);
		}
		while (wait(NULL) > 0)
			;
		right += *wins == 1;
	}
	ok(right == RACES, "32 processes, one token of another server: one winner, %d of %d times",
	    right, RACES);
	end_context(&cx);
}

/* Several processes redeem each token while connections are killed: at most one of them gets a
 * session, and if all are refused, the token is not used up. */
static void test_killed_connections(struct outcome *out)
{
	unsigned seed = (unsigned)clock_us();
	int doubles = 0, burnt = 0, won = 0, unknown = 0, dead = 0;
	struct cx cx = new_context();
	struct blob cert;
	struct session *s = open_session(&cx, "chaos", &cert);

	for (int i = 0; i < CHAOS; i++) {
		struct str token = issue_token(&cx, s);
		struct federation_token_item *t;
		size_t n;
		memset(out, 0, CHAOS_RACERS * sizeof *out);
		pid_t k = start_killer(
		    seed + (unsigned)i, "AND query LIKE '%redeemed_token%'", 4000, 12000);
		race_redemption(token, cert, CHAOS_RACERS, out);
		kill(k, SIGKILL);
		waitpid(k, NULL, 0);
		int winners = count_errors(out, CHAOS_RACERS, OK),
		    no = count_errors(out, CHAOS_RACERS, ERR_BAD_TOKEN);
		doubles += winners > 1;
		won += winners == 1;
		unknown += CHAOS_RACERS - winners - no;
		burnt += winners == 0 && no == CHAOS_RACERS;
		for (int j = 0; j < CHAOS_RACERS; j++)
			dead += out[j].err == OK && !is_session_open(&cx, str_of(out[j].token));
		must(&cx, federation_token_list(&cx, s->actor_id, &t, &n));
	}
	printf("# seed %u\n", seed);
	ok(doubles == 0,
	    "%d tokens, %d contenders each, connections ended under them: no double (%d won, %d "
	    "answers unknown)",
	    CHAOS, CHAOS_RACERS, won, unknown);
	ok(burnt == 0, "no token is used up when all were refused");
	ok(won + unknown >= CHAOS && won > 0, "every token has a winner or an unknown answer");
	ok(dead == 0, "every returned session token works");
	end_context(&cx);
}

int main(void)
{
	if (!open_home())
		return 0;
	create_identity();
	struct outcome *out = mmap(
	    NULL, MOST * sizeof *out, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	test_rules();
	test_bound_to_session();
	test_switch();
	test_races(out);
	test_foreign_race(out);
	test_killed_connections(out);
	conf_free(conf);
	return done();
}
