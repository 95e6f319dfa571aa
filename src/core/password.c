#include "core/password.h"
#include "base/conf.h"
#include "base/log.h"
#include "crypto/passwd.h"
#include "core/guess_limit.h"
#include "shm/gate.h"
#include "store/q_actor.h"

enum { GATE_WAIT_MS = 5000 };

/* A quarter of the workers may wait beside those who hash, so that there is always one for what
 * needs no password. */
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
		return refuse(cx, ERR_BAD_REQUEST, "password", "A password has %d to %d bytes.",
		    PASSWD_MIN, PASSWD_MAX);
	TRY(enter(cx));
	enum err e = passwd_hash(cx, password, phc);
	leave(cx);
	return e;
}

/* Whoever has no place to hash at has tried nothing, so the place comes first. */
static enum err compare(struct cx *cx, const struct password_try *t, const struct guess_limit *n,
    bool *right, struct str *newer)
{
	bool rehash = false;

	TRY(guess_limit_admit(cx, n, "wrong passwords"));
	TRY(passwd_verify(cx, t->password, t->phc, right, &rehash));
	if (rehash && passwd_hash(cx, t->password, newer) != OK)
		*newer = (struct str){ NULL, 0 };
	return OK;
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
	struct guess_limit n;
	bool right = false;

	if (t->password.n > PASSWD_MAX)
		return refuse(cx, t->wrong, "", "%s", err_text(t->wrong));
	n = guess_limit_of(cx, "password", t->who, t->address);
	TRY(enter(cx));
	enum err e = compare(cx, t, &n, &right, &newer);
	leave(cx);
	TRY(e);
	TRY(guess_limit_done(cx, &n, right));
	if (!right)
		return refuse(cx, t->wrong, "", "%s", err_text(t->wrong));
	if (newer.s)
		renew(cx, t, newer);
	return OK;
}

void password_traces(
    struct cx *cx, struct str who, struct str address, struct blob traces[PASSWORD_TRACES])
{
	const struct guess_limit n = guess_limit_of(cx, "password", who, address);

	traces[0] = n.own.key;
	traces[1] = n.known;
}
