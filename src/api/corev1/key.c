#include "api/common/bodies.h"
#include "api/common/certs.h"
#include "api/common/render.h"
#include "text/encoding.h"
#include "core/actor.h"
#include "core/publish.h"
#include <json-c/json.h>

#define ASK_AGAIN "public, no-cache"

static struct str quoted(struct cx *cx, struct str s)
{
	return json_text(cx, json_str(s));
}

/* GET /key/server: the public key, or (by Accept) the certificate that carries it. */
enum err corev1_get_key_server(struct call *c)
{
	const struct time_query *in = c->in;
	struct cx *cx = c->cx;
	struct server_key *k;

	TRY(identity_at(cx, when_or(in->timestamp, -1), &k));
	if (http_accepts(c->req->accept, "application/pkix-cert"))
		return reply_public(c, "application/pkix-cert",
		    (struct str){ (const char *)k->cert.p, k->cert.n }, ASK_AGAIN);
	if (http_accepts(c->req->accept, "application/x-pem-file"))
		return reply_public(c, "application/x-pem-file",
		    pem_encode(cx->mem, "CERTIFICATE", k->cert), ASK_AGAIN);
	struct str spki = pem_encode(cx->mem, "PUBLIC KEY", ed25519_spki(cx->mem, k->key.p));
	if (http_accepts(c->req->accept, "text/plain"))
		return reply_public(c, "text/plain; charset=utf-8", spki, ASK_AGAIN);
	return reply_public(c, "application/json", quoted(cx, spki), ASK_AGAIN);
}

/* PUT (alpha.8, polyproto-rs): the new certificate as a JSON string. POST (beta.3): as text. */
enum err corev1_put_key_server(struct call *c)
{
	struct server_key *k;

	TRY(identity_rotate(c->cx, &k));
	return reply_text(c, 200, "application/json",
	    quoted(c->cx, pem_encode(c->cx->mem, "CERTIFICATE", k->cert)));
}

enum err corev1_post_key_server(struct call *c)
{
	struct server_key *k;

	TRY(identity_rotate(c->cx, &k));
	return reply_text(
	    c, 200, "text/plain; charset=utf-8", pem_encode(c->cx->mem, "CERTIFICATE", k->cert));
}

/* GET /key/actor/{fid}: two lists side by side. */
struct lists {
	struct json_object *certs, *ended;
};

static void add(struct cx *cx, struct lists *l, struct blob cert, int64_t invalidated_at)
{
	json_object_array_add(l->certs, json_str(pem_encode(cx->mem, "CERTIFICATE", cert)));
	json_object_array_add(l->ended, json_object_new_boolean(invalidated_at != 0));
}

static enum err add_foreign(struct call *c, const struct cert_filter *f, struct lists *l)
{
	struct foreign_cert *v;
	size_t n;

	TRY(foreign_actor_where(c->cx, c->path[0], f, &v, &n));
	for (size_t i = 0; i < n; i++)
		add(c->cx, l, v[i].cert.der, v[i].invalidated_at);
	return OK;
}

static enum err add_home(struct call *c, const struct cert_filter *f, struct lists *l)
{
	struct cert_item *v;
	struct str local;
	size_t n;

	TRY(actor_name(c->cx, "fid", c->path[0], &local));
	TRY(publish_plain(c->cx, local, f, &v, &n));
	for (size_t i = 0; i < n; i++)
		add(c->cx, l, v[i].cert, v[i].invalidated_at);
	return OK;
}

enum err corev1_get_key_actor(struct call *c)
{
	const struct certs_query *in = c->in;
	const struct cert_filter f = { when_or(in->timestamp, -1), when_or(in->notBefore, -1),
		when_or(in->notAfter, -1), in->session_id };
	struct json_object *o = json_own(c->cx, json_object_new_object());
	struct lists l = { json_object_new_array(), json_object_new_array() };

	json_object_object_add(o, "idcerts", l.certs);
	json_object_object_add(o, "invalidated", l.ended);
	TRY(certs_are_foreign(c->cx, c->path[0]) ? add_foreign(c, &f, &l) : add_home(c, &f, &l));
	return reply_public(c, "application/json", json_text(c->cx, json_object_get(o)), ASK_AGAIN);
}
