#include "api/common/keypackages.h"
#include "api/common/binary.h"
#include "api/common/render.h"
#include "base/conf.h"
#include "json/federation_jws.h"
#include "x509/x509.h"
#include "core/redeem.h"
#include <json-c/json.h>

/* POST /session/auth: a federation token and an ID-Cert open a session here. */
struct fedauth_body {
	struct str federation_token;
	struct blob id_cert;
	struct keypackages_body key_packages, key_package_lr;
};

/* A malformed token is answered with 400 here; an invalid token is answered with 401 later. */
static enum err get_federation_token(
    struct cx *cx, const struct field *f, struct json_object *v, void *out)
{
	struct str *token = out;

	enum err e = federation_jws_from_json(cx, v, token);
	if (e == ERR_UNAUTHORIZED)
		return cx->why.err = ERR_BAD_REQUEST;
	TRY(e);
	return token->n <= FEDERATION_JWS_MAX
	    ? OK
	    : shape_refuse(cx, f, "must have at most 4096 characters");
}

static enum err get_fedauth_cert(
    struct cx *cx, const struct field *f, struct json_object *v, void *out)
{
	struct blob *cert = out;

	TRY(binary_get_cert(cx, f, v, out));
	return cert->n <= X509_MAX ? OK : shape_refuse(cx, f, "must have at most 8192 octets");
}

SHAPE(fedauth_body,
    F_CUSTOM(fedauth_body, federation_token, get_federation_token, .as = "FederationToken",
	.about = "token of POST /p2core/token at your home server; or send Authorization: Bearer"),
    F_CUSTOM(fedauth_body, id_cert, get_fedauth_cert, .flags = REQUIRED, .as = "IdCert"),
    F_CUSTOM(fedauth_body, key_packages, keypackages_get_list, .as = "KeyPackages",
	.about = "KeyPackages for the session's stock"),
    F_CUSTOM(fedauth_body, key_package_lr, keypackages_get_list, .as = "KeyPackages",
	.about = "the last-resort KeyPackage of the session"));

/* Join the KeyPackages of both members into one upload. The member in which a KeyPackage came
 * decides whether it is used as a last resort; its own mark does not. */
static enum err join_keypackages(
    struct cx *cx, const struct fedauth_body *in, struct keypackage_upload *u)
{
	const struct keypackages_body *both[] = { &in->key_packages, &in->key_package_lr };
	struct mls_input *all = arena_alloc(cx->mem,
			     (in->key_packages.n + in->key_package_lr.n + 1) * sizeof *all),
			 *v;
	size_t bad;

	if (in->key_package_lr.n > 1)
		return refuse(cx, ERR_BAD_REQUEST, "key_package_lr",
		    "Send at most one KeyPackage here: a session has one last-resort KeyPackage.");
	for (int last = 0; last < 2; last++) {
		TRY(keypackages_decode(cx, both[last], &v, &bad));
		for (size_t i = 0; i < both[last]->n; i++) {
			v[i].says_last_resort = true;
			v[i].last_resort = last;
			all[u->n++] = v[i];
		}
	}
	u->v = all;
	return OK;
}

enum err p2core_post_session_auth(struct call *c)
{
	const struct fedauth_body *in = c->in;
	struct str token = in->federation_token.s ? in->federation_token
						  : http_bearer(c->req->authorization),
		   session_token;
	bool kept;
	struct keypackage_upload u = { .kept = &kept };
	struct json_object *o, *extra;

	if (token.n == 0)
		return refuse(c->cx, ERR_BAD_REQUEST, "federation_token",
		    "federation_token is missing: send it in the body, or as "
		    "Authorization: Bearer.");
	TRY(join_keypackages(c->cx, in, &u));
	TRY(redeem_token(c->cx, token, in->id_cert, &u, &session_token));
	if (u.n && !kept)
		http_set(c->cx, c->resp, "X-P2-KeyPackage-Count", "0");
	o = json_own(c->cx, json_object_new_object());
	json_object_object_add(o, "session_token", json_from_str(session_token));
	if (c->cx->conf->session_extra[0]) {
		TRY(json_parse(c->cx, str_of(c->cx->conf->session_extra), &extra));
		json_object_object_add(o, "extra", json_object_get(extra));
	}
	return reply_json(c, 201, json_object_get(o));
}
