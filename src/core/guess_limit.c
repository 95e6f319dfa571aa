#include "core/guess_limit.h"
#include "base/conf.h"
#include "crypto/hash.h"
#include "shm/limits.h"

enum {
	SHARED_MULTIPLE = 50, /* all addresses together have so many times rate_limit_failures */
	KNOWN_SECONDS = 30 * 86400, /* how long an address counts as known */
	CODE_GUESSES = 8,
	REGISTRATIONS_MULTIPLE = 100 /* all addresses have so many times rate_limit_registrations */
};

static struct blob hash_guess_key(
    struct cx *cx, struct str what, struct str who, struct str address)
{
	uint8_t *h = arena_alloc(cx->mem, HASH_BYTES);

	sha256_list((const struct str[]){ what, who, address }, 3, h);
	return (struct blob){ h, HASH_BYTES };
}

/* limits_address_key() gives all addresses of an IPv6 /64 the same key, since a client can use any
 * of these addresses. */
struct guess_limit guess_limit_make(
    struct cx *cx, const char *what, struct str who, struct str from)
{
	const struct str address = limits_address_key(cx->mem, from), all = { "", 0 };
	const struct str everywhere = str_of(arena_printf(cx->mem, "%s everywhere", what)),
			 known = str_of(arena_printf(cx->mem, "%s known", what));
	int64_t one = cx->conf->rate_limit_failures, many = one * SHARED_MULTIPLE;

	return (struct guess_limit){
		.own = { hash_guess_key(cx, str_of(what), who, address), GUESS_LIMIT_HOUR_MS / one,
		    one },
		.shared = { hash_guess_key(cx, everywhere, who, all),
		    many < GUESS_LIMIT_HOUR_MS ? GUESS_LIMIT_HOUR_MS / many : 1, many },
		.known = hash_guess_key(cx, known, who, address),
	};
}

static enum err refuse_guess_until(struct cx *cx, int64_t wait, const char *things)
{
	if (wait == 0)
		return OK;
	cx->retry_after = wait;
	meter_add(&cx->meter, COUNT_LIMIT_PASSWORDS, 1);
	return refuse(cx, ERR_RATE_LIMITED, "", "Too many %s; try again in %lld seconds.", things,
	    (long long)wait);
}

enum err guess_limit_try_secret(struct cx *cx, const struct guess_limit *t, const char *things)
{
	int64_t wait;

	if (!cx->conf->rate_limit)
		return OK;
	TRY(q_throttle_try(cx, &t->own, &t->shared, t->known, &wait));
	return refuse_guess_until(cx, wait, things);
}

enum err guess_limit_record_secret(struct cx *cx, const struct guess_limit *t, bool right)
{
	if (!cx->conf->rate_limit)
		return OK;
	return right ? q_throttle_record_right(cx, t->own.key, t->known, KNOWN_SECONDS)
		     : q_throttle_record_wrong(cx, &t->shared);
}

enum err guess_limit_try_code(
    struct cx *cx, const struct guess_limit *t, const char *things, bool *known)
{
	const struct throttle_budget own = { t->own.key, GUESS_LIMIT_HOUR_MS, CODE_GUESSES };
	int64_t wait;

	*known = false;
	if (!cx->conf->rate_limit)
		return OK;
	TRY(q_throttle_guess(cx, &own, t->shared.key, t->known, &wait, known));
	return refuse_guess_until(cx, wait, things);
}

enum err guess_limit_reset_code(struct cx *cx, const struct guess_limit *t, bool known)
{
	if (!cx->conf->rate_limit)
		return OK;
	return q_throttle_record_right(
	    cx, known ? t->own.key : t->shared.key, t->known, KNOWN_SECONDS);
}

static struct throttle_budget make_daily_budget(struct blob key, int64_t a_day)
{
	int64_t cost_ms = 24 * GUESS_LIMIT_HOUR_MS / a_day;

	return (struct throttle_budget){ key, cost_ms ? cost_ms : 1, a_day };
}

enum err guess_limit_count_registration(struct cx *cx, struct str address)
{
	const struct guess_limit k = guess_limit_make(cx, "registration", STR(""), address);
	int64_t a_day = cx->conf->rate_limit_registrations, wait;
	const struct throttle_budget own = make_daily_budget(k.own.key, a_day),
				     all = make_daily_budget(
					 k.shared.key, a_day * REGISTRATIONS_MULTIPLE);

	if (!cx->conf->rate_limit)
		return OK;
	TRY(q_throttle_try(cx, &own, &all, k.known, &wait));
	TRY(refuse_guess_until(cx, wait, "registrations today"));
	return q_throttle_record_wrong(cx, &all);
}
