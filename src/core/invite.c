#include "core/invite.h"
#include "base/conf.h"
#include "crypto/hash.h"
#include "crypto/token.h"
#include "core/password.h"
#include "core/resend.h"
#include "shm/limits.h"

enum { TRIES = 4, HOUR_MS = 3600 * 1000 };

enum err invite_create(struct cx *cx, int64_t uses, int64_t seconds, struct str note,
    struct str *code, struct new_invite **out)
{
	uint8_t hash[TOKEN_HASH];

	*code = token_new(cx->mem, 'i', hash);
	return q_invite_create(cx, (struct blob){ hash, sizeof hash }, uses, seconds, note, out);
}

static enum err nowhere(struct cx *cx, int64_t id)
{
	return refuse(cx, ERR_NOT_FOUND, "", "There is no invite %lld.", (long long)id);
}

enum err invite_list(struct cx *cx, int64_t id, struct invite_item **out, size_t *n)
{
	TRY(q_invite_list(cx, id, out, n));
	return id && *n == 0 ? nowhere(cx, id) : OK;
}

enum err invite_revoke(struct cx *cx, int64_t id)
{
	bool there;

	TRY(q_invite_revoke(cx, id, &there));
	return there ? OK : nowhere(cx, id);
}

#define NO(cx, err, ...) refuse((cx), (err), "auth_payload.invite", __VA_ARGS__)

/* The name comes before the uses: whoever sends a request again that took the last one learns that
 * it was done. */
static enum err judge(struct cx *cx, const struct invite_state *s)
{
	cx->retry_after = s->wait;
	if (s->wait)
		return refuse(cx, ERR_RATE_LIMITED, "",
		    "Too many wrong invites; try again in %lld seconds.", (long long)s->wait);
	if (!s->known)
		return NO(cx, ERR_INVITE_UNKNOWN, "%s", err_text(ERR_INVITE_UNKNOWN));
	if (s->revoked)
		return NO(cx, ERR_INVITE_OVER, "This invite was revoked; ask for another one.");
	if (s->expired)
		return NO(cx, ERR_INVITE_OVER, "%s", err_text(ERR_INVITE_OVER));
	if (s->taken)
		return refuse(cx, ERR_FID_TAKEN, "actor_name", "%s", err_text(ERR_FID_TAKEN));
	return s->used_up ? NO(cx, ERR_INVITE_USED_UP, "%s", err_text(ERR_INVITE_USED_UP)) : OK;
}

/* Before the password is hashed, which is what costs. */
static enum err look(struct cx *cx, const struct invite_use *u, struct blob code_hash)
{
	const struct str parts[] = { STR("invite"), limits_address_key(cx->mem, u->address) };
	int64_t most = cx->conf->rate_limit_failures;
	uint8_t key[HASH_BYTES];
	struct invite_state *s;

	sha256_list(parts, 2, key);
	const struct invite_try t = { .code_hash = code_hash,
		.throttle = { key, sizeof key },
		.cost_ms = cx->conf->rate_limit ? HOUR_MS / most : 0,
		.burst = most,
		.local = u->local };
	TRY(q_invite_try(cx, &t, &s));
	return judge(cx, s);
}

static enum err redeem(
    struct cx *cx, const struct invite_use *u, struct str phc, struct blob code_hash, int64_t *id)
{
	struct invite_state *s;

	TRY(q_invite_redeem(cx, u->local, phc, code_hash, &s));
	*id = s->id;
	if (s->id)
		return OK;
	TRY(judge(cx, s));
	return fail(cx, ERR_RETRY, "the last use of an invite went at this very moment");
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
		return NO(cx, ERR_INVITE_MISSING, "%s", err_text(ERR_INVITE_MISSING));
	if (!token_ok(u->code, 'i', hash))
		return NO(cx, ERR_INVITE_UNKNOWN, "%s", err_text(ERR_INVITE_UNKNOWN));
	TRY(look(cx, u, code));
	TRY(password_new(cx, u->password, &phc));
	do
		e = redeem(cx, u, phc, code, id);
	while (resend_again(&s, e) || (e == ERR_RETRY && ++tries < TRIES));
	return e;
}
