#include "api/common/keypackages.h"
#include "api/routes.h"
#include "text/encoding.h"
#include <json-c/json.h>

/* POST /keypackage/@me: add to the caller's stock. */
enum err corev1_post_keypackage(struct call *c)
{
	return keypackages_store(c, false, 201);
}

/* DELETE /keypackage/@me: withdraw the caller's stock. */
enum err corev1_delete_keypackage(struct call *c)
{
	return keypackages_withdraw(c);
}

/* GET /keypackage/{fid}: claim one KeyPackage of each session, in base64. */
enum err corev1_get_keypackage(struct call *c)
{
	const struct keypackage_filter any = { .suites = NULL };
	struct keypackage_given *v;
	bool head;
	size_t n;

	TRY(keypackages_claim(c, &any, &v, &n, &head));
	if (head)
		return OK;
	struct json_object *list = json_object_new_array();
	for (size_t i = 0; i < n; i++)
		json_object_array_add(list, json_from_str(base64_encode(c->cx->mem, v[i].tls)));
	return reply_json(c, 200, list);
}
