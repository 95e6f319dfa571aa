#include "api/common/bodies.h"
#include "api/common/render.h"
#include "core/actor.h"
#include <json-c/json.h>

/* auth_payload of a log-in; the protocol lets the server choose its members. */
struct auth_payload {
	struct str password, totp;
};
ROW(auth_payload, PASSWORD_FIELD(auth_payload),
    F_STR(auth_payload, totp, .max = 64,
	.about =
	    "code of the second factor, or a recovery code, if the actor has a second factor"));

static enum err get_auth_payload(
    struct cx *cx, const struct field *f, struct json_object *v, void *out)
{
	return bodies_get_password(cx, f, &auth_payload_shape, v, out);
}

/*
 * POST /session/trust: a new device gets an ID-Cert and a token for the password and, if enabled,
 * the second factor.
 */
struct trust_body {
	struct str actor_name;
	struct idcsr csr;
	struct auth_payload auth_payload;
	struct str replaces;
};
SHAPE(trust_body,
    F_STR(trust_body, actor_name, .flags = REQUIRED, .min = 1, .max = 320,
	.about = "local name, or federation ID of this server"),
    F_CUSTOM(trust_body, csr, bodies_get_csr, .flags = REQUIRED, .as = "Csr"),
    F_CUSTOM(
	trust_body, auth_payload, get_auth_payload, .flags = REQUIRED, .of = &auth_payload_shape),
    F_STR(trust_body, replaces, .max = 32,
	.about = "ID of your session that ends with this log-in; without it, the oldest one ends "
		 "when you have too many"));

enum err corev1_post_session_trust(struct call *c)
{
	const struct trust_body *in = c->in;
	const struct login_request l = { in->actor_name, in->auth_payload.password,
		in->auth_payload.totp, c->req->remote, in->replaces };
	struct grant g;

	TRY(actor_log_in(c->cx, &l, &in->csr, &g));
	return reply_grant(c, &g);
}
