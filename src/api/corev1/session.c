#include "api/corev1/bodies.h"
#include "api/render.h"

/* PUT /session/revoke: log out. The session's certificate ends with its token. */
enum err corev1_put_session_revoke(struct call *c)
{
	TRY(session_end(c->cx, c->who, c->who->session_id));
	return reply_empty(c, 204);
}

/* POST /session/idcert: a new key for this session. */
enum err corev1_post_session_idcert(struct call *c)
{
	const struct csr_body *in = c->in;
	struct grant g;

	TRY(session_rotate(c->cx, c->who, &in->csr, &g));
	return reply_grant(c, &g);
}

/* DELETE /session: end any session of one's own. */
struct session_query {
	struct str session_id;
};
SHAPE(session_query, F_STR(session_query, session_id, .flags = REQUIRED, .min = 1, .max = 32, .about = "the session to end"));

enum err corev1_delete_session(struct call *c)
{
	const struct session_query *in = c->in;

	TRY(session_end(c->cx, c->who, in->session_id));
	return reply_empty(c, 204);
}
