#include "core/invite.h"
#include "base/conf.h"
#include "crypto/hash.h"
#include "crypto/token.h"
#include "core/guess_limit.h"
#include "core/password.h"
#include "core/resend.h"
#include "shm/limits.h"

enum { INVITE_TRIES = 4 };

enum err invite_create(struct cx *cx, int64_t uses, int64_t seconds, struct str note,
    struct str *code, struct new_invite **out)
{
	uint8_t hash[TOKEN_HASH];

	*code = token_new(cx->mem, 'i', hash);
	return q_invite_create(cx, (struct blob){ hash, sizeof hash }, uses, seconds, note, out);
}

static enum err refuse_unknown_invite(struct cx *cx, int64_t id)
{
	return refuse(cx, ERR_NOT_FOUND, "", "There is no invite %lld.", (long long)id);
}

enum err invite_list(struct cx *cx, int64_t id, struct invite_item **out, size_t *n)
{
	TRY(q_invite_list(cx, id, out, n));
	return id && *n == 0 ? refuse_unknown_invite(cx, id) : OK;
}

enum err invite_revoke(struct cx *cx, int64_t id)
{
	bool there;

	TRY(q_invite_revoke(cx, id, &there));
	return there ? OK : refuse_unknown_invite(cx, id);
}

#define REFUSE_INVITE(cx, err, ...) refuse((cx), (err), "auth_payload.invite", __VA_ARGS__)

/* The name is checked before the uses: a client that repeats the request which took the last use
 * then learns from actor_was_added() that its registration succeeded. */
static enum err check_invite_state(struct cx *cx, const struct invite_state *s)
{
	cx->retry_after = s->wait;
	if (s->wait)
		return refuse(cx, ERR_RATE_LIMITED, "",
		    "Too many wrong invite codes; try again in %lld seconds.", (long long)s->wait);
	if (!s->known)
		return REFUSE_INVITE(cx, ERR_INVITE_UNKNOWN, "%s", err_text(ERR_INVITE_UNKNOWN));
	if (s->revoked)
		return REFUSE_INVITE(
		    cx, ERR_INVITE_OVER, "This invite was revoked; ask for another one.");
	if (s->expired)
		return REFUSE_INVITE(cx, ERR_INVITE_OVER, "%s", err_text(ERR_INVITE_OVER));
	if (s->taken)
		return refuse(cx, ERR_FID_TAKEN, "actor_name", "%s", err_text(ERR_FID_TAKEN));
	return s->used_up
	    ? REFUSE_INVITE(cx, ERR_INVITE_USED_UP, "%s", err_text(ERR_INVITE_USED_UP))
	    : OK;
}

/* Check the code before the expensive hash of the password. */
static enum err check_invite_code(struct cx *cx, const struct invite_use *u, struct blob code_hash)
{
	const struct str parts[] = { STR("invite"), limits_address_key(cx->mem, u->address) };
	int64_t most = cx->conf->rate_limit_failures;
	uint8_t key[HASH_BYTES];
	struct invite_state *s;

	sha256_list(parts, 2, key);
	const struct invite_try t = { .code_hash = code_hash,
		.throttle = { key, sizeof key },
		.cost_ms = cx->conf->rate_limit ? GUESS_LIMIT_HOUR_MS / most : 0,
		.burst = most,
		.local = u->local };
	TRY(q_invite_try(cx, &t, &s));
	return check_invite_state(cx, s);
}

static enum err redeem_invite(
    struct cx *cx, const struct invite_use *u, struct str phc, struct blob code_hash, int64_t *id)
{
	struct invite_state *s;

	TRY(q_invite_redeem(cx, u->local, phc, code_hash, &s));
	*id = s->id;
	if (s->id)
		return OK;
	TRY(check_invite_state(cx, s));
	return fail(cx, ERR_RETRY, "another registration took the last use of the invite");
}

enum err invite_register(struct cx *cx, const struct invite_use *u, int64_t *id)
{
	struct resend s = { .doubt = false };
	uint8_t hash[TOKEN_HASH];
	const struct blob code = { hash, sizeof hash };
	struct str phc;
	int tries = 0;
	enum err e;

	if (u->code.n == 0)
		return REFUSE_INVITE(cx, ERR_INVITE_MISSING, "%s", err_text(ERR_INVITE_MISSING));
	if (!token_ok(u->code, 'i', hash))
		return REFUSE_INVITE(cx, ERR_INVITE_UNKNOWN, "%s", err_text(ERR_INVITE_UNKNOWN));
	TRY(check_invite_code(cx, u, code));
	TRY(password_hash_new(cx, u->password, &phc));
	do
		e = redeem_invite(cx, u, phc, code, id);
	while (resend_again(cx, &s, &e) || (e == ERR_RETRY && ++tries < INVITE_TRIES));
	return e;
}
