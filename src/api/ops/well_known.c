#include "api/common/render.h"
#include "api/routes.h"
#include "base/conf.h"
#include <json-c/json.h>

/* GET /.well-known/polyproto-core */
enum err ops_get_polyproto_core(struct call *c)
{
	const struct conf *conf = c->cx->conf;
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "api",
	    json_object_new_string(
		arena_printf(c->cx->mem, "%s%s/.p2/core/", conf->public_url, conf->base_path)));
	/* This server has no OpenID provider: actors log in at the server itself, so name this
	 * server here. */
	json_object_object_add(o, "oidc_issuer",
	    json_object_new_string(
		arena_printf(c->cx->mem, "%s%s", conf->public_url, conf->base_path)));
	struct json_object *own = json_object_new_object();
	json_object_object_add(own, "introspect",
	    json_object_new_string(arena_printf(
		c->cx->mem, "%s%s/.motet/v1/introspect", conf->public_url, conf->base_path)));
	json_object_object_add(o, "motet", own);
	return reply_public(c, "application/json", json_text(c->cx, o), "public, max-age=3600");
}
