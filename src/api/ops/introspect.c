#include "api/common/render.h"
#include "api/routes.h"
#include "core/federation_token.h"
#include <json-c/json.h>

/*
 * GET /.motet/v1/introspect: can this federation token of this server still be redeemed? The route
 * works like RFC 7662 and is for other motet servers, which find it in /.well-known/polyproto-core.
 * The caller sends the SHA-256 of the token: only a holder of the token can compute it, and whoever
 * reads it in a log cannot redeem the token.
 */
struct introspect_query {
	struct str token_hash;
};
SHAPE(introspect_query,
    F_STR(introspect_query, token_hash, .flags = REQUIRED, .as = "Sha256", .min = 64, .max = 64,
	.about = "SHA-256 of the token, 64 hex digits"));

enum err ops_get_introspect(struct call *c)
{
	const struct introspect_query *in = c->in;
	struct json_object *o;
	bool active;

	TRY(federation_token_active(c->cx, in->token_hash, &active));
	o = json_object_new_object();
	json_object_object_add(o, "active", json_object_new_boolean(active));
	return reply_json(c, 200, o);
}
