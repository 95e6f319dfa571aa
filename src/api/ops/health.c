#include "api/render.h"
#include "api/routes.h"
#include "base/clock.h"
#include "base/conf.h"
#include "core/identity.h"
#include "core/schema.h"
#include <json-c/json.h>

/* The process lives; nothing else is asked. */
enum err ops_get_healthz(struct call *c)
{
	return reply_text(c, 200, "application/json", STR("{\"status\":\"ok\"}"));
}

/* The identity is ours, and can sign: once known, of a key this stays so. */
static enum err signs(struct cx *cx)
{
	static int64_t proven;
	struct server_key *k;

	TRY(identity_current(cx, &k));
	if (k->serial == proven)
		return OK;
	TRY(identity_prove(cx, k));
	proven = k->serial;
	return OK;
}

static enum err look(struct cx *cx)
{
	TRY(schema_fits(cx));
	return signs(cx);
}

/* The database answers, its schema is one for this program, and the identity: found out once a second at most, since anybody may ask without limit. */
static enum err ready(struct cx *cx)
{
	static struct {
		int64_t until_us;
		enum err err;
		struct fail why;
	} last;
	enum { A_SECOND = 1000000 };

	if (clock_us() >= last.until_us) {
		last.err = look(cx);
		last.why = cx->why;
		last.until_us = clock_us() + A_SECOND;
	}
	cx->why = last.why;
	return last.err;
}

enum err ops_get_readyz(struct call *c)
{
	TRY(ready(c->cx));
	return reply_text(c, 200, "application/json", STR("{\"status\":\"ready\"}"));
}

enum err ops_get_polyproto_core(struct call *c)
{
	const struct conf *conf = c->cx->conf;
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "api", json_object_new_string(arena_printf(c->cx->mem, "%s%s/.p2/core/", conf->public_url, conf->base_path)));
	struct json_object *own = json_object_new_object();
	json_object_object_add(own, "introspect",
	    json_object_new_string(arena_printf(c->cx->mem, "%s%s/.motet/v1/introspect", conf->public_url, conf->base_path)));
	json_object_object_add(o, "motet", own);
	return reply_public(c, "application/json", json_text(c->cx, o), "public, max-age=3600");
}
