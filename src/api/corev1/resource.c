#include "api/common/render.h"
#include "api/routes.h"
#include <json-c/json.h>

/* GET /resource/usage (beta.5): this server stores no resources, so the limit and the usage are
 * 0. */
enum err corev1_get_resource_usage(struct call *c)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "limit", render_number(c, 0));
	json_object_object_add(o, "used", render_number(c, 0));
	return reply_json(c, 200, o);
}
