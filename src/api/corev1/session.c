#include "api/common/bodies.h"
#include "api/common/render.h"

/* PUT /session/revoke: log out. Ends the session's token and its ID-Cert. */
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
    F_STR(session_query, session_id, .alias = "sessionId", .flags = REQUIRED, .min = 1, .max = 32,
	.about = "the session to end"));

enum err corev1_delete_session(struct call *c)
{
	const struct session_query *in = c->in;

	TRY(session_end(c->cx, c->who, in->session_id));
	return reply_empty(c, 204);
}
