#include "api/common/bodies.h"
#include "api/common/certs.h"
#include "api/common/render.h"
#include "text/encoding.h"
#include "core/actor.h"
#include "core/publish.h"
#include <json-c/json.h>

static struct str quote_pem(struct cx *cx, struct str s)
{
	return json_text(cx, json_from_str(s));
}

enum { KEY_JSON, KEY_DER, KEY_PEM, KEY_TEXT, KEY_MEDIA };
static const char *const key_media[KEY_MEDIA] = { [KEY_JSON] = "application/json",
	[KEY_DER] = "application/pkix-cert",
	[KEY_PEM] = "application/x-pem-file",
	[KEY_TEXT] = "text/plain" };

/* GET /key/server: the public key or the server's certificate; Accept chooses. */
enum err corev1_get_key_server(struct call *c)
{
	const struct time_query *in = c->in;
	struct cx *cx = c->cx;
	struct server_key *k;

	TRY(identity_at(cx, when_or(in->timestamp, -1), &k));
	struct str spki = pem_encode(cx->mem, "PUBLIC KEY", ed25519_spki(cx->mem, k->key.p));
	switch (http_choose(c->req->accept, key_media, KEY_MEDIA)) {
	case KEY_DER:
		return reply_public(c, key_media[KEY_DER],
		    (struct str){ (const char *)k->cert.p, k->cert.n }, CACHE_REVALIDATE);
	case KEY_PEM:
		return reply_public(c, key_media[KEY_PEM],
		    pem_encode(cx->mem, "CERTIFICATE", k->cert), CACHE_REVALIDATE);
	case KEY_TEXT:
		return reply_public(c, "text/plain; charset=utf-8", spki, CACHE_REVALIDATE);
	default:
		return reply_public(c, key_media[KEY_JSON], quote_pem(cx, spki), CACHE_REVALIDATE);
	}
}

/* PUT (alpha.8, polyproto-rs) answers with a JSON string; POST (beta.3) with text. */
enum err corev1_put_key_server(struct call *c)
{
	struct server_key *k;

	TRY(identity_rotate(c->cx, &k));
	return reply_text(c, 200, "application/json",
	    quote_pem(c->cx, pem_encode(c->cx->mem, "CERTIFICATE", k->cert)));
}

enum err corev1_post_key_server(struct call *c)
{
	struct server_key *k;

	TRY(identity_rotate(c->cx, &k));
	return reply_text(
	    c, 200, "text/plain; charset=utf-8", pem_encode(c->cx->mem, "CERTIFICATE", k->cert));
}

/* GET /key/actor/{fid} answers with two lists of the same length: the certificates, and whether
 * each of them is revoked. */
struct key_actor_lists {
	struct json_object *certs, *ended;
};

static void add_listed_cert(
    struct cx *cx, struct key_actor_lists *l, struct blob cert, int64_t invalidated_at)
{
	json_object_array_add(l->certs, json_from_str(pem_encode(cx->mem, "CERTIFICATE", cert)));
	json_object_array_add(l->ended, json_object_new_boolean(invalidated_at != 0));
}

static enum err list_foreign_certs(
    struct call *c, const struct cert_filter *f, struct key_actor_lists *l)
{
	struct foreign_cert *v;
	size_t n;

	TRY(foreign_list_certs_where(c->cx, c->path[0], f, &v, &n));
	for (size_t i = 0; i < n; i++)
		add_listed_cert(c->cx, l, v[i].cert.der, v[i].invalidated_at);
	return OK;
}

static enum err list_home_certs(
    struct call *c, const struct cert_filter *f, struct key_actor_lists *l)
{
	struct cert_item *v;
	struct str local;
	size_t n;

	TRY(actor_read_name(c->cx, "fid", c->path[0], &local));
	TRY(publish_list_certs(c->cx, local, f, &v, &n));
	for (size_t i = 0; i < n; i++)
		add_listed_cert(c->cx, l, v[i].cert, v[i].invalidated_at);
	return OK;
}

enum err corev1_get_key_actor(struct call *c)
{
	const struct certs_query *in = c->in;
	const struct cert_filter f = { when_or(in->timestamp, -1), when_or(in->notBefore, -1),
		when_or(in->notAfter, -1), in->session_id };
	struct json_object *o = json_own(c->cx, json_object_new_object());
	struct key_actor_lists l = { json_object_new_array(), json_object_new_array() };

	json_object_object_add(o, "idcerts", l.certs);
	json_object_object_add(o, "invalidated", l.ended);
	TRY(certs_fid_is_foreign(c->cx, c->path[0]) ? list_foreign_certs(c, &f, &l)
						    : list_home_certs(c, &f, &l));
	return reply_public(
	    c, "application/json", json_text(c->cx, json_object_get(o)), CACHE_REVALIDATE);
}
