/*
 * Second factors with a real database: each code and recovery code works once, and attempts are
 * counted exactly, also in parallel. N clients with their own connections start at the same time.
 */
#include "member.h"
#include "core/second_factor.h"
#include <pthread.h>
#include <unistd.h>

enum { MOST = 64 };
static pthread_barrier_t gate;
static unsigned seed;

struct runner {
	pthread_t thread;
	struct cx cx;
	enum err (*act)(struct cx *, int i);
	int i;
	enum err e;
};

static void *run_client(void *arg)
{
	struct runner *r = arg;
	struct actor_login *l;

	must(&r->cx, q_actor_login(&r->cx, STR("nobody"), &l)); /* connected */
	pthread_barrier_wait(&gate);
	usleep((unsigned)r->i * (seed % 97));
	r->e = r->act(&r->cx, r->i);
	return NULL;
}

/* Runs n clients at once; counts[e] is how many ended with error e. */
static void run_race(int n, enum err (*act)(struct cx *, int), int counts[ERR_COUNT])
{
	static struct runner r[MOST];

	memset(counts, 0, ERR_COUNT * sizeof counts[0]);
	pthread_barrier_init(&gate, NULL, (unsigned)n);
	for (int i = 0; i < n; i++) {
		r[i] = (struct runner){ .cx = new_context(), .act = act, .i = i };
		if (pthread_create(&r[i].thread, NULL, run_client, &r[i]) != 0)
			exit(1);
	}
	for (int i = 0; i < n; i++) {
		pthread_join(r[i].thread, NULL);
		counts[r[i].e]++;
		end_context(&r[i].cx);
	}
	pthread_barrier_destroy(&gate);
}

/* The actor of these tests, with the secret and recovery codes that enrolment returned. */
static int64_t actor;
static struct blob sealed;
static uint8_t secret[TOTP_SECRET];
static struct str codes[SECOND_FACTOR_CODES];
static char typed[MOST][24]; /* what each client of a race sends */

static const struct second_factor_caller *test_caller(void)
{
	static struct second_factor_caller p;

	p = (struct second_factor_caller){ actor, STR("laptop"), STR("alice"), STR("192.0.2.1") };
	return &p;
}

static void decode_base32(struct str text, uint8_t *out)
{
	uint32_t v = 0;
	int bits = 0;

	for (size_t i = 0; i < text.n; i++) {
		v = v << 5 | (uint32_t)(text.s[i] >= 'A' ? text.s[i] - 'A' : text.s[i] - '2' + 26);
		if ((bits += 5) >= 8)
			*out++ = (uint8_t)(v >> (bits -= 8));
	}
}

static const char *make_code(struct cx *cx, int64_t step)
{
	return arena_printf(cx->mem, "%06u", totp_code(secret, step));
}

/* Waits until the current step has at least 4 s left, and returns it. */
static int64_t safe_step(void)
{
	while (clock_now() % TOTP_STEP > TOTP_STEP - 4)
		usleep(100000);
	return clock_now() / TOTP_STEP;
}

static void enrol_actor(struct cx *cx)
{
	static uint8_t kept[128];
	struct second_factor_secret s;
	struct second_factor_row *t;

	must(cx, second_factor_enrol(cx, actor, STR("alice"), &s));
	decode_base32(s.text, secret);
	must(cx, second_factor_find(cx, actor, &t));
	memcpy(kept, t->sealed.p, t->sealed.n);
	sealed = (struct blob){ kept, t->sealed.n };
}

static enum err confirm_code(struct cx *cx, int i)
{
	struct str mine[SECOND_FACTOR_CODES];

	return second_factor_confirm(cx, test_caller(), str_of(typed[i]), mine);
}

static enum err try_code_from(struct cx *cx, int i, const char *address)
{
	const struct second_factor_try t = { actor, sealed, STR("alice"), str_of(address),
		str_of(typed[i]), ERR_BAD_CODE, "code", "wrong" };

	cx->retry_after = 0;
	return second_factor_check(cx, &t);
}

static enum err try_from_one_address(struct cx *cx, int i)
{
	return try_code_from(cx, i, "192.0.2.1");
}

/* Each client has its own address. */
static enum err try_from_many_addresses(struct cx *cx, int i)
{
	return try_code_from(cx, i, arena_printf(cx->mem, "198.51.100.%d", i + 1));
}

static void set_all_codes(const char *code)
{
	for (int i = 0; i < MOST; i++)
		snprintf(typed[i], sizeof typed[i], "%s", code);
}

static void test_confirmation(struct cx *cx)
{
	int n[ERR_COUNT];

	enrol_actor(cx);
	set_all_codes(make_code(cx, safe_step()));
	run_race(16, confirm_code, n);
	ok(n[OK] == 1 && n[ERR_CONFLICT] == 15, "16 confirm at once: %d did", n[OK]);
	ok(sql_number(cx, "SELECT count(*) FROM totp_recovery") == SECOND_FACTOR_CODES,
	    "there is one set of recovery codes");
	ok(try_from_one_address(cx, 0) == ERR_USED_CODE, "the code is used up by that");
	must(cx, second_factor_renew_codes(cx, test_caller(), codes));
}

static void test_one_winner(struct cx *cx)
{
	static const int sizes[] = { 16, 32, 64 };
	int n[ERR_COUNT];

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		run_sql(cx, "UPDATE totp SET last_step = 0");
		set_all_codes(make_code(cx, safe_step()));
		run_race(sizes[i], try_from_many_addresses, n);
		ok(n[OK] == 1 && n[ERR_USED_CODE] == sizes[i] - 1,
		    "seed %u, N = %d with one code: %d got in", seed, sizes[i], n[OK]);
	}
	snprintf(typed[0], sizeof typed[0], "%s", make_code(cx, safe_step() - 1));
	ok(try_from_one_address(cx, 0) == ERR_USED_CODE, "an earlier code is used up too");
	snprintf(typed[0], sizeof typed[0], "%s", make_code(cx, safe_step() + 1));
	ok(try_from_one_address(cx, 0) == OK && try_from_one_address(cx, 0) == ERR_USED_CODE,
	    "the next code works once");
}

/* Clients send codes of two steps at once: each code works once, and the code of the earlier step
 * does not work after that of the later step. */
static void test_two_codes(struct cx *cx)
{
	int n[ERR_COUNT];

	run_sql(cx, "UPDATE totp SET last_step = 0");
	int64_t step = safe_step();
	for (int i = 0; i < MOST; i++)
		snprintf(typed[i], sizeof typed[i], "%s", make_code(cx, step + i % 2));
	run_race(48, try_from_many_addresses, n);
	ok(n[OK] >= 1 && n[OK] <= 2 && n[OK] + n[ERR_USED_CODE] == 48,
	    "seed %u, N = 48 with two codes: %d got in", seed, n[OK]);
	ok(sql_number(cx, "SELECT last_step FROM totp") == step + 1, "only later codes are left");
}

static void test_recovery_codes(struct cx *cx)
{
	int n[ERR_COUNT];

	for (int i = 0; i < MOST; i++)
		snprintf(typed[i], sizeof typed[i], "%.*s", (int)codes[i % 4].n, codes[i % 4].s);
	run_race(MOST, try_from_many_addresses, n);
	ok(n[OK] == 4 && n[ERR_USED_CODE] == MOST - 4,
	    "seed %u, N = %d with four recovery codes: %d got in", seed, MOST, n[OK]);
	ok(sql_number(cx, "SELECT count(*) FROM totp_recovery WHERE used_at IS NULL") ==
		SECOND_FACTOR_CODES - 4,
	    "the other recovery codes are unused");
	snprintf(typed[0], sizeof typed[0], "%.*s", (int)codes[9].n, codes[9].s);
	must(cx, second_factor_renew_codes(cx, test_caller(), codes));
	ok(try_from_one_address(cx, 0) == ERR_BAD_CODE, "new recovery codes replace the old ones");
	ok(sql_number(cx, "SELECT count(*) FROM totp_recovery") == SECOND_FACTOR_CODES,
	    "all of them");
	snprintf(typed[0], sizeof typed[0], "%.*s", (int)codes[0].n, codes[0].s);
	run_sql(cx, "UPDATE totp_recovery SET actor_id = actor_id");
	const struct second_factor_try other = { actor + 1, sealed, STR("bob"), STR("192.0.2.1"),
		str_of(typed[0]), ERR_BAD_CODE, "code", "wrong" };
	ok(second_factor_check(cx, &other) == ERR_BAD_CODE && try_from_one_address(cx, 0) == OK,
	    "a recovery code works for its actor only");
}

static enum err renew_codes(struct cx *cx, int i)
{
	struct str mine[SECOND_FACTOR_CODES];

	(void)i;
	return second_factor_renew_codes(cx, test_caller(), mine);
}

static void test_renewals(struct cx *cx)
{
	int n[ERR_COUNT];

	run_race(16, renew_codes, n);
	ok(n[OK] == 16 &&
		sql_number(cx, "SELECT count(*) FROM totp_recovery") == SECOND_FACTOR_CODES,
	    "16 renew them at once: one set is left");
}

/* A code that is not the code of any step near the current one. */
static const char *make_bad_code(struct cx *cx)
{
	const int64_t step = clock_now() / TOTP_STEP;
	uint32_t v = 0;

	for (int64_t s = step - 3; s < step + 4; s++)
		if (totp_code(secret, s) == v) {
			v++;
			s = step - 4;
		}
	return arena_printf(cx->mem, "%06u", v);
}

static void test_guessing(struct cx *cx)
{
	int n[ERR_COUNT];

	conf->rate_limit = true;
	run_sql(cx, "DELETE FROM throttle; UPDATE totp SET last_step = 0");
	set_all_codes(make_bad_code(cx));
	run_race(MOST, try_from_many_addresses, n);
	ok(n[ERR_BAD_CODE] == 8 && n[ERR_RATE_LIMITED] == MOST - 8,
	    "seed %u, N = %d guesses at once from as many addresses: %d were looked at", seed, MOST,
	    n[ERR_BAD_CODE]);
	snprintf(typed[0], sizeof typed[0], "%s", make_code(cx, safe_step()));
	ok(try_code_from(cx, 0, "203.0.113.9") == ERR_RATE_LIMITED && cx->retry_after > 0 &&
		cx->retry_after <= 3600,
	    "then unknown addresses are limited: %s", cx->why.say);
	must(cx, second_factor_renew_codes(cx, test_caller(), codes));
	snprintf(typed[1], sizeof typed[1], "%.*s", (int)codes[0].n, codes[0].s);
	ok(try_code_from(cx, 1, "203.0.113.9") == OK, "a recovery code is not limited");
	run_sql(cx, "UPDATE throttle SET tat = tat - interval '61 minutes'");
	ok(try_code_from(cx, 0, "203.0.113.9") == OK,
	    "after an hour there is one more, and the right one sets it back");
	run_sql(cx, "UPDATE totp SET last_step = 0");
	set_all_codes(make_bad_code(cx));
	run_race(MOST, try_from_many_addresses, n);
	ok(n[ERR_BAD_CODE] == 8, "unknown addresses exhaust theirs again");
	snprintf(typed[0], sizeof typed[0], "%s", make_code(cx, safe_step()));
	ok(try_code_from(cx, 0, "203.0.113.9") == OK, "a known address still gets in");
	set_all_codes(make_bad_code(cx));
	run_race(MOST, try_from_one_address, n);
	ok(n[ERR_RATE_LIMITED] == MOST, "an unknown address does not");
	int at_home = 0;
	while (at_home < 20 && try_code_from(cx, 0, "203.0.113.9") == ERR_BAD_CODE)
		at_home++;
	ok(at_home == 8, "attempts from a known address count: %d", at_home);
	snprintf(typed[0], sizeof typed[0], "no code at all");
	ok(try_code_from(cx, 0, "203.0.113.10") == ERR_BAD_CODE, "a malformed code is not counted");
	ok(sql_number(cx,
	       "SELECT round(sum(extract(epoch FROM tat - now()) / 3600)) FROM throttle WHERE tat "
	       "< now() + interval '1 day'") == 16,
	    "an attempt costs an hour");
	run_sql(cx, "DELETE FROM throttle");
	conf->rate_limit = false;
}

/* A code that is sent again counts as an attempt, and does not reset the counter. */
static void test_replay(struct cx *cx)
{
	int wrong = 0, used = 0;

	conf->rate_limit = true;
	run_sql(cx, "DELETE FROM throttle; UPDATE totp SET last_step = 0");
	snprintf(typed[0], sizeof typed[0], "%s", make_code(cx, safe_step()));
	snprintf(typed[1], sizeof typed[1], "%s", make_bad_code(cx));
	ok(try_code_from(cx, 0, "192.0.2.1") == OK, "the owner logs in");
	for (int i = 0; i < 40; i++) {
		enum err e = try_code_from(cx, i % 5 != 4, "203.0.113.77");
		wrong += e == ERR_BAD_CODE;
		used += e == ERR_USED_CODE;
	}
	ok(wrong + used == 8 && used > 0,
	    "a used code between guesses gives no more of them: %d wrong, %d used", wrong, used);
	snprintf(typed[0], sizeof typed[0], "%s", make_code(cx, safe_step() + 1));
	ok(try_code_from(cx, 0, "203.0.113.77") == ERR_RATE_LIMITED,
	    "and does not make the address known");
	run_sql(cx, "DELETE FROM throttle");
	conf->rate_limit = false;
}

static enum err remove_factor(struct cx *cx, int i)
{
	(void)i;
	return second_factor_remove(cx, test_caller(), false);
}

static void test_removal(struct cx *cx)
{
	int n[ERR_COUNT];

	snprintf(typed[0], sizeof typed[0], "%.*s", (int)codes[5].n, codes[5].s);
	snprintf(typed[1], sizeof typed[1], "%s", make_code(cx, safe_step()));
	run_sql(cx, "UPDATE totp SET last_step = 0");
	run_race(16, remove_factor, n);
	ok(n[OK] == 1 && n[ERR_NOT_FOUND] == 15, "16 end it at once: %d did", n[OK]);
	ok(sql_number(cx, "SELECT count(*) FROM totp_recovery") == 0,
	    "the recovery codes end with it");
	ok(try_from_one_address(cx, 0) == ERR_BAD_CODE &&
		try_from_one_address(cx, 1) == ERR_USED_CODE,
	    "codes and recovery codes of a removed factor are refused");
	enrol_actor(cx);
	ok(try_from_one_address(cx, 0) == ERR_BAD_CODE,
	    "a new secret has other codes, and none before it is confirmed");
}

int main(void)
{
	if (!open_test_home())
		return 0;
	seed = getenv("SEED") ? (unsigned)strtoul(getenv("SEED"), NULL, 10) : (unsigned)clock_us();
	printf("# SEED=%u\n", seed);
	struct cx cx = new_context();
	must(&cx, q_actor_insert(&cx, STR("alice"), STR("x"), false, &actor));
	test_confirmation(&cx);
	test_one_winner(&cx);
	test_two_codes(&cx);
	test_recovery_codes(&cx);
	test_renewals(&cx);
	test_guessing(&cx);
	test_replay(&cx);
	test_removal(&cx);
	end_context(&cx);
	conf_free(conf);
	return done();
}
