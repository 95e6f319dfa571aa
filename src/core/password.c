#include "core/password.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "crypto/opaque_string.h"
#include "crypto/passwd.h"
#include "core/guess_limit.h"
#include "shm/gate.h"
#include "shm/limits.h"
#include "store/q_actor.h"

/* How long a request waits for a hashing slot. This is less than request_deadline, after which the
 * master would replace this worker. */
static int count_patience_ms(const struct conf *c)
{
	int64_t s =
	    c->login_patience < c->request_deadline ? c->login_patience : c->request_deadline - 1;

	return (int)s * 1000;
}

static bool get_hash_place(struct cx *cx)
{
	switch (cx->hash_turn) {
	case HASH_HAS_SLOT:
		return true;
	case HASH_TRIES:
		return gate_enter(cx->gate, 0);
	case HASH_WAITS:
		cx_step_aside(cx);
		return gate_enter(cx->gate, count_patience_ms(cx->conf));
	case HASH_QUEUES:
	case HASH_GIVES_UP:
		break;
	}
	return false;
}

/* How long a hash takes in this process: the mean of the last few hashes, in microseconds. */
static int64_t hash_mean_us = 150 * 1000;
static int64_t hash_began_us;

/* Return the number of seconds after which a refused client is to try again: refused clients come
 * back one after the other, as fast as slots become free. */
static int64_t take_hash_turn(struct cx *cx)
{
	return cx->limits
	    ? limits_queue(cx->limits, "hash turns", STR(""), hash_mean_us / gate_slots(cx->gate))
	    : 1;
}

static enum err enter_hash_gate(struct cx *cx)
{
	meter_phase(&cx->meter, PHASE_WAIT);
	bool in = cx->gate == NULL || get_hash_place(cx);
	meter_phase(&cx->meter, in ? PHASE_HASH : PHASE_WORK);
	meter_add(&cx->meter, in ? COUNT_GATE_ENTERED : COUNT_GATE_REFUSED, 1);
	hash_began_us = clock_us();
	if (in) {
		cx_step_aside(cx);
		return OK;
	}
	cx->hash_queued = cx->hash_turn == HASH_TRIES || cx->hash_turn == HASH_QUEUES;
	if (!cx->hash_queued)
		cx->retry_after = take_hash_turn(cx);
	return fail(cx, ERR_RETRY, "no hashing slot became free in time");
}

/* From here on the request may have changed something, and cannot be served again. */
static void leave_hash_gate(struct cx *cx)
{
	hash_mean_us += (clock_us() - hash_began_us - hash_mean_us) / 8;
	if (cx->gate)
		gate_leave(cx->gate);
	cx->hash_turn = HASH_WAITS;
	meter_phase(&cx->meter, PHASE_WORK);
}

/* The hash is of the prepared password, so the length of that is checked. */
static enum err prepare_new_password(struct cx *cx, struct str *password)
{
	const char *why = NULL;

	switch (opaque_string_enforce(cx->mem, *password, password)) {
	case OPAQUE_STRING_GOOD:
	case OPAQUE_STRING_EMPTY:
		break;
	case OPAQUE_STRING_NOT_UTF8:
		why = "A password must be text in UTF-8.";
		break;
	case OPAQUE_STRING_DISALLOWED:
		why = "A password must not have control characters such as a line break, invisible "
		      "characters, or characters that Unicode has not assigned (RFC 8265).";
		break;
	}
	if (why)
		return refuse(cx, ERR_BAD_REQUEST, "password", "%s", why);
	return password->n < PASSWD_MIN || password->n > PASSWD_MAX
	    ? refuse(cx, ERR_BAD_REQUEST, "password", "A password must have %d to %d bytes.",
		  PASSWD_MIN, PASSWD_MAX)
	    : OK;
}

enum err password_hash_new(struct cx *cx, struct str password, struct str *phc)
{
	TRY(prepare_new_password(cx, &password));
	TRY(enter_hash_gate(cx));
	enum err e = passwd_hash(cx, password, phc);
	leave_hash_gate(cx);
	return e;
}

enum { PASSWORD_FORMS = 2 };

/*
 * List the prepared form, which is what is stored now, then the password as it was sent, which is
 * what earlier releases stored. The number of forms, and so the time that a check takes, depends
 * only on what was sent.
 */
static int list_password_forms(struct cx *cx, struct str sent, struct str forms[PASSWORD_FORMS])
{
	forms[0] = forms[1] = sent;
	return opaque_string_enforce(cx->mem, sent, &forms[0]) == OPAQUE_STRING_GOOD &&
		!str_eq(forms[0], sent)
	    ? 2
	    : 1;
}

/* Call this only while holding a hashing slot, so that an attempt that got no slot is not
 * counted. */
static enum err compare_password(struct cx *cx, const struct password_try *t,
    const struct guess_limit *n, bool *right, struct str *newer)
{
	struct str forms[PASSWORD_FORMS];
	int count = list_password_forms(cx, t->password, forms);
	bool rehash = false;

	TRY(guess_limit_try_secret(cx, n, "wrong passwords"));
	for (int i = 0; i < count && !*right; i++) {
		TRY(passwd_verify(cx, forms[i], t->phc, right, &rehash));
		rehash |= *right && i > 0;
	}
	if (rehash && passwd_hash(cx, forms[0], newer) != OK)
		*newer = (struct str){ NULL, 0 };
	return OK;
}

/* If this fails, the next log-in tries to store the new hash. */
static void replace_password_hash(struct cx *cx, const struct password_try *t, struct str newer)
{
	int64_t id;

	if (q_actor_rehash(cx, t->local, t->phc, newer, &id) != OK)
		log_warn("a password hash was not renewed: %s", cx->why.log);
}

enum err password_check(struct cx *cx, const struct password_try *t)
{
	struct str newer = { NULL, 0 };
	struct guess_limit n;
	bool right = false;

	if (t->password.n > PASSWD_MAX)
		return refuse(cx, t->wrong, "", "%s", err_text(t->wrong));
	n = guess_limit_make(cx, "password", t->who, t->address);
	TRY(enter_hash_gate(cx));
	enum err e = compare_password(cx, t, &n, &right, &newer);
	leave_hash_gate(cx);
	TRY(e);
	TRY(guess_limit_record_secret(cx, &n, right));
	if (!right)
		return refuse(cx, t->wrong, "", "%s", err_text(t->wrong));
	if (newer.s)
		replace_password_hash(cx, t, newer);
	return OK;
}

void password_limit_keys(
    struct cx *cx, struct str who, struct str address, struct blob keys[PASSWORD_LIMIT_KEYS])
{
	const struct guess_limit n = guess_limit_make(cx, "password", who, address);

	keys[0] = n.own.key;
	keys[1] = n.known;
}
