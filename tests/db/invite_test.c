/* Invites: the rules, and many registrations that compete for the last use of an invite.
 * invite_test [SEED]; prints its seed and N. */
#include "member.h"
#include "crypto/hash.h"
#include "core/invite.h"
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RACERS = 64, USES = 5, ROUNDS = 6 };

static unsigned seed;

static struct str new_code(struct cx *cx, int64_t uses, int64_t *id)
{
	struct cx owner = new_owner_context();
	struct new_invite *i;
	struct str code;

	must(&owner, invite_create(&owner, uses, 3600, STR("a test"), &code, &i));
	*id = i->id;
	code.s = arena_dup(cx->mem, code.s, code.n);
	end_context(&owner);
	return code;
}

static enum err register_by_invite(struct cx *cx, struct str code, const char *name, int64_t *id)
{
	const struct invite_use u = { code, str_of(name), STR("correct horse battery"),
		STR("192.0.2.1") };

	return invite_register(cx, &u, id);
}

static long count_uses(struct cx *cx, int64_t id)
{
	return sql_number(
	    cx, arena_printf(cx->mem, "SELECT used FROM invite WHERE id = %lld", (long long)id));
}

static void test_rules(void)
{
	struct cx cx = new_context();
	int64_t id, actor;
	struct str code = new_code(&cx, 2, &id);

	ok(sql_number(&cx,
	       arena_printf(cx.mem, "SELECT count(*) FROM invite i WHERE i::text LIKE '%%%.*s%%'",
		   (int)code.n, code.s)) == 0,
	    "the code itself is not stored");
	ok(register_by_invite(&cx, STR(""), "nobody", &actor) == ERR_INVITE_MISSING, "no code: %s",
	    cx.why.say);
	ok(register_by_invite(&cx, STR("p2i_nothing"), "nobody", &actor) == ERR_INVITE_UNKNOWN,
	    "a malformed code: %s", cx.why.say);
	ok(register_by_invite(&cx, code, "first", &actor) == OK && actor &&
		count_uses(&cx, id) == 1,
	    "one actor registers");
	ok(register_by_invite(&cx, code, "first", &actor) == ERR_FID_TAKEN &&
		count_uses(&cx, id) == 1,
	    "a taken name uses nothing up: %s", cx.why.say);
	ok(register_by_invite(&cx, code, "second", &actor) == OK && count_uses(&cx, id) == 2,
	    "a second actor registers");
	ok(register_by_invite(&cx, code, "third", &actor) == ERR_INVITE_USED_UP &&
		count_uses(&cx, id) == 2,
	    "a third is refused: %s", cx.why.say);
	ok(register_by_invite(&cx, code, "second", &actor) == ERR_FID_TAKEN,
	    "a repeated request for the last use learns that it succeeded: %s", cx.why.say);
	code = new_code(&cx, 2, &id);
	ok(register_by_invite(&cx, code, "selftest-0123456789abcdef", &actor) == ERR_FID_TAKEN &&
		count_uses(&cx, id) == 0,
	    "a reserved name uses nothing up: %s", cx.why.say);
	struct cx owner = new_owner_context();
	ok(invite_revoke(&owner, id) == OK && invite_revoke(&owner, id) == OK,
	    "the invite is revoked, "
	    "also a second time");
	ok(register_by_invite(&cx, code, "third", &actor) == ERR_INVITE_OVER,
	    "a revoked invite is refused: %s", cx.why.say);
	ok(invite_revoke(&owner, 1) == ERR_NOT_FOUND, "%s", owner.why.say);
	end_context(&owner);
	code = new_code(&cx, 2, &id);
	run_sql(&cx,
	    arena_printf(
		cx.mem, "UPDATE invite SET expires_at = now() WHERE id = %lld", (long long)id));
	ok(register_by_invite(&cx, code, "third", &actor) == ERR_INVITE_OVER,
	    "an expired invite is refused: %s", cx.why.say);
	ok(sql_number(&cx, "SELECT count(*) FROM actor WHERE local_name = 'third'") == 0,
	    "there is no third actor");
	end_context(&cx);
}

/* The same statement is sent again after its answer was lost. */
static void test_resent_statement(void)
{
	uint8_t hash[HASH_BYTES];
	struct cx cx = new_context();
	struct invite_state *a, *b;
	int64_t id;
	struct str code = new_code(&cx, 2, &id);

	sha256(str_blob(code), hash);
	const struct blob h = { hash, sizeof hash };
	must(&cx, q_invite_redeem(&cx, STR("again"), STR("phc one"), h, &a));
	must(&cx, q_invite_redeem(&cx, STR("again"), STR("phc one"), h, &b));
	ok(a->id && a->id == b->id && count_uses(&cx, id) == 1,
	    "the same attempt twice is one actor and one use");
	must(&cx, q_invite_redeem(&cx, STR("again"), STR("phc two"), h, &b));
	ok(b->id == 0 && b->taken && count_uses(&cx, id) == 1,
	    "another attempt at the name registers nobody");
	end_context(&cx);
}

static void test_guess_limit(void)
{
	struct cx cx = new_context();
	int64_t id, actor;
	struct str good = new_code(&cx, 9, &id), gone = new_code(&cx, 9, &actor);
	int refused = 0;

	run_sql(&cx, arena_printf(cx.mem, "DELETE FROM invite WHERE id = %lld", (long long)actor));
	conf->rate_limit = true;
	for (int i = 0; i < conf->rate_limit_failures; i++)
		refused += register_by_invite(&cx, gone, "guesser", &actor) == ERR_INVITE_UNKNOWN;
	ok(refused == conf->rate_limit_failures, "%d guesses are refused", refused);
	ok(register_by_invite(&cx, gone, "guesser", &actor) == ERR_RATE_LIMITED &&
		cx.retry_after > 0,
	    "the next attempt is rate-limited: %s", cx.why.say);
	ok(register_by_invite(&cx, good, "guesser", &actor) == ERR_RATE_LIMITED,
	    "even with a good code");
	conf->rate_limit = false;
	ok(register_by_invite(&cx, good, "guesser", &actor) == OK, "the good code still works");
	end_context(&cx);
}

struct outcome {
	enum err err;
	int64_t id;
};

/* Half of the registrations compete for a few names, so that names and uses run out together. */
static void run_racer(const struct blob *hash, int round, int i, struct outcome *o)
{
	struct cx cx = new_context();
	const char *name = i % 2 ? arena_printf(cx.mem, "r%d-%d", round, i)
				 : arena_printf(cx.mem, "r%d-same%d", round, i / 2 % 4);
	struct str phc = str_of(arena_printf(cx.mem, "phc %d", i));
	struct invite_state *s = NULL;

	usleep((unsigned)rand_r(&(unsigned){ seed + (unsigned)(round * RACERS + i) }) % 3000);
	do
		o->err = q_invite_redeem(&cx, str_of(name), phc, *hash, &s);
	while (o->err == ERR_RETRY);
	o->id = o->err == OK ? s->id : 0;
	end_context(&cx);
	_exit(0);
}

static int run_race(struct cx *cx, int round, struct outcome *out)
{
	uint8_t h[HASH_BYTES];
	struct blob hash = { h, sizeof h };
	int64_t id;
	struct str code = new_code(cx, USES, &id);
	long winners = 0;
	int odd = 0;

	sha256(str_blob(code), h);
	for (int i = 0; i < RACERS; i++)
		if (fork() == 0)
			run_racer(&hash, round, i, &out[i]);
	while (wait(NULL) > 0)
		;
	for (int i = 0; i < RACERS; i++) {
		winners += out[i].id != 0;
		odd += out[i].err != OK;
	}
	long came = sql_number(cx,
	    arena_printf(
		cx->mem, "SELECT count(*) FROM actor WHERE invite_id = %lld", (long long)id));
	if (odd || winners != USES || came != USES || count_uses(cx, id) != USES)
		printf("# round %d: %ld winners, %ld actors, %ld uses, %d errors\n", round, winners,
		    came, count_uses(cx, id), odd);
	return !odd && winners == USES && came == USES && count_uses(cx, id) == USES;
}

static void test_races(void)
{
	struct outcome *o = mmap(
	    NULL, RACERS * sizeof *o, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct cx cx = new_context();
	int right = 0;

	for (int r = 0; r < ROUNDS; r++)
		right += run_race(&cx, r, o);
	ok(right == ROUNDS,
	    "%d at once by an invite for %d: so many actors, %d of %d times (seed %u)", RACERS,
	    USES, right, ROUNDS, seed);
	munmap(o, RACERS * sizeof *o);
	end_context(&cx);
}

int main(int argc, char **argv)
{
	if (!open_test_home())
		return 0;
	seed = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : (unsigned)clock_now();
	test_rules();
	test_resent_statement();
	test_guess_limit();
	test_races();
	conf_free(conf);
	return done();
}
