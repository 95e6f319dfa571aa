#include "core/foreign_session.h"
#include "base/clock.h"
#include "base/conf.h"
#include "text/fid.h"
#include "x509/cacheable.h"

/* End a session; the actor's other sessions here get the home server's statement unchanged, as an
 * event. */
static enum err end_foreign_session(
    struct cx *cx, const struct session *s, struct str said, bool *ended)
{
	int64_t n;

	*ended = true;
	return q_session_end_foreign(cx, s->fid, s->session_id, said, &n);
}

static enum err renew_foreign_session(
    struct cx *cx, const struct session *s, const struct idcert *c)
{
	const struct foreign_renewal r = { .fid = s->fid,
		.session_id = s->session_id,
		.old = s->serial_text,
		.serial = c->serial,
		.key = { c->key, ED25519_KEY },
		.cert = c->der,
		.not_after = c->not_after,
		.event = cacheable_event(cx, c->der) };
	int64_t renewed;

	TRY(q_foreign_session_renew(cx, &r, &renewed));
	return renewed ? OK
		       : refuse(cx, ERR_UNAUTHORIZED, "",
			     "This session has just ended or got another ID-Cert.");
}

static enum err check_same_session(struct cx *cx, const struct session *s, const struct idcert *c)
{
	if (!str_eq(c->fid, s->fid))
		return refuse(cx, ERR_BAD_CERT, "id_cert",
		    "The ID-Cert belongs to %.*s; this session belongs to %.*s.", (int)c->fid.n,
		    c->fid.s, (int)s->fid.n, s->fid.s);
	if (!str_eq(c->session_id, s->session_id))
		return refuse(cx, ERR_BAD_CERT, "id_cert",
		    "The ID-Cert is for session %.*s; this token belongs to session %.*s.",
		    (int)c->session_id.n, c->session_id.s, (int)s->session_id.n, s->session_id.s);
	return OK;
}

enum err foreign_session_update(
    struct cx *cx, const struct session *s, struct blob der, bool *ended)
{
	struct foreign_cert now;
	struct idcert c;

	*ended = false;
	if (s->actor_id)
		return refuse(cx, ERR_CONFLICT, "id_cert",
		    "This server issues this session's ID-Cert; renew it with POST "
		    "/.p2/core/v1/session/idcert.");
	if (idcert_read(cx, der, &c) != OK)
		return cx->why.err = ERR_BAD_CERT;
	TRY(check_same_session(cx, s, &c));
	TRY(foreign_recheck(cx, der, &now));
	bool current = str_eq(c.serial, s->serial_text),
	     revoked = now.invalidated_at && now.invalidated_at <= cx->now;
	if (revoked)
		return current ? end_foreign_session(cx, s, now.cacheable, ended)
			       : refuse(cx, ERR_BAD_CERT, "id_cert",
				     "This ID-Cert has been revoked by its home server.");
	return current ? OK : renew_foreign_session(cx, s, &now.cert);
}

/* Does this result of foreign_ask_about() mean that the home server gave no usable answer? */
static bool is_silence(enum err e)
{
	return e == ERR_HOME_UNREACHABLE || e == ERR_HOME_INVALID;
}

static bool is_answer_of_home(enum err e)
{
	return e == OK || e == ERR_NOT_FOUND || e == ERR_BAD_CERT || e == ERR_NOT_FEDERATED;
}

static struct str domain_of_fid(struct cx *cx, struct str fid)
{
	struct str local, domain;

	return fid_parse(cx->mem, fid, &local, &domain) ? domain : STR("");
}

enum err foreign_session_confirm(struct cx *cx, struct str fid)
{
	enum err e = foreign_ask_about(cx, fid);

	if (is_silence(e))
		return q_foreign_session_note_silence(
		    cx, domain_of_fid(cx, fid), fid, cx->conf->cache_lifetime);
	return is_answer_of_home(e) ? q_foreign_session_end_unlisted(cx, fid) : e;
}

enum err foreign_session_confirm_next(struct cx *cx, bool *asked)
{
	enum { SLOW_US = 2 * 1000 * 1000 };
	const int64_t began = clock_us();
	struct foreign_due *due;

	TRY(q_foreign_session_due(cx, &due));
	*asked = due != NULL;
	if (due == NULL)
		return OK;
	TRY(foreign_session_confirm(cx, due->fid));
	return clock_us() - began > SLOW_US ? q_foreign_session_put_off(cx, due->domain) : OK;
}
