#include "core/password.h"
#include "base/conf.h"
#include "base/log.h"
#include "codec/hash.h"
#include "codec/passwd.h"
#include "shm/gate.h"
#include "shm/limits.h"
#include "store/q_actor.h"
#include "store/q_throttle.h"

enum {
	GATE_WAIT_MS = 5000,
	HOUR_MS = 3600 * 1000,
	EVERYWHERE = 50,	/* this many times the failures of one address before strangers have to wait */
	KNOWN = 30 * 86400	/* seconds for which an address is no stranger */
};

/* A quarter of the workers may wait beside those who hash, so that there is always one for what needs no password. */
static int waiting(const struct cx *cx)
{
	int64_t workers = cx->conf->workers;

	return workers ? (int)(workers + 1) / 4 : gate_slots(cx->gate);
}

static enum err enter(struct cx *cx)
{
	meter_phase(&cx->meter, PHASE_WAIT);
	bool in = cx->gate == NULL || gate_queue(cx->gate, waiting(cx), GATE_WAIT_MS);
	meter_phase(&cx->meter, in ? PHASE_HASH : PHASE_WORK);
	meter_add(&cx->meter, in ? COUNT_GATE_ENTERED : COUNT_GATE_REFUSED, 1);
	if (in)
		return OK;
	cx->retry_after = 1;
	return fail(cx, ERR_RETRY, "every hashing slot is busy");
}

static void leave(struct cx *cx)
{
	if (cx->gate)
		gate_leave(cx->gate);
	meter_phase(&cx->meter, PHASE_WORK);
}

enum err password_new(struct cx *cx, struct str password, struct str *phc)
{
	if (password.n < PASSWD_MIN || password.n > PASSWD_MAX)
		return refuse(cx, ERR_BAD_REQUEST, "password", "A password has %d to %d bytes.", PASSWD_MIN, PASSWD_MAX);
	TRY(enter(cx));
	enum err e = passwd_hash(cx, password, phc);
	leave(cx);
	return e;
}

struct counters {
	struct budget own, shared;
	struct blob known;
};

static struct blob key_of(struct cx *cx, struct str what, struct str who, struct str address)
{
	uint8_t *h = arena_alloc(cx->mem, HASH_BYTES);

	sha256_list((const struct str[]){ what, who, address }, 3, h);
	return (struct blob){ h, HASH_BYTES };
}

/* A client may have any address of its /64. */
static void count(struct cx *cx, const struct password_try *t, struct counters *n)
{
	const struct str address = limits_address_key(cx->mem, t->address), all = { "", 0 };
	int64_t one = cx->conf->rate_limit_failures, many = one * EVERYWHERE;

	*n = (struct counters){
		.own = { key_of(cx, STR("password"), t->who, address), HOUR_MS / one, one },
		.shared = { key_of(cx, STR("password everywhere"), t->who, all), many < HOUR_MS ? HOUR_MS / many : 1, many },
		.known = key_of(cx, STR("password known"), t->who, address),
	};
}

static enum err admit(struct cx *cx, const struct counters *n)
{
	int64_t wait;

	TRY(q_throttle_try(cx, &n->own, &n->shared, n->known, &wait));
	if (wait == 0)
		return OK;
	cx->retry_after = wait;
	meter_add(&cx->meter, COUNT_LIMIT_PASSWORDS, 1);
	return refuse(cx, ERR_RATE_LIMITED, "", "Too many wrong passwords; try again in %lld seconds.", (long long)wait);
}

/* Whoever has no place to hash at has tried nothing, so the place comes first. */
static enum err compare(struct cx *cx, const struct password_try *t, const struct counters *n, bool *right, struct str *newer)
{
	bool rehash = false;

	if (cx->conf->rate_limit)
		TRY(admit(cx, n));
	TRY(passwd_verify(cx, t->password, t->phc, right, &rehash));
	if (rehash && passwd_hash(cx, t->password, newer) != OK)
		*newer = (struct str){ NULL, 0 };
	return OK;
}

static enum err record(struct cx *cx, const struct counters *n, bool right)
{
	if (!cx->conf->rate_limit)
		return OK;
	return right ? q_throttle_right(cx, n->own.key, n->known, KNOWN) : q_throttle_wrong(cx, &n->shared);
}

/* There will be another log-in to do it at. */
static void renew(struct cx *cx, const struct password_try *t, struct str newer)
{
	int64_t id;

	if (q_actor_rehash(cx, t->local, t->phc, newer, &id) != OK)
		log_warn("a password keeps its older parameters: %s", cx->why.log);
}

enum err password_check(struct cx *cx, const struct password_try *t)
{
	struct str newer = { NULL, 0 };
	struct counters n;
	bool right = false;

	if (t->password.n > PASSWD_MAX)
		return refuse(cx, t->wrong, "", "%s", err_text(t->wrong));
	count(cx, t, &n);
	TRY(enter(cx));
	enum err e = compare(cx, t, &n, &right, &newer);
	leave(cx);
	TRY(e);
	TRY(record(cx, &n, right));
	if (!right)
		return refuse(cx, t->wrong, "", "%s", err_text(t->wrong));
	if (newer.s)
		renew(cx, t, newer);
	return OK;
}
