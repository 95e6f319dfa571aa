#include "api/describe/openapi.h"
#include "api/describe/about.h"
#include "json/json.h"
#include <json-c/json.h>

struct openapi_example {
	const char *schema, *text;
};
#define EXAMPLE(schema, ...) { #schema, #__VA_ARGS__ },
static const struct openapi_example examples[] = {
#include "api/describe/examples.def"
};
#undef EXAMPLE

struct json_object *openapi_ref(struct cx *cx, const char *kind, const char *name)
{
	struct json_object *o = json_object_new_object();

	openapi_put(o, "$ref", arena_printf(cx->mem, "#/components/%s/%s", kind, name));
	return o;
}

void openapi_put(struct json_object *o, const char *name, const char *text)
{
	json_object_object_add(o, name, json_object_new_string(text));
}

struct json_object *openapi_member(struct json_object *o, const char *name)
{
	struct json_object *v;

	if (!json_object_object_get_ex(o, name, &v))
		json_object_object_add(o, name, v = json_object_new_object());
	return v;
}

static enum err add_example(struct cx *cx, const char *schema, struct json_object *media)
{
	struct json_object *v;

	for (size_t i = 0; i < COUNT_OF(examples); i++) {
		if (strcmp(examples[i].schema, schema) != 0)
			continue;
		if (json_parse(cx, str_of(examples[i].text), &v) != OK)
			return fail(cx, ERR_INTERNAL, "examples.def: %s: %s", schema, cx->why.say);
		json_object_object_add(media, "example", json_object_get(v));
	}
	return OK;
}

enum err openapi_media(
    struct cx *cx, struct json_object *owner, const char *type, const char *schema)
{
	struct json_object *media = openapi_member(openapi_member(owner, "content"), type);

	if (schema == NULL)
		return OK;
	json_object_object_add(media, "schema", openapi_ref(cx, "schemas", schema));
	return add_example(cx, schema, media);
}
