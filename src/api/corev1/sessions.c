#include "api/common/render.h"
#include "api/routes.h"
#include <json-c/json.h>

static struct json_object *render_own_session(const struct call *c, const struct own_session *s)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "sessionId", json_from_str(s->session_id));
	json_object_object_add(o, "serialNumber", json_from_str(s->serial));
	json_object_object_add(o, "issuedAt", render_number(c, s->created_at));
	json_object_object_add(o, "expiresAt", render_number(c, s->not_after));
	json_object_object_add(
	    o, "current", json_object_new_boolean(str_eq(s->session_id, c->who->session_id)));
	return o;
}

/* GET /sessions (beta.13). */
enum err corev1_get_sessions(struct call *c)
{
	struct json_object *list = json_own(c->cx, json_object_new_array());
	struct own_session *v;
	size_t n;

	TRY(session_list_own(c->cx, c->who, &v, &n));
	for (size_t i = 0; i < n; i++)
		json_object_array_add(list, render_own_session(c, &v[i]));
	return reply_json(c, 200, json_object_get(list));
}
