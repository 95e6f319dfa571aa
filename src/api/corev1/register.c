#include "api/corev1/bodies.h"
#include "api/render.h"
#include "base/conf.h"
#include "core/actor.h"
#include "core/invite.h"
#include <json-c/json.h>

/* What this server wants to know of somebody who registers or logs in; the protocol leaves it to us. */
#define PASSWORD_FIELD(st) F_STR(st, password, .flags = REQUIRED, .max = 1024, .about = "8 to 256 bytes")
struct newcomer {
	struct str password, invite;
};
ROW(newcomer, PASSWORD_FIELD(newcomer), F_STR(newcomer, invite, .max = 1024, .about = "code, where registration takes one"));
struct auth_payload {
	struct str password, totp;
};
ROW(auth_payload, PASSWORD_FIELD(auth_payload),
    F_STR(auth_payload, totp, .max = 64, .about = "who has a second factor logs in with its code, or with a recovery code"));

static enum err object_get(struct cx *cx, const struct field *f, const struct shape *sh, struct json_object *v, void *out)
{
	if (!json_object_is_type(v, json_type_object))
		return shape_bad(cx, f, "must be an object with your password: {\"password\": \"…\"}");
	return shape_decode(cx, sh, v, out);
}

static enum err newcomer_get(struct cx *cx, const struct field *f, struct json_object *v, void *out)
{
	return object_get(cx, f, &newcomer_shape, v, out);
}

static enum err payload_get(struct cx *cx, const struct field *f, struct json_object *v, void *out)
{
	return object_get(cx, f, &auth_payload_shape, v, out);
}

/* POST /register: an identity on this server; a certificate is the next step, POST /session/trust. */
struct register_body {
	struct str actor_name;
	struct newcomer auth_payload;
};
SHAPE(register_body, F_STR(register_body, actor_name, .flags = REQUIRED, .min = 1, .max = 320, .about = "local name, or federation ID of this server"),
    F_CUSTOM(register_body, auth_payload, newcomer_get, .flags = REQUIRED, .of = &newcomer_shape));

static enum err admit(struct call *c, const struct newcomer *in, struct str local)
{
	const struct invite_use u = { in->invite, local, in->password, c->req->remote };
	int64_t id;

	if (c->cx->conf->registration == REGISTRATION_INVITE)
		return invite_register(c->cx, &u, &id);
	return actor_add(c->cx, local, in->password, false, &id);
}

enum err corev1_post_register(struct call *c)
{
	const struct register_body *in = c->in;
	struct json_object *o;
	struct str local;

	if (c->cx->conf->registration == REGISTRATION_CLOSED)
		return refuse(c->cx, ERR_REGISTRATION, "", "This server does not take registrations; ask its operator for an account.");
	enum err e = actor_name(c->cx, "actor_name", in->actor_name, &local);
	if (e == ERR_NOT_FOUND)
		return refuse(c->cx, ERR_BAD_REQUEST, "actor_name", "This server registers actors of %s only.", c->cx->conf->domain);
	TRY(e);
	TRY(admit(c, &in->auth_payload, local));
	o = json_object_new_object();
	json_object_object_add(o, "fid", json_str(actor_fid(c->cx, local)));
	return reply_json(c, 201, o);
}

/* POST /session/trust: a new device gets its certificate and token for the password, and the second factor of those who have one. */
struct trust_body {
	struct str actor_name;
	struct idcsr csr;
	struct auth_payload auth_payload;
};
SHAPE(trust_body, F_STR(trust_body, actor_name, .flags = REQUIRED, .min = 1, .max = 320, .about = "local name, or federation ID of this server"),
    F_CUSTOM(trust_body, csr, csr_get, .flags = REQUIRED, .as = "Csr"),
    F_CUSTOM(trust_body, auth_payload, payload_get, .flags = REQUIRED, .of = &auth_payload_shape));

enum err corev1_post_session_trust(struct call *c)
{
	const struct trust_body *in = c->in;
	const struct log_in l = { in->actor_name, in->auth_payload.password, in->auth_payload.totp, c->req->remote };
	struct grant g;

	TRY(actor_trust(c->cx, &l, &in->csr, &g));
	return reply_grant(c, &g);
}
