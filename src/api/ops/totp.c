#include "api/common/render.h"
#include "api/routes.h"
#include "core/second_factor.h"
#include <json-c/json.h>

/* Routes of the second factor (TOTP). The protocol has members for the codes of a second factor
 * (auth_payload.totp, X-P2-Sensitive-Solution) but no routes to enrol one. */

static struct second_factor_caller caller_place(const struct call *c)
{
	return (struct second_factor_caller){ c->who->actor_id, c->who->session_id, c->who->key,
		c->req->remote };
}

static struct json_object *time_or_null(int64_t t)
{
	return t ? json_object_new_int64(t) : NULL;
}

/* GET /.motet/v1/totp: none, pending (not confirmed yet) or confirmed. */
enum err ops_get_totp(struct call *c)
{
	static const struct second_factor_row none = { .confirmed_at = 0 };
	struct json_object *o;
	struct second_factor_row *found;

	TRY(second_factor_find(c->cx, c->who->actor_id, &found));
	const struct second_factor_row *t = found ? found : &none;
	o = json_object_new_object();
	json_object_object_add(o, "state",
	    json_object_new_string(t->confirmed_at ? "confirmed"
		    : found			   ? "pending"
						   : "none"));
	json_object_object_add(o, "created_at", time_or_null(t->created_at));
	json_object_object_add(o, "confirmed_at", time_or_null(t->confirmed_at));
	json_object_object_add(o, "recovery_codes", json_object_new_int64(t->recovery_codes));
	return reply_json(c, 200, o);
}

/* POST /.motet/v1/totp: a new secret, shown only once. Codes are required only after the secret is
 * confirmed. */
enum err ops_post_totp(struct call *c)
{
	struct second_factor_secret s;
	struct json_object *o;

	TRY(second_factor_enrol(c->cx, c->who->actor_id, c->who->local_name, &s));
	o = json_object_new_object();
	json_object_object_add(o, "secret", json_from_str(s.text));
	json_object_object_add(o, "uri", json_from_str(s.uri));
	return reply_json(c, 201, o);
}

static enum err reply_codes(struct call *c, const struct str codes[SECOND_FACTOR_CODES])
{
	struct json_object *o = json_object_new_object(), *list = json_object_new_array();

	for (int i = 0; i < SECOND_FACTOR_CODES; i++)
		json_object_array_add(list, json_from_str(codes[i]));
	json_object_object_add(o, "recovery_codes", list);
	return reply_json(c, 200, o);
}

/* POST /.motet/v1/totp/confirm: confirm with a first code. From now on codes are required. */
struct confirm_body {
	struct str code;
};
SHAPE(confirm_body,
    F_STR(confirm_body, code, .flags = REQUIRED, .min = 1, .max = 64,
	.about = "the six digits that the authenticator app shows"));

enum err ops_post_totp_confirm(struct call *c)
{
	const struct confirm_body *in = c->in;
	const struct second_factor_caller p = caller_place(c);
	struct str codes[SECOND_FACTOR_CODES];

	TRY(second_factor_confirm(c->cx, &p, in->code, codes));
	return reply_codes(c, codes);
}

/* POST /.motet/v1/totp/recovery: replace the recovery codes. */
enum err ops_post_totp_recovery(struct call *c)
{
	const struct second_factor_caller p = caller_place(c);
	struct str codes[SECOND_FACTOR_CODES];

	TRY(second_factor_renew_codes(c->cx, &p, codes));
	return reply_codes(c, codes);
}

/* DELETE /.motet/v1/totp: remove the second factor; then the password alone is enough again. */
enum err ops_delete_totp(struct call *c)
{
	const struct second_factor_caller p = caller_place(c);

	TRY(second_factor_remove(c->cx, &p, false));
	return reply_empty(c, 204);
}
