#include "core/guess_limit.h"
#include "base/conf.h"
#include "crypto/hash.h"
#include "shm/limits.h"

enum {
	HOUR_MS = 3600 * 1000,
	EVERYWHERE =
	    50, /* this many times the failures of one address before strangers have to wait */
	KNOWN = 30 * 86400, /* seconds for which an address is no stranger */
	GUESSES = 8
};

static struct blob key_of(struct cx *cx, struct str what, struct str who, struct str address)
{
	uint8_t *h = arena_alloc(cx->mem, HASH_BYTES);

	sha256_list((const struct str[]){ what, who, address }, 3, h);
	return (struct blob){ h, HASH_BYTES };
}

/* A client may have any address of its /64. */
struct guess_limit guess_limit_of(struct cx *cx, const char *what, struct str who, struct str from)
{
	const struct str address = limits_address_key(cx->mem, from), all = { "", 0 };
	const struct str everywhere = str_of(arena_printf(cx->mem, "%s everywhere", what)),
			 known = str_of(arena_printf(cx->mem, "%s known", what));
	int64_t one = cx->conf->rate_limit_failures, many = one * EVERYWHERE;

	return (struct guess_limit){
		.own = { key_of(cx, str_of(what), who, address), HOUR_MS / one, one },
		.shared = { key_of(cx, everywhere, who, all), many < HOUR_MS ? HOUR_MS / many : 1,
		    many },
		.known = key_of(cx, known, who, address),
	};
}

static enum err verdict(struct cx *cx, int64_t wait, const char *things)
{
	if (wait == 0)
		return OK;
	cx->retry_after = wait;
	meter_add(&cx->meter, COUNT_LIMIT_PASSWORDS, 1);
	return refuse(cx, ERR_RATE_LIMITED, "", "Too many %s; try again in %lld seconds.", things,
	    (long long)wait);
}

enum err guess_limit_admit(struct cx *cx, const struct guess_limit *t, const char *things)
{
	int64_t wait;

	if (!cx->conf->rate_limit)
		return OK;
	TRY(q_throttle_try(cx, &t->own, &t->shared, t->known, &wait));
	return verdict(cx, wait, things);
}

enum err guess_limit_done(struct cx *cx, const struct guess_limit *t, bool right)
{
	if (!cx->conf->rate_limit)
		return OK;
	return right ? q_throttle_right(cx, t->own.key, t->known, KNOWN)
		     : q_throttle_wrong(cx, &t->shared);
}

enum err guess_limit_guess(
    struct cx *cx, const struct guess_limit *t, const char *things, bool *known)
{
	const struct budget own = { t->own.key, HOUR_MS, GUESSES };
	int64_t wait;

	*known = false;
	if (!cx->conf->rate_limit)
		return OK;
	TRY(q_throttle_guess(cx, &own, t->shared.key, t->known, &wait, known));
	return verdict(cx, wait, things);
}

enum err guess_limit_guessed(struct cx *cx, const struct guess_limit *t, bool known)
{
	if (!cx->conf->rate_limit)
		return OK;
	return q_throttle_right(cx, known ? t->own.key : t->shared.key, t->known, KNOWN);
}
