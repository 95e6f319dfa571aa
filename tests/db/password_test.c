/* Passwords with a real database: rate limits after wrong passwords, the limit on parallel hashing,
 * and renewal of old hashes. */
#include "member.h"
#include "crypto/hash.h"
#include "core/password.h"
#include "crypto/passwd.h"
#include "shm/gate.h"
#include "store/q_throttle.h"
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define PASSWORD STR("correct horse battery")
#define WRONG STR("wrong horse battery")

static void register_actor(struct cx *cx, const char *local)
{
	int64_t id;

	must(cx, actor_add(cx, str_of(local), PASSWORD, false, &id));
}

/* A child that holds a hashing slot until it is killed. */
static pid_t start_gate_holder(struct gate *g)
{
	int fd[2];
	char c = 0;
	pid_t p;

	if (pipe(fd) != 0 || (p = fork()) < 0)
		exit(1);
	if (p == 0) {
		if (!gate_enter(g, 1000) || write(fd[1], &c, 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	if (read(fd[0], &c, 1) != 1)
		exit(1);
	close(fd[0]);
	close(fd[1]);
	return p;
}

static void test_busy_gate(void)
{
	struct cx cx = new_context();
	struct gate *g = gate_new("/nonexistent", 1);
	int64_t id;
	struct str phc;

	register_actor(&cx, "taken");
	pid_t p = start_gate_holder(g);
	cx.gate = g;
	conf->login_patience = 1;
	int64_t t = clock_us();
	ok(password_hash_new(&cx, PASSWORD, &phc) == ERR_RETRY && !cx.hash_queued &&
		clock_us() - t >= 1000000 && cx.retry_after == 1,
	    "no place to hash at: said after login_patience, with when to come again");
	cx.hash_turn = HASH_GIVES_UP;
	ok(password_hash_new(&cx, PASSWORD, &phc) == ERR_RETRY && !cx.hash_queued,
	    "at once if it has waited in the queue");
	cx.hash_turn = HASH_TRIES;
	ok(password_hash_new(&cx, PASSWORD, &phc) == ERR_RETRY && cx.hash_queued,
	    "or it is queued");
	ok(actor_add(&cx, STR("taken"), PASSWORD, false, &id) == ERR_FID_TAKEN,
	    "that a name is taken is known without hashing");
	ok(actor_add(&cx, STR("free"), PASSWORD, false, &id) == ERR_RETRY,
	    "a name that is free needs it");
	kill(p, SIGKILL);
	waitpid(p, NULL, 0);
	ok(password_hash_new(&cx, PASSWORD, &phc) == OK,
	    "and there is a place again when its holder is gone");
	cx.hash_turn = HASH_QUEUES;
	ok(password_hash_new(&cx, PASSWORD, &phc) == ERR_RETRY && cx.hash_queued,
	    "but not before those that have come before");
	ok(gate_enter(g, 0), "whose worker takes a place");
	cx.hash_turn = HASH_HAS_SLOT;
	ok(password_hash_new(&cx, PASSWORD, &phc) == OK && gate_enter(g, 0) &&
		cx.hash_turn == HASH_WAITS,
	    "and gives it back; from here on it would wait");
	gate_free(g);
	end_context(&cx);
}

static enum err try_password(
    struct cx *cx, struct str local, const char *who, const char *address, struct str password)
{
	struct actor_login *l;

	must(cx, q_actor_login(cx, local, &l));
	const struct password_try t = { local, who ? str_of(who) : local, str_of(address), password,
		l->password, ERR_BAD_CREDENTIALS };
	cx->retry_after = 0;
	return password_check(cx, &t);
}

static void test_strangers(void)
{
	const struct str owner = STR("owner");
	struct cx cx = new_context();
	int n;
	enum err e = OK;

	register_actor(&cx, "owner");
	conf->rate_limit = true;
	conf->rate_limit_failures = 3;
	for (n = 0; n < 10 && e != ERR_RATE_LIMITED; n++)
		e = try_password(
		    &cx, owner, NULL, arena_printf(cx.mem, "2001:db8:0:1::%x", n + 1), WRONG);
	ok(n == 4 && cx.retry_after > 0, "one /64 is one address: try %d has to wait", n);
	ok(try_password(&cx, owner, NULL, "2001:db8:0:2::1", WRONG) == ERR_BAD_CREDENTIALS,
	    "another /64 is another one");
	ok(try_password(&cx, STR("nobody"), NULL, "2001:db8:0:1::1", WRONG) == ERR_BAD_CREDENTIALS,
	    "and another name another one");
	conf->rate_limit_failures = 1;
	ok(try_password(&cx, owner, NULL, "203.0.113.5", PASSWORD) == OK, "the owner logs in");
	run_sql(&cx, "DELETE FROM throttle WHERE tat < now() + interval '1 day'");
	for (n = 0; n < 3; n++)
		ok(try_password(&cx, owner, NULL, arena_printf(cx.mem, "2001:db8:1:%x::1", n),
		       WRONG) == ERR_BAD_CREDENTIALS,
		    "a stranger is wrong");
	/* One wrong try uses up 3600 s of the counter of its address and 72 s of the counter that
	 * all addresses share. */
	ok(sql_number(
	       &cx, "SELECT round(extract(epoch FROM min(tat) - now()) / 72) FROM throttle") == 3,
	    "what all share has counted %d", n);
	run_sql(&cx,
	    "UPDATE throttle SET tat = now() + interval '1 hour' WHERE tat < now() + interval '30 "
	    "minutes'");
	ok(try_password(&cx, owner, NULL, "198.51.100.8", WRONG) == ERR_RATE_LIMITED,
	    "after fifty of them all strangers have to wait: %s", cx.why.say);
	ok(try_password(&cx, owner, NULL, "198.51.100.7", PASSWORD) == ERR_RATE_LIMITED,
	    "also one who has the password");
	ok(try_password(&cx, owner, NULL, "203.0.113.5", PASSWORD) == OK,
	    "not where the owner was lately");
	ok(try_password(&cx, owner, NULL, "203.0.113.5", WRONG) == ERR_BAD_CREDENTIALS,
	    "a wrong one counts there, too");
	ok(try_password(&cx, owner, NULL, "203.0.113.5", PASSWORD) == ERR_RATE_LIMITED, "%s",
	    cx.why.say);
	ok(try_password(&cx, owner, "17:laptop", "198.51.100.7", PASSWORD) == OK,
	    "what a session does is counted for it alone");
	ok(try_password(&cx, owner, "17:laptop", "198.51.100.7", WRONG) == ERR_BAD_CREDENTIALS &&
		try_password(&cx, owner, "17:laptop", "198.51.100.7", PASSWORD) == ERR_RATE_LIMITED,
	    "and it is counted");
	run_sql(&cx, "UPDATE throttle SET tat = tat - interval '29 days'");
	ok(sql_number(&cx, "SELECT count(*) FROM throttle WHERE tat > now()") == 2,
	    "an owner is no stranger for a month");
	run_sql(&cx, "DELETE FROM throttle");
	for (n = 0; n < 2; n++)
		must(&cx,
		    try_password(
			&cx, owner, NULL, arena_printf(cx.mem, "192.0.2.%d", n), PASSWORD));
	ok(sql_number(&cx, "SELECT count(*) FROM throttle WHERE tat < now() + interval '1 day'") ==
		0,
	    "right ones use nothing up");
	run_sql(&cx, "DELETE FROM throttle");
	conf->rate_limit = false;
	end_context(&cx);
}

static enum err count_try(struct cx *cx, int who, int64_t burst, int64_t *wait)
{
	const uint8_t key[HASH_BYTES] = { (uint8_t)who, (uint8_t)(who >> 8) },
		      none[HASH_BYTES] = { 0xff, 0xff };
	const struct throttle_budget own = { { key, HASH_BYTES }, 1000, burst },
				     shared = { { none, HASH_BYTES }, 1000, 1 };

	return q_throttle_try(cx, &own, &shared, shared.key, wait);
}

/* A later attempt, of whatever client, deletes expired counters. */
static void test_throttle_growth(void)
{
	enum { STRANGERS = 200, LATER = 60 };
	struct cx cx = new_context();
	int64_t wait;

	for (int i = 0; i < STRANGERS + LATER; i++) {
		if (i == STRANGERS)
			run_sql(&cx, "UPDATE throttle SET tat = tat - interval '1 day'");
		must(&cx, count_try(&cx, i, 10, &wait));
	}
	ok(sql_number(&cx, "SELECT count(*) FROM throttle") == LATER,
	    "%d keys that are over are gone after %d others: %ld are left", STRANGERS, LATER,
	    sql_number(&cx, "SELECT count(*) FROM throttle"));
	run_sql(&cx, "UPDATE throttle SET tat = tat - interval '1 day'");
	must(&cx, count_try(&cx, STRANGERS, 1, &wait));
	ok(wait == 0, "one that is over may come again");
	must(&cx, count_try(&cx, STRANGERS, 1, &wait));
	ok(wait == 1, "and then has to wait");
	ok(sql_number(&cx,
	       "SELECT count(*) FROM pg_indexes WHERE tablename = 'throttle' AND indexdef LIKE "
	       "'%(tat)'") == 1,
	    "there is an index to find them by");
	run_sql(&cx, "DELETE FROM throttle");
	end_context(&cx);
}

/* A hash with older parameters (RFC 7914, 12) is renewed at log-in, unless the password was
 * changed at the same time. */
static void test_rehash(void)
{
	static const char *const phc =
	    "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/"
	    "2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw";
	const struct str old = STR("old"), password = STR("pleaseletmein");
	struct cx cx = new_context();
	const struct password_try t = { old, old, STR("192.0.2.1"), password, str_of(phc),
		ERR_BAD_CREDENTIALS };
	int64_t id;

	must(&cx, q_actor_insert(&cx, old, str_of(phc), false, &id));
	run_sql(&cx, "REVOKE UPDATE (password) ON actor FROM motet");
	ok(password_check(&cx, &t) == OK &&
		sql_number(&cx, "SELECT count(*) FROM actor WHERE password LIKE '%p=1$U29k%'") == 1,
	    "a log-in does not fail because its password could not be hashed anew");
	run_sql(&cx, "GRANT UPDATE (password) ON actor TO motet");
	ok(password_check(&cx, &t) == OK &&
		sql_number(&cx,
		    "SELECT count(*) FROM actor WHERE local_name = 'old' AND password LIKE "
		    "'$argon2id$v=19$m=19456,t=2,p=1$%'") == 1,
	    "scrypt is replaced by Argon2id");
	ok(try_password(&cx, old, NULL, "192.0.2.1", password) == OK,
	    "and the password is the same");
	must(&cx, q_actor_set_password(&cx, old, STR("changed"), &id));
	ok(password_check(&cx, &t) == OK &&
		sql_number(&cx, "SELECT count(*) FROM actor WHERE password = 'changed'") == 1,
	    "who changes it at the same moment has changed it");
	end_context(&cx);
}

static enum err try_nils(struct cx *cx, struct str password)
{
	return try_password(cx, STR("nils"), NULL, "192.0.2.1", password);
}

/* Typed on another keyboard: other octets, the same password (RFC 8265). */
static void test_prepared_password(void)
{
	static const char nfc[] = "p\u00e5ssw\u00f6rd lang",
			  nfd[] = "pa\u030asswo\u0308rd\u00a0lang";
	struct cx cx = new_context();
	struct str phc;
	int64_t id;

	must(&cx, actor_add(&cx, STR("nils"), str_of(nfd), false, &id));
	ok(try_nils(&cx, str_of(nfc)) == OK && try_nils(&cx, str_of(nfd)) == OK,
	    "registered in one form, either logs in: %s", cx.why.say);
	ok(try_nils(&cx, STR("passwort lang")) == ERR_BAD_CREDENTIALS, "another does not");
	ok(actor_add(&cx, STR("nele"), STR("line\nbreak in it"), false, &id) == ERR_BAD_REQUEST &&
		strstr(cx.why.say, "control characters"),
	    "a line break is refused: %s", cx.why.say);
	ok(actor_add(&cx, STR("nele"), STR("\u00e4\u00e4\u00e4"), false, &id) == ERR_BAD_REQUEST,
	    "octets count, not accents");
	/* Earlier releases stored the hash of the octets as they were sent. */
	must(&cx, passwd_hash(&cx, str_of(nfd), &phc));
	run_sql(&cx,
	    arena_printf(cx.mem, "UPDATE actor SET password = '%s' WHERE local_name = 'nils'",
		str_z(cx.mem, phc)));
	ok(try_nils(&cx, str_of(nfc)) == ERR_BAD_CREDENTIALS,
	    "a hash of earlier releases is of the octets that were sent");
	ok(try_nils(&cx, str_of(nfd)) == OK, "which still log in");
	ok(try_nils(&cx, str_of(nfc)) == OK, "and from then on any form");
	must(&cx, passwd_hash(&cx, STR("line\nbreak in it"), &phc));
	run_sql(&cx,
	    arena_printf(cx.mem, "UPDATE actor SET password = '%s' WHERE local_name = 'nils'",
		str_z(cx.mem, phc)));
	ok(try_nils(&cx, STR("line\nbreak in it")) == OK &&
		try_nils(&cx, STR("line\nbreak in it")) == OK,
	    "so does one that could not be registered now");
	end_context(&cx);
}

int main(void)
{
	if (!open_test_home())
		return 0;
	test_busy_gate();
	test_throttle_growth();
	test_strangers();
	test_rehash();
	test_prepared_password();
	conf_free(conf);
	return done();
}
