#include "core/password.h"
#include "base/conf.h"
#include "codec/hash.h"
#include "codec/passwd.h"
#include "shm/gate.h"
#include "store/q_actor.h"
#include "store/q_throttle.h"

enum {
	GATE_WAIT_MS = 5000,
	HOUR_MS = 3600 * 1000,
	EVERYWHERE = 50		/* an actor stands this many times the failures of one address before all have to wait */
};

/* A quarter of the workers may wait beside those who hash, so that there is always one for what needs no password. */
static int waiting(const struct cx *cx)
{
	int64_t workers = cx->conf->workers;

	return workers ? (int)(workers + 1) / 4 : gate_slots(cx->gate);
}

static enum err enter(struct cx *cx)
{
	if (cx->gate == NULL || gate_queue(cx->gate, waiting(cx), GATE_WAIT_MS))
		return OK;
	cx->retry_after = 1;
	return fail(cx, ERR_RETRY, "every hashing slot is busy");
}

static void leave(struct cx *cx)
{
	if (cx->gate)
		gate_leave(cx->gate);
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

static enum err charge(struct cx *cx, const uint8_t key[HASH_BYTES], int64_t allowed)
{
	struct throttled *t;

	TRY(q_throttle_take(cx, (struct blob){ key, HASH_BYTES }, HOUR_MS / allowed, allowed, &t));
	if (t->taken)
		return OK;
	cx->retry_after = t->wait > 0 ? t->wait : 1;
	return refuse(cx, ERR_RATE_LIMITED, "", "Too many wrong passwords; try again in %lld seconds.", (long long)cx->retry_after);
}

static enum err compare(struct cx *cx, struct str local, struct str password, struct str phc, enum err wrong)
{
	bool right = false, rehash = false;
	struct str newer;
	int64_t id;

	TRY(enter(cx));
	enum err e = passwd_verify(cx, password, phc, &right, &rehash);
	if (e == OK && right && rehash)
		rehash = passwd_hash(cx, password, &newer) == OK;
	leave(cx);
	TRY(e);
	if (!right)
		return refuse(cx, wrong, "", "%s", err_text(wrong));
	return rehash ? q_actor_set_password(cx, local, newer, &id) : OK;
}

enum err password_check(struct cx *cx, struct str local, struct str address, struct str password, struct str phc, enum err wrong)
{
	uint8_t here[HASH_BYTES], anywhere[HASH_BYTES];

	if (password.n > PASSWD_MAX)
		return refuse(cx, wrong, "", "%s", err_text(wrong));
	if (!cx->conf->rate_limit)
		return compare(cx, local, password, phc, wrong);
	sha256_list((const struct str[]){ STR("password"), local, address }, 3, here);
	sha256_list((const struct str[]){ STR("password"), local }, 2, anywhere);
	TRY(charge(cx, here, cx->conf->rate_limit_failures));
	TRY(charge(cx, anywhere, cx->conf->rate_limit_failures * EVERYWHERE));
	TRY(compare(cx, local, password, phc, wrong));
	return q_throttle_clear(cx, (struct blob){ here, HASH_BYTES });
}
