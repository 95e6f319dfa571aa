#include "core/second_factor_check.h"
#include "crypto/hash.h"
#include "crypto/readable_code.h"
#include "signer/signer.h"
#include "store/q_second_factor.h"
#include <sys/random.h>

enum { ATTEMPT_ID_BYTES = 16 };

static enum err refuse_wrong_code(struct cx *cx, const struct second_factor_try *t)
{
	return refuse(cx, t->wrong, t->field, "%s", t->say);
}

/* "123 456" is read as 123456. */
static bool read_totp_code(struct cx *cx, struct str text, struct str *code)
{
	struct buf b = { .mem = cx->mem };

	for (size_t i = 0; i < text.n && b.n <= TOTP_DIGITS; i++)
		if (text.s[i] != ' ' && text.s[i] != '-')
			buf_put(&b, &text.s[i], 1);
	*code = buf_done(&b);
	return totp_is_code(*code);
}

/* A counted attempt. Only a code that was not used before resets the counter: an attacker may
 * have seen a used one. */
struct counted_guess {
	struct guess_limit tries;
	bool known;
};

static enum err match_totp_code(struct cx *cx, const struct second_factor_try *t, struct str code,
    struct counted_guess *g, int64_t *step)
{
	g->tries = guess_limit_make(cx, "code", t->who, t->address);
	TRY(guess_limit_try_code(cx, &g->tries, "wrong codes", &g->known));
	TRY(cx->ca->check_totp(cx, cx->ca, t->actor_id, t->sealed, code, step));
	return *step ? OK : refuse_wrong_code(cx, t);
}

enum err second_factor_check_step(struct cx *cx, const struct second_factor_try *t, int64_t *step)
{
	struct counted_guess g;
	struct str code;

	if (!read_totp_code(cx, t->code, &code))
		return refuse_wrong_code(cx, t);
	TRY(match_totp_code(cx, t, code, &g, step));
	return guess_limit_reset_code(cx, &g.tries, g.known);
}

/* Identifies this use of a code when the statement is sent again. */
static enum err make_attempt_id(struct cx *cx, struct blob *attempt)
{
	uint8_t *p = arena_alloc(cx->mem, ATTEMPT_ID_BYTES);

	if (getrandom(p, ATTEMPT_ID_BYTES, 0) != ATTEMPT_ID_BYTES)
		return fail(cx, ERR_UNAVAILABLE, "second factor: getrandom failed");
	*attempt = (struct blob){ p, ATTEMPT_ID_BYTES };
	return OK;
}

static enum err check_totp_code(struct cx *cx, const struct second_factor_try *t, struct str code)
{
	struct blob attempt;
	struct counted_guess g;
	int64_t step;
	bool done;

	TRY(match_totp_code(cx, t, code, &g, &step));
	TRY(make_attempt_id(cx, &attempt));
	TRY(q_second_factor_spend(cx, t->actor_id, t->sealed, step, attempt, &done));
	return done ? guess_limit_reset_code(cx, &g.tries, g.known)
		    : refuse(cx, ERR_USED_CODE, t->field, "%s", err_text(ERR_USED_CODE));
}

/* The actor's id is hashed too, so that a guess cannot be tested against all actors' hashes. */
static struct blob hash_recovery_code(struct cx *cx, int64_t actor_id, struct str digits)
{
	const struct str list[] = { STR("recovery code"),
		str_of(arena_printf(cx->mem, "%lld", (long long)actor_id)), digits };
	uint8_t *h = arena_alloc(cx->mem, HASH_BYTES);

	sha256_list(list, 3, h);
	return (struct blob){ h, HASH_BYTES };
}

static enum err check_recovery_code(
    struct cx *cx, const struct second_factor_try *t, struct str digits)
{
	const struct guess_limit n = guess_limit_make(cx, "recovery code", t->who, t->address);
	struct blob attempt;
	bool done, used;

	TRY(guess_limit_try_secret(cx, &n, "wrong recovery codes"));
	TRY(make_attempt_id(cx, &attempt));
	TRY(q_second_factor_spend_recovery(
	    cx, t->actor_id, hash_recovery_code(cx, t->actor_id, digits), attempt, &done, &used));
	TRY(guess_limit_record_secret(cx, &n, done));
	if (done)
		return OK;
	return used ? refuse(cx, ERR_USED_CODE, t->field,
			  "This recovery code was already used; use another one.")
		    : refuse_wrong_code(cx, t);
}

enum err second_factor_check(struct cx *cx, const struct second_factor_try *t)
{
	struct str code;

	if (read_totp_code(cx, t->code, &code))
		return check_totp_code(cx, t, code);
	if (readable_code_normalize(cx->mem, t->code, &code))
		return check_recovery_code(cx, t, code);
	return refuse_wrong_code(cx, t);
}

void second_factor_check_new_codes(struct cx *cx, int64_t actor_id,
    struct str codes[SECOND_FACTOR_CODES], struct blob hashes[SECOND_FACTOR_CODES])
{
	struct str digits;

	for (int i = 0; i < SECOND_FACTOR_CODES; i++) {
		codes[i] = readable_code_new(cx->mem);
		(void)readable_code_normalize(cx->mem, codes[i], &digits);
		hashes[i] = hash_recovery_code(cx, actor_id, digits);
	}
}
