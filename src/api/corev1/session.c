#include "api/common/bodies.h"
#include "api/common/render.h"

/* PUT /session/revoke: log out. The session loses its token; a home actor's ID-Cert is revoked,
 * too. */
enum err corev1_put_session_revoke(struct call *c)
{
	TRY(session_end(c->cx, c->who, c->who->session_id));
	return reply_empty(c, 204);
}

/* DELETE /session: end one of the actor's sessions. */
struct session_query {
	struct str session_id;
};
SHAPE(session_query,
    F_STR(session_query, session_id, .alias = "sessionId", .min = 1, .max = 32,
	.about = "ID of the session to end; in beta.13, this session if left out"));

enum err corev1_delete_session(struct call *c)
{
	const struct session_query *in = c->in;

	if (in->session_id.n == 0 && !c->gen.strings)
		return refuse(c->cx, ERR_BAD_REQUEST, "session_id",
		    "Send the ID of the session to end: ?session_id=….");
	TRY(session_end(c->cx, c->who, in->session_id.n ? in->session_id : c->who->session_id));
	return reply_empty(c, 204);
}

/* DELETE /session/{id} (beta.13). */
enum err corev1_delete_session_id(struct call *c)
{
	TRY(session_end(c->cx, c->who, c->path[0]));
	return reply_empty(c, 204);
}
