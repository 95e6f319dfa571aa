#include "core/second_factor.h"
#include "base/conf.h"
#include "signer/signer.h"
#include "text/encoding.h"
#include "core/actor.h"
#include "core/resend.h"

static enum err refuse_second_factor_exists(struct cx *cx)
{
	return refuse(cx, ERR_CONFLICT, "",
	    "You already have a second factor; remove it first (DELETE /.motet/v1/totp).");
}

/* If the actor already has a second factor, refuse before a secret is made. */
enum err second_factor_enrol(
    struct cx *cx, int64_t actor_id, struct str local, struct second_factor_secret *out)
{
	uint8_t *secret = arena_secret(cx->mem, TOTP_SECRET);
	struct second_factor_row *old;
	struct blob sealed;
	bool done;

	TRY(q_second_factor_find(cx, actor_id, &old));
	if (old && old->confirmed_at)
		return refuse_second_factor_exists(cx);
	TRY(cx->ca->new_totp(cx, cx->ca, actor_id, secret, &sealed));
	TRY(q_second_factor_enrol(cx, actor_id, sealed, &done));
	if (!done)
		return refuse_second_factor_exists(cx);
	out->text = base32_encode(cx->mem, (struct blob){ secret, TOTP_SECRET });
	out->uri = totp_uri(cx->mem, secret, str_of(cx->conf->domain), actor_fid(cx, local));
	return OK;
}

static enum err find_unconfirmed_factor(
    struct cx *cx, int64_t actor_id, struct second_factor_row **out)
{
	TRY(q_second_factor_find(cx, actor_id, out));
	if (*out && (*out)->confirmed_at)
		return refuse(cx, ERR_CONFLICT, "",
		    "You already have a second factor. If you never got its recovery codes, get "
		    "new ones (POST /.motet/v1/totp/recovery).");
	return *out ? OK
		    : refuse(cx, ERR_NOT_FOUND, "",
			  "There is no second factor to confirm: get a secret first (POST "
			  "/.motet/v1/totp).");
}

enum err second_factor_confirm(struct cx *cx, const struct second_factor_caller *p, struct str code,
    struct str codes[SECOND_FACTOR_CODES])
{
	struct second_factor_confirmation c = {
		.actor_id = p->actor_id, .n = SECOND_FACTOR_CODES, .session_id = p->session_id
	};
	struct blob hashes[SECOND_FACTOR_CODES];
	struct second_factor_row *t;
	bool done;

	TRY(find_unconfirmed_factor(cx, p->actor_id, &t));
	const struct second_factor_try try = { p->actor_id, t->sealed, p->who, p->address, code,
		ERR_BAD_CODE, "code",
		"The code is wrong: send the six digits that your authenticator app shows now, "
		"and check the clock of your device." };
	TRY(second_factor_check_step(cx, &try, &c.step));
	second_factor_check_new_codes(cx, p->actor_id, codes, hashes);
	c.sealed = t->sealed;
	c.hashes = hashes;
	TRY(q_second_factor_confirm(cx, &c, &done));
	return done ? OK
		    : refuse(cx, ERR_CONFLICT, "",
			  "Your second factor was changed at the same time; check it (GET "
			  "/.motet/v1/totp).");
}

static enum err refuse_no_second_factor(struct cx *cx)
{
	return refuse(cx, ERR_NOT_FOUND, "", "There is no second factor.");
}

enum err second_factor_renew_codes(
    struct cx *cx, const struct second_factor_caller *p, struct str codes[SECOND_FACTOR_CODES])
{
	struct blob hashes[SECOND_FACTOR_CODES];
	bool done;

	second_factor_check_new_codes(cx, p->actor_id, codes, hashes);
	TRY(q_second_factor_replace_codes(
	    cx, p->actor_id, hashes, SECOND_FACTOR_CODES, p->session_id, &done));
	return done ? OK : refuse_no_second_factor(cx);
}

enum err second_factor_remove(struct cx *cx, const struct second_factor_caller *p, bool operators)
{
	const struct str event =
	    operators ? STR("{\"change\":\"reset\"}") : STR("{\"change\":\"removed\"}");
	struct resend s = { .doubt = false };
	int64_t ended = 0;
	enum err e;

	do
		e = q_second_factor_end(cx, p->actor_id, p->session_id, event, &ended);
	while (resend_again(cx, &s, &e));
	TRY(e);
	return ended || s.doubt ? OK : refuse_no_second_factor(cx);
}

enum err second_factor_find(struct cx *cx, int64_t actor_id, struct second_factor_row **out)
{
	return q_second_factor_find(cx, actor_id, out);
}
