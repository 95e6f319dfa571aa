#include "api/common/bodies.h"
#include "api/common/render.h"
#include "base/conf.h"
#include "core/actor.h"
#include "core/invite.h"
#include <json-c/json.h>

/* auth_payload of a registration; the protocol lets the server choose its members. */
struct newcomer {
	struct str password, invite;
};
ROW(newcomer, PASSWORD_FIELD(newcomer),
    F_STR(
	newcomer, invite, .max = 1024, .about = "code of an invite, if this server requires one"));
static enum err get_newcomer(struct cx *cx, const struct field *f, struct json_object *v, void *out)
{
	return bodies_get_password(cx, f, &newcomer_shape, v, out);
}

/* POST /register: register an actor, who gets the first certificate from POST /session/trust. */
struct register_body {
	struct str actor_name;
	struct newcomer auth_payload;
};
SHAPE(register_body,
    F_STR(register_body, actor_name, .flags = REQUIRED, .min = 1, .max = 320,
	.about = "local name, or federation ID of this server"),
    F_CUSTOM(register_body, auth_payload, get_newcomer, .flags = REQUIRED, .of = &newcomer_shape));

static enum err add_newcomer(
    struct call *c, const struct newcomer *in, struct str local, int64_t *id)
{
	const struct invite_use u = { in->invite, local, in->password, c->req->remote };

	struct actor_ref who;

	enum err e = c->cx->conf->registration == REGISTRATION_INVITE
	    ? invite_register(c->cx, &u, id)
	    : actor_register(c->cx, local, in->password, u.address, id);

	if (e != ERR_FID_TAKEN)
		return e;
	TRY(actor_was_added(c->cx, local, in->password, u.address));
	TRY(actor_find(c->cx, "actor_name", local, &who));
	*id = who.id;
	return OK;
}

enum err corev1_post_register(struct call *c)
{
	const struct register_body *in = c->in;
	struct json_object *o;
	struct str local;
	int64_t id;

	if (c->cx->conf->registration == REGISTRATION_CLOSED)
		return refuse(c->cx, ERR_REGISTRATION, "", "%s", err_text(ERR_REGISTRATION));
	enum err e = actor_read_name(c->cx, "actor_name", in->actor_name, &local);
	if (e == ERR_NOT_FOUND)
		return refuse(c->cx, ERR_BAD_REQUEST, "actor_name",
		    "This server only registers actors of %s.", c->cx->conf->domain);
	TRY(e);
	TRY(actor_check_reserved(c->cx, local));
	TRY(add_newcomer(c, &in->auth_payload, local, &id));
	o = json_object_new_object();
	json_object_object_add(o, "fid", json_from_str(actor_fid(c->cx, local)));
	json_object_object_add(
	    o, "id", json_object_new_string(arena_printf(c->cx->mem, "%lld", (long long)id)));
	return reply_json(c, 201, o);
}
