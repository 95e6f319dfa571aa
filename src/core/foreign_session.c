#include "core/foreign_session.h"
#include "base/conf.h"
#include "x509/cacheable.h"

/* The actor's other sessions here get the home server's statement unchanged, as an event. */
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
