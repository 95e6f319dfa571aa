#include "api/common/bodies.h"
#include "api/common/certs.h"
#include "api/common/render.h"
#include "core/actor.h"
#include "core/publish.h"
#include <json-c/json.h>

/* Issue the next ID-Cert of this session; the session keeps its token. */
static enum err renew_idcert(struct call *c, const struct idcsr *csr)
{
	struct grant g = { .token = STR("") };
	struct blob hash;

	TRY(session_hash_token(c->cx, http_bearer(c->req->authorization), &hash));
	TRY(session_rekey(c->cx, c->who, csr, hash, &g.id_cert));
	return reply_grant(c, &g);
}

/*
 * POST /idcert: issue an ID-Cert for another session, or the next ID-Cert for this session. Many
 * clients do not read a new token from the answer: with keeps_token, the session keeps its token
 * (protocol.md 4.4).
 */
enum err corev1_post_idcert(struct call *c)
{
	const struct csr_body *in = c->in;
	struct grant g;

	if (c->gen.keeps_token && str_eq(in->csr.session_id, c->who->session_id))
		return renew_idcert(c, &in->csr);
	TRY(session_issue_idcert(c->cx, c->who, &in->csr, &g));
	return reply_grant(c, &g);
}

/* PUT /idcert (beta.13). */
enum err corev1_put_idcert(struct call *c)
{
	const struct csr_body *in = c->in;

	return renew_idcert(c, &in->csr);
}

enum err corev1_get_idcert_server(struct call *c)
{
	const struct time_query *in = c->in;
	struct published p;

	TRY(publish_server(c->cx, when_or(in->timestamp, -1), c->gen.spaced, &p));
	return reply_cacheable(c, render_cacheable(c, &p));
}

/*
 * For an actor of another server, answer with the home server's statements byte for byte, since
 * only that server can sign them.
 */
static enum err reply_foreign_idcerts(struct call *c, const struct cert_filter *f)
{
	struct buf b = { .mem = c->cx->mem };
	struct foreign_cert *v;
	size_t n;

	TRY(foreign_list_certs_where(c->cx, c->path[0], f, &v, &n));
	buf_z(&b, "[");
	for (size_t i = 0; i < n; i++) {
		buf_z(&b, i ? "," : "");
		buf_str(&b, v[i].cacheable);
	}
	buf_z(&b, "]");
	return reply_public(c, "application/json", buf_done(&b), CACHE_REVALIDATE);
}

enum err corev1_get_idcert_actor(struct call *c)
{
	const struct certs_query *in = c->in;
	const struct cert_filter f = { when_or(in->timestamp, -1), when_or(in->notBefore, -1),
		when_or(in->notAfter, -1), in->session_id };
	struct published *p;
	struct str local;
	size_t n;

	if (certs_fid_is_foreign(c->cx, c->path[0]))
		return reply_foreign_idcerts(c, &f);
	TRY(actor_read_name(c->cx, "fid", c->path[0], &local));
	TRY(publish_actor(c->cx, local, &f, c->gen.spaced, &p, &n));
	struct json_object *list = json_object_new_array();
	for (size_t i = 0; i < n; i++)
		json_object_array_add(list, render_cacheable(c, &p[i]));
	return reply_cacheable(c, list);
}
