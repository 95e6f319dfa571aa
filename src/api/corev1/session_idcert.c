#include "api/common/bodies.h"
#include "api/common/certs.h"
#include "api/common/render.h"
#include "core/foreign_session.h"

/* POST /session/idcert: a new key, ID-Cert and token for this session. */
enum err corev1_post_session_idcert(struct call *c)
{
	const struct csr_body *in = c->in;
	struct grant g;

	TRY(session_rotate(c->cx, c->who, &in->csr, &g));
	return reply_grant(c, &g);
}

/*
 * PUT and POST /session/idcert/extern. 201: the session continues with the new ID-Cert. 204: the
 * ID-Cert is revoked, and the session has ended.
 */
static enum err update_foreign_idcert(struct call *c)
{
	const struct cert_body *in = c->in;
	bool ended;

	TRY(foreign_session_update(c->cx, c->who, in->id_cert, &ended));
	return reply_empty(c, ended ? 204 : 201);
}

enum err corev1_put_session_idcert_extern(struct call *c)
{
	return update_foreign_idcert(c);
}

enum err corev1_post_session_idcert_extern(struct call *c)
{
	return update_foreign_idcert(c);
}
