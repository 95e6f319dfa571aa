#include "core/announce.h"
#include "codec/json.h"
#include "codec/text.h"
#include "core/foreign.h"

static enum err belongs(struct cx *cx, const struct session *s, struct blob der)
{
	struct idcert id;

	enum err e = idcert_read(cx, der, &id);
	if (e == ERR_BAD_REQUEST)
		return cx->why.err = ERR_BAD_CERT;
	TRY(e);
	if (id.is_server || !str_eq(id.fid, s->fid))
		return refuse(cx, ERR_BAD_CERT, "id_cert", "This ID-Cert is not one of %.*s.", (int)s->fid.n, s->fid.s);
	if (!str_eq(id.session_id, s->session_id))
		return refuse(cx, ERR_BAD_CERT, "id_cert", "This ID-Cert is for the session %.*s; this session is %.*s.", (int)id.session_id.n,
		    id.session_id.s, (int)s->session_id.n, s->session_id.s);
	return OK;
}

enum err announce_cert(struct cx *cx, const struct session *s, struct blob der)
{
	struct foreign_cert c;
	bool renewed;

	TRY(belongs(cx, s, der));
	TRY(foreign_check(cx, der, &c));
	if (c.invalidated_at && c.invalidated_at <= cx->now)
		return refuse(cx, ERR_BAD_CERT, "id_cert", "This ID-Cert was revoked.");
	struct str quoted = json_text(cx, json_str(pem_encode(cx->mem, "CERTIFICATE", c.cert.der)));
	const struct renewal r = { .fid = s->fid, .session_id = s->session_id, .old_serial = s->serial_text, .serial = c.cert.serial,
		.public_key = { c.cert.key, ED25519_KEY }, .cert = c.cert.der, .not_after = c.cert.not_after,
		.event = str_of(arena_printf(cx->mem, "{\"cert\":%.*s}", (int)quoted.n, quoted.s)) };
	TRY(q_session_renew(cx, &r, &renewed));
	return renewed ? OK : refuse(cx, ERR_UNAUTHORIZED, "", "This session has ended, or got another ID-Cert, meanwhile.");
}
