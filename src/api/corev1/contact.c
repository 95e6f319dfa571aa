#include "api/common/render.h"
#include "api/routes.h"
#include "base/conf.h"
#include <json-c/json.h>

static void add_given_text(struct json_object *o, const char *name, const char *value)
{
	if (value[0])
		json_object_object_add(o, name, json_object_new_string(value));
}

/* GET /contact (beta.5): who runs this server. */
enum err corev1_get_contact(struct call *c)
{
	const struct conf *conf = c->cx->conf;
	struct json_object *o;

	if (conf->contact_mail[0] == '\0' && conf->contact_actor[0] == '\0')
		return refuse(c->cx, ERR_NOT_FOUND, "",
		    "The operator of this server has published no contact.");
	o = json_object_new_object();
	add_given_text(o, "mail", conf->contact_mail);
	add_given_text(o, "adminAccount", conf->contact_actor);
	return reply_public(c, "application/json", json_text(c->cx, o), CACHE_REVALIDATE);
}
