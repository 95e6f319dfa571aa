/* Issuing ID-Certs with a real database: the rules for session IDs and keys, one winner among many
 * processes, and issuing while connections are killed. Prints its N. */
#include "home.h"
#include "x509/der.h"
#include "x509/derw.h"
#include "text/encoding.h"
#include "crypto/token.h"
#include "core/actor.h"
#include "core/publish.h"
#include "core/session.h"
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

enum { RACERS = 16, RACES = 12, CHAOS = 400 };

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

static struct blob lit(const char *s, size_t n)
{
	return (struct blob){ (const uint8_t *)s, n };
}
#define LIT(s) lit(s, sizeof(s) - 1)

static struct blob rdn(struct arena *m, struct blob oid, uint8_t tag, const char *text)
{
	return derw(m, DER_SET,
	    derw(m, DER_SEQUENCE, derw(m, DER_OID, oid), derw(m, tag, lit(text, strlen(text)))));
}

/* Makes a CSR with a new key, for local@example.org and a session ID. */
static struct idcsr new_csr(struct cx *cx, const char *local, const char *session)
{
	struct arena *m = cx->mem;
	uint8_t seed[ED25519_SEED], key[ED25519_KEY], *sig = arena_alloc(m, 1 + ED25519_SIG);
	struct idcsr csr;

	must(cx, ed25519_new(cx, seed, key));
	struct blob name = derw(m, DER_SEQUENCE,
	    rdn(m, LIT("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x2c"), DER_UTF8, session),
	    rdn(m, LIT("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01"), DER_UTF8,
		arena_printf(m, "%s@example.org", local)),
	    rdn(m, LIT("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19"), DER_IA5, "org"),
	    rdn(m, LIT("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19"), DER_IA5, "example"),
	    rdn(m, LIT("\x55\x04\x03"), DER_UTF8, local));
	struct blob info = derw(m, DER_SEQUENCE, derw_integer(m, 0), name, ed25519_spki(m, key),
	    derw(m, DER_CONTEXT_OF, LIT("")));
	must(cx, ed25519_sign(cx, seed, info, sig + 1));
	struct blob der = derw(m, DER_SEQUENCE, info,
	    derw(m, DER_SEQUENCE, derw(m, DER_OID, LIT("\x2b\x65\x70"))),
	    derw(m, DER_BIT_STRING, (struct blob){ sig, 1 + ED25519_SIG }));
	must(cx, idcsr_read(cx, der, &csr));
	return csr;
}

static int64_t new_actor(struct cx *cx, const char *local)
{
	int64_t id = 0;

	must(cx, q_actor_insert(cx, str_of(local), STR("x"), false, &id));
	return id;
}

static enum err issue_cert(struct cx *cx, int64_t id, const char *local, const struct idcsr *csr,
    int64_t replaces, struct grant *g)
{
	const struct issue_request i = { id, str_of(local), csr, replaces };

	return issue_idcert(cx, &i, g);
}

static bool is_token_good(struct cx *cx, struct str token, struct session **s)
{
	return session_find(cx, token, false, s) == OK;
}

static void run_sql(const char *text)
{
	PGconn *pg = connect_as_owner();

	PQclear(PQexec(pg, text));
	PQfinish(pg);
}

static void test_rules(void)
{
	struct cx cx = new_context();
	int64_t bob = new_actor(&cx, "bob"), eve = new_actor(&cx, "eve");
	struct idcsr a = new_csr(&cx, "bob", "phone"), b = new_csr(&cx, "bob", "phone"),
		     c = new_csr(&cx, "bob", "laptop"), d = a, e = new_csr(&cx, "eve", "phone");
	struct grant g, h;
	struct session *s, *t;

	ok(issue_cert(&cx, bob, "bob", &a, 0, &g) == OK && is_token_good(&cx, g.token, &s),
	    "a new session");
	ok(str_is(s->session_id, "phone") && str_is(s->local_name, "bob"),
	    "has the session ID "
	    "and actor of the CSR");
	ok(issue_cert(&cx, bob, "bob", &b, 0, &h) == ERR_SESSION_ID_IN_USE,
	    "a session ID in use is refused: %s", cx.why.say);
	ok(issue_cert(&cx, bob, "bob", &a, 0, &h) == OK && str_eq(g.id_cert, h.id_cert),
	    "the same CSR again gets the same certificate");
	ok(!is_token_good(&cx, g.token, &t) && is_token_good(&cx, h.token, &s),
	    "with a new token that ends the old one");
	ok(issue_cert(&cx, bob, "bob", &c, 0, &g) == OK, "a second session");
	memcpy(d.key, c.key, sizeof d.key);
	d.der = str_blob(c.fid);
	ok(issue_cert(&cx, bob, "bob", &d, s->serial, &g) == ERR_KEY_IN_USE &&
		is_token_good(&cx, h.token, &t),
	    "a key that was certified before is refused: %s; nothing ended", cx.why.say);
	ok(issue_cert(&cx, eve, "eve", &a, 0, &g) == ERR_BAD_CSR, "another actor's CSR: %s",
	    cx.why.say);
	ok(issue_cert(&cx, eve, "eve", &e, 0, &g) == OK,
	    "another actor has session IDs of her own");
	ok(issue_cert(&cx, bob, "bob", &b, s->serial, &g) == OK, "a rotation");
	ok(!is_token_good(&cx, h.token, &t) && is_token_good(&cx, g.token, &t) &&
		t->serial != s->serial,
	    "ends the old token with the old certificate");
	struct idcsr f = new_csr(&cx, "bob", "phone");
	ok(issue_cert(&cx, bob, "bob", &f, s->serial, &g) == ERR_UNAUTHORIZED,
	    "an ended certificate cannot be replaced");
	run_sql(
	    "UPDATE idcert SET not_before = not_before - interval '1 year', not_after = now() - "
	    "interval '1 hour' WHERE session_id = 'laptop'");
	struct idcsr again = new_csr(&cx, "bob", "laptop");
	ok(issue_cert(&cx, bob, "bob", &again, 0, &g) == OK,
	    "an expired certificate frees its session ID");
	end_context(&cx);
}

static void test_key_rotation(void)
{
	struct cx cx = new_context(), other = new_context();
	int64_t id = new_actor(&cx, "kim");
	struct idcsr a = new_csr(&cx, "kim", "one");
	struct server_key *old, *new;
	struct grant g;

	must(&cx, identity_current(&cx, &old));
	int64_t before = old->serial;
	sleep(1);
	ok(identity_rotate(&other, &new) == OK && new->serial != before,
	    "another host rotates the server's key");
	cx.now = clock_now();
	ok(issue_cert(&cx, id, "kim", &a, 0, &g) == OK, "issuing notices it");
	must(&cx, identity_current(&cx, &old));
	ok(old->serial == new->serial, "and signs with the new key");
	struct published p;
	ok(publish_server(&cx, -1, true, &p) == OK && p.claim.serial == new->serial &&
		!p.claim.invalidated,
	    "the new key is published");
	ok(publish_server(&cx, new->not_before - 1, true, &p) == OK && p.claim.serial == before &&
		p.claim.invalidated,
	    "the old key is published for its time, as ended");
	end_context(&other);
	end_context(&cx);
}

/* Each child issues once and stores its outcome in shared memory. `session` NULL: each child
 * spells the same session ID in another way. */
static void run_race(
    const char *local, int64_t id, int64_t replaces, const char *session, enum err *out)
{
	static const char *const spellings[] = { "same id", "Same ID", " same  id", "SAME ID " };

	for (int i = 0; i < RACERS; i++) {
		if (fork() != 0)
			continue;
		struct cx cx = new_context();
		struct grant g;
		struct idcsr r = new_csr(&cx, local, session ? session : spellings[i % 4]);
		out[i] = issue_cert(&cx, id, local, &r, replaces, &g);
		_exit(0);
	}
	while (wait(NULL) > 0)
		;
}

static int count_errors(const enum err *v, enum err e)
{
	int n = 0;

	for (int i = 0; i < RACERS; i++)
		n += v[i] == e;
	return n;
}

static void test_races(void)
{
	enum err *out = mmap(
	    NULL, RACERS * sizeof *out, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int new_ok = 0, rotate_ok = 0;

	for (int r = 0; r < RACES; r++) {
		struct cx cx = new_context();
		const char *local = arena_printf(cx.mem, "racer%d", r + 1);
		int64_t id = new_actor(&cx, local);
		struct session_item *s;
		size_t n;
		run_race(local, id, 0, NULL, out);
		new_ok += count_errors(out, OK) == 1 &&
		    count_errors(out, ERR_SESSION_ID_IN_USE) == RACERS - 1;
		must(&cx, session_list(&cx, id, &s, &n));
		run_race(local, id, s->serial, str_z(cx.mem, s->session_id), out);
		rotate_ok +=
		    count_errors(out, OK) == 1 && count_errors(out, ERR_UNAUTHORIZED) == RACERS - 1;
		end_context(&cx);
	}
	ok(new_ok == RACES,
	    "%d at once for one session ID, however spelled: one wins, %d of %d times", RACERS,
	    new_ok, RACES);
	ok(rotate_ok == RACES, "%d rotations of one session at once: one wins, %d of %d times",
	    RACERS, rotate_ok, RACES);
}

/* Run `step` in a child while a transaction with `lock` is open for 200 ms; returns the child's
 * exit status. */
static int run_while_locked(const char *lock, int (*step)(struct cx *, void *), void *arg)
{
	PGconn *pg = connect_as_owner();
	int status = 0;

	PQclear(PQexec(pg, "BEGIN"));
	PGresult *r = PQexec(pg, lock);
	if (PQresultStatus(r) != PGRES_COMMAND_OK)
		printf("# %s\n", PQerrorMessage(pg));
	PQclear(r);
	pid_t p = fork();
	if (p == 0) {
		struct cx cx = new_context();
		_exit(step(&cx, arg));
	}
	usleep(200 * 1000);
	PQclear(PQexec(pg, "COMMIT"));
	PQfinish(pg);
	waitpid(p, &status, 0);
	return WEXITSTATUS(status);
}

struct ending {
	int64_t actor, serial;
	const char *local;
};

static int end_session(struct cx *cx, void *arg)
{
	const struct ending *what = arg;
	const struct session s = { .actor_id = what->actor };

	enum err e = session_end(cx, &s, STR("one"));
	if (e != OK)
		printf("# %s %s%s\n", err_name(e), cx->why.say, cx->why.log);
	return (int)e;
}

static int deactivate_actor(struct cx *cx, void *arg)
{
	const struct ending *e = arg;
	struct cx owner = new_owner_context();

	(void)cx;
	return (int)actor_deactivate(&owner, str_of(e->local));
}

/* A transaction locks the actor as issuing does, and rotates or issues; ending the session must
 * wait for this transaction and see its result. */
static void test_endings(void)
{
	struct cx cx = new_context();
	struct ending e = { .actor = new_actor(&cx, "ender"), .local = "ender" };
	struct idcsr a = new_csr(&cx, "ender", "one");
	struct session_item *s;
	struct grant g;
	size_t n;

	must(&cx, issue_cert(&cx, e.actor, "ender", &a, 0, &g));
	const char *rotate = arena_printf(cx.mem,
	    "SELECT FROM actor WHERE id = %lld FOR SHARE; UPDATE idcert SET live = false, "
	    "invalidated_at = now() WHERE actor_id = %lld AND live;"
	    "INSERT INTO serial_used VALUES (1234567890123456);"
	    "INSERT INTO idcert SELECT actor_id, 1234567890123456, session_id, server_serial, "
	    "sha256(public_key), csr_hash, cert, not_before, not_after "
	    "FROM idcert WHERE actor_id = %lld LIMIT 1",
	    (long long)e.actor, (long long)e.actor, (long long)e.actor);
	ok(run_while_locked(rotate, end_session, &e) == OK,
	    "a session is ended while it is being rotated");
	struct cert_filter all = { -1, -1, -1, { NULL, 0 } };
	struct cert_item *v;
	must(&cx, publish_list_certs(&cx, STR("ender"), &all, &v, &n));
	ok(n == 2 && v[0].invalidated_at && v[1].invalidated_at,
	    "all its certificates are revoked");
	const char *new = arena_printf(cx.mem,
	    "SELECT FROM actor WHERE id = %lld FOR SHARE; INSERT INTO serial_used VALUES "
	    "(1234567890123457);"
	    "INSERT INTO idcert SELECT actor_id, 1234567890123457, 'two', server_serial, "
	    "sha256(cert), csr_hash, cert, not_before, not_after "
	    "FROM idcert WHERE actor_id = %lld LIMIT 1",
	    (long long)e.actor, (long long)e.actor);
	ok(run_while_locked(new, deactivate_actor, &e) == OK,
	    "an actor is deactivated while a certificate is being issued");
	must(&cx, publish_list_certs(&cx, STR("ender"), &all, &v, &n));
	ok(n == 3 && v[0].invalidated_at && v[1].invalidated_at && v[2].invalidated_at,
	    "the new certificate is revoked too");
	must(&cx, session_list(&cx, e.actor, &s, &n));
	ok(n == 0, "and no session is left");
	end_context(&cx);
}

/* Many processes send the same CSR at once: all get the same certificate, and one token works. */
static void test_same_request(void)
{
	struct cx cx = new_context();
	int64_t id = new_actor(&cx, "same");
	struct idcsr a = new_csr(&cx, "same", "one");
	struct grant *g =
	    mmap(NULL, RACERS * 256, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char(*out)[256] = (void *)g;
	int good = 0, working = 0;

	for (int i = 0; i < RACERS; i++)
		if (fork() == 0) {
			struct cx mine = new_context();
			struct grant got;
			enum err e = issue_cert(&mine, id, "same", &a, 0, &got);
			snprintf(out[i], 256, "%s %.*s", err_name(e),
			    e == OK ? (int)got.token.n : 0, e == OK ? got.token.s : "");
			_exit(0);
		}
	while (wait(NULL) > 0)
		;
	for (int i = 0; i < RACERS; i++) {
		struct session *s;
		if (strncmp(out[i], "OK ", 3) != 0) {
			printf("# %s\n", out[i]);
			continue;
		}
		good++;
		working += is_token_good(&cx, str_of(out[i] + 3), &s);
	}
	ok(good == RACERS, "%d of %d who send the same request at once get its certificate", good,
	    RACERS);
	ok(working == 1, "one of their tokens works (%d)", working);
	end_context(&cx);
}

static void test_limits(void)
{
	struct cx cx = new_context();
	int64_t id = new_actor(&cx, "many");
	struct grant g;
	enum err e = OK;
	int n = 0;

	conf->sessions_per_actor = 3;
	for (; e == OK && n < 10; n++) {
		struct idcsr r = new_csr(&cx, "many", arena_printf(cx.mem, "s%d", n));
		e = issue_cert(&cx, id, "many", &r, 0, &g);
	}
	ok(e == ERR_TOO_MANY && n == 4, "a fourth session is refused: %s", cx.why.say);
	conf->sessions_per_actor = 100000;
	conf->rate_limit_idcerts = 4;
	struct idcsr f = new_csr(&cx, "many", "x"), h = new_csr(&cx, "many", "y");
	ok(issue_cert(&cx, id, "many", &f, 0, &g) == OK, "a fourth certificate within a day");
	ok(issue_cert(&cx, id, "many", &h, 0, &g) == ERR_RATE_LIMITED && cx.retry_after > 0,
	    "a fifth is refused: %s", cx.why.say);
	conf->rate_limit_idcerts = 100000;
	struct server_key *k;
	must(&cx, identity_current(&cx, &k));
	memcpy(h.key, k->key.p, sizeof h.key);
	e = issue_cert(&cx, id, "many", &h, 0, &g);
	ok(e != OK && err_status(e) != 401,
	    "nobody gets a certificate for the key of the server: %s %s", err_name(e), cx.why.log);
	end_context(&cx);
}

/* How long it takes now to connect and issue once: a process that kills connections more often
 * would let no issue succeed. */
static useconds_t time_one_cert(void)
{
	struct cx cx = new_context(), fresh = new_context();
	int64_t id = new_actor(&cx, "calm");
	struct idcsr r = new_csr(&cx, "calm", "s");
	struct grant g;
	int64_t began = clock_us();

	must(&fresh, issue_cert(&fresh, id, "calm", &r, 0, &g));
	int64_t us = clock_us() - began;
	end_context(&fresh);
	end_context(&cx);
	return (useconds_t)us;
}

static bool has_session(struct cx *cx, int64_t id, const char *session)
{
	struct session_item *v;
	size_t n;

	must(cx, session_list(cx, id, &v, &n));
	for (size_t i = 0; i < n; i++)
		if (str_is(v[i].session_id, session))
			return true;
	return false;
}

static enum err log_in(
    struct cx *cx, int64_t id, const char *local, const char *session, const char *ends)
{
	struct idcsr r = new_csr(cx, local, session);
	const struct issue_request i = { .actor_id = id,
		.local = str_of(local),
		.csr = &r,
		.by_password = true,
		.ends = { ends, ends ? strlen(ends) : 0 } };
	struct grant g;

	return issue_idcert(cx, &i, &g);
}

/* A log-in succeeds, even if somebody with a session token got ID-Certs up to the limit. */
static void test_log_in_limits(void)
{
	struct cx cx = new_context();
	int64_t id = new_actor(&cx, "owner");
	struct session *s;
	struct grant g;

	conf->rate_limit_idcerts = 4;
	struct idcsr r = new_csr(&cx, "owner", "stolen");
	must(&cx, issue_cert(&cx, id, "owner", &r, 0, &g));
	enum err e = OK;
	for (int i = 0; e == OK && i < 9; i++) {
		must(&cx, session_find(&cx, g.token, false, &s));
		r = new_csr(&cx, "owner", "stolen");
		e = issue_cert(&cx, id, "owner", &r, s->serial, &g);
	}
	ok(e == ERR_RATE_LIMITED && log_in(&cx, id, "owner", "phone", NULL) == OK,
	    "rotations by token are used up; the password gets in");
	conf->sessions_per_actor = 3;
	must(&cx, log_in(&cx, id, "owner", "desk", NULL));
	/* This session was renewed just now, but it was opened first. */
	run_sql("UPDATE idcert SET not_before = not_before - interval '1 hour' WHERE NOT live AND "
		"session_id = 'stolen'");
	ok(log_in(&cx, id, "owner", "new", NULL) == OK && !has_session(&cx, id, "stolen") &&
		has_session(&cx, id, "phone") && has_session(&cx, id, "new"),
	    "too many sessions: the oldest ends");
	ok(log_in(&cx, id, "owner", "last", "desk") == OK && !has_session(&cx, id, "desk") &&
		has_session(&cx, id, "phone") && has_session(&cx, id, "last"),
	    "or the one that the log-in names");
	ok(log_in(&cx, id, "owner", "none", NULL) == ERR_RATE_LIMITED &&
		has_session(&cx, id, "phone"),
	    "log-ins have a limit of their own: %s; nothing has ended", cx.why.say);
	conf->sessions_per_actor = conf->rate_limit_idcerts = 100000;
	end_context(&cx);
}

static void test_killed_connections(void)
{
	struct cx cx = new_context();
	int64_t id = new_actor(&cx, "chaos");
	int refused = 0, done = 0, kept = 0, open = 0;
	struct grant *g = calloc(CHAOS, sizeof *g);
	struct arena *keep = arena_new(64 << 20);
	useconds_t us = time_one_cert();
	pid_t k = start_killer(1, "", 20000 + us, 60000 + 4 * us);

	for (int i = 0; i < CHAOS; i++) {
		struct idcsr r = new_csr(&cx, "chaos", arena_printf(cx.mem, "s%d", i));
		enum err e = ERR_RETRY;
		struct grant got = { { NULL, 0 }, { NULL, 0 } };
		for (int try = 0; try < 1000 && e != OK; try++) {
			cx.now = clock_now();
			e = issue_cert(&cx, id, "chaos", &r, 0, &got);
			if (e != OK && err_status(e) != 503)
				break;
			refused += e != OK;
			usleep(e == OK ? 0 : 20 * 1000);
		}
		done += e == OK;
		if (e != OK)
			printf("# %s %s%s\n", err_name(e), cx.why.say, cx.why.log);
		g[i] = (struct grant){ { arena_dup(keep, got.id_cert.s, got.id_cert.n),
					   got.id_cert.n },
			{ arena_dup(keep, got.token.s, got.token.n), got.token.n } };
		arena_reset(cx.mem);
	}
	kill(k, SIGKILL);
	waitpid(k, NULL, 0);
	usleep(300 * 1000);
	ok(done == CHAOS,
	    "%d certificates issued while connections were ended (%d times asked again)", done,
	    refused);
	struct cert_filter all = { -1, -1, -1, { NULL, 0 } };
	struct cert_item *v;
	size_t n;
	must(&cx, publish_list_certs(&cx, STR("chaos"), &all, &v, &n));
	ok(n == CHAOS, "%zu rows: none twice, none without its certificate", n);
	struct str *pems = arena_alloc(keep, n * sizeof *pems + 1);
	for (size_t j = 0; j < n; j++)
		pems[j] = pem_encode(keep, "CERTIFICATE", v[j].cert);
	for (int i = 0; i < CHAOS; i++) {
		struct session *s;
		open += is_token_good(&cx, g[i].token, &s);
		for (size_t j = 0; j < n; j++)
			kept += str_eq(g[i].id_cert, pems[j]);
	}
	ok(kept == CHAOS, "%d certificates that left are in the store, byte for byte", kept);
	ok(open == CHAOS, "%d tokens that left work", open);
	free(g);
	arena_free(keep);
	end_context(&cx);
}

/* Nothing is signed when the configured domain differs from that of the identity key. */
static void test_another_domain(void)
{
	const char *ours = conf->domain;
	struct cx cx = new_context();
	struct server_key *k;

	conf->domain = "example.com";
	identity_forget_unless(0);
	ok(err_status(identity_current(&cx, &k)) == 503 &&
		strstr(cx.why.log, "belongs to example.org"),
	    "with another domain nothing is signed: %s", cx.why.log);
	ok(err_status(identity_at(&cx, -1, &k)) == 503, "nor is the key published for that domain");
	ok(identity_stored(&cx, &k) == OK && err_status(identity_check_secret(&cx, k)) == 503,
	    "an operator can read the key and gets the error");
	conf->domain = ours;
	ok(identity_current(&cx, &k) == OK && identity_check_secret(&cx, k) == OK,
	    "with the right domain it signs again");
	end_context(&cx);
}

/* A worker keeps 1024 statements of each form. Statements that share a slot must not get each
 * other's signature. */
static void test_kept_signatures(void)
{
	enum { CLAIMS = 3072 };
	int right = 0;

	for (int i = 0; i < 2 * CLAIMS; i++) {
		struct cx cx = new_context();
		struct server_key *k;
		uint8_t sig[ED25519_SIG];
		must(&cx, identity_current(&cx, &k));
		struct ca_key signer = identity_signer(k);
		struct published p =
		    publish_claim(&cx, (struct blob){ NULL, 0 }, SERIAL_MIN + i % CLAIMS, 0, i % 2);
		must(&cx, publish_sign(&cx, &p, 1));
		must(&cx, cx.ca->sign_cache(&cx, cx.ca, &signer, &p.claim, 1, sig));
		right += memcmp(sig, p.sig, sizeof sig) == 0;
		end_context(&cx);
	}
	ok(right == 2 * CLAIMS, "%d of %d statements have their own signature", right, 2 * CLAIMS);
}

int main(void)
{
	struct server_key *k;

	if (!open_home())
		return 0;
	conf->rate_limit_idcerts = 100000;
	conf->sessions_per_actor = 100000;
	struct cx cx = new_context();
	skew = 300;
	must(&cx, identity_create(&cx, &k));
	skew = 0;
	ok(k->not_before <= clock_now() && k->not_before > clock_now() - 60,
	    "the first key starts by the database's clock");
	ok(identity_create(&cx, &k) == ERR_CONFLICT, "a second first key is refused: %s",
	    cx.why.say);
	end_context(&cx);
	test_rules();
	test_key_rotation();
	test_races();
	test_endings();
	test_another_domain();
	test_same_request();
	test_limits();
	test_log_in_limits();
	test_killed_connections();
	test_kept_signatures();
	conf_free(conf);
	return done();
}
