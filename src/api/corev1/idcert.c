#include "api/corev1/bodies.h"
#include "api/render.h"
#include "core/actor.h"
#include "core/publish.h"
#include <json-c/json.h>

/* A revocation must be seen at once: whoever keeps an answer asks each time whether it is still the one. */
#define ASK_AGAIN "public, no-cache"

/* POST /idcert: a certificate for another session, or the next one for this. */
enum err corev1_post_idcert(struct call *c)
{
	const struct csr_body *in = c->in;
	struct grant g;

	TRY(session_certify(c->cx, c->who, &in->csr, &g));
	return reply_grant(c, &g);
}

enum err corev1_get_idcert_server(struct call *c)
{
	const struct time_query *in = c->in;
	struct published p;

	TRY(publish_server(c->cx, when_or(in->timestamp, -1), &p));
	return reply_public(c, "application/json", json_text(c->cx, render_cacheable(c->cx, &p)), ASK_AGAIN, "Accept");
}

enum err corev1_get_idcert_actor(struct call *c)
{
	const struct certs_query *in = c->in;
	const struct cert_filter f = { when_or(in->timestamp, -1), when_or(in->notBefore, -1), when_or(in->notAfter, -1), in->session_id };
	struct published *p;
	struct str local;
	size_t n;

	TRY(actor_name(c->cx, "fid", c->path[0], &local));
	TRY(publish_actor(c->cx, local, &f, &p, &n));
	struct json_object *list = json_object_new_array();
	for (size_t i = 0; i < n; i++)
		json_object_array_add(list, render_cacheable(c->cx, &p[i]));
	return reply_public(c, "application/json", json_text(c->cx, list), ASK_AGAIN, "Accept");
}
