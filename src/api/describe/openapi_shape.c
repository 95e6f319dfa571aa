#include "api/describe/openapi.h"
#include "json/shape.h"
#include <json-c/json.h>

static void add_bounds(
    struct json_object *o, const struct field *f, const char *least, const char *most)
{
	if (f->min)
		json_object_object_add(o, least, json_object_new_int64(f->min));
	if (f->max)
		json_object_object_add(o, most, json_object_new_int64(f->max));
}

static struct json_object *make_typed(const char *type)
{
	struct json_object *o = json_object_new_object();

	openapi_put(o, "type", type);
	return o;
}

/* Make the schema of a field whose type alone determines it; NULL for the other types. */
static struct json_object *make_plain_schema(const struct field *f)
{
	/* minLength counts characters and .min counts bytes; both are the same only up to 1. For a
	 * field with a larger .min, `as` names the schema. */
	struct json_object *o;
	switch (f->type) {
	case FT_STR:
		add_bounds(o = make_typed("string"), f, "minLength", "maxLength");
		return o;
	case FT_BOOL:
		return make_typed("boolean");
	case FT_STRS:
		add_bounds(o = make_typed("array"), f, "minItems", "maxItems");
		json_object_object_add(o, "items", make_typed("string"));
		return o;
	default:
		return NULL;
	}
}

static enum err make_member_schema(
    struct cx *cx, const struct field *f, const char *as, struct json_object **out)
{
	*out = as ? openapi_ref(cx, "schemas", as) : make_plain_schema(f);
	if (*out == NULL)
		return fail(
		    cx, ERR_INTERNAL, "openapi: the field %s has no schema: set .as", f->name);
	if (f->about)
		openapi_put(*out, "description", f->about);
	return OK;
}

/* Allow A, too, which member of an an member object: a field whose type is an object has a
 * component of its own. */
static enum err add_property(
    struct cx *cx, const struct field *f, struct json_object *o, struct json_object *to)
{
	struct json_object *one, *required;

	if (f->of)
		TRY(openapi_add_shape(cx, f->of, to));
	TRY(make_member_schema(cx, f, f->of ? f->of->name : f->as, &one));
	json_object_object_add(openapi_member(o, "properties"), f->name, one);
	if (!(f->flags & REQUIRED))
		return OK;
	if (!json_object_object_get_ex(o, "required", &required))
		json_object_object_add(o, "required", required = json_object_new_array());
	json_object_array_add(required, json_object_new_string(f->name));
	return OK;
}

static enum err add_object(
    struct cx *cx, const struct shape *sh, const char *name, struct json_object *to)
{
	struct json_object *o = openapi_member(to, name);

	openapi_put(o, "type", "object");
	for (const struct field *f = sh->fields; f < sh->fields + sh->nfields; f++)
		if (!(f->flags & OTHER_NAME))
			TRY(add_property(cx, f, o, to));
	return OK;
}

enum err openapi_add_shape(struct cx *cx, const struct shape *sh, struct json_object *to)
{
	const char *object = arena_printf(cx->mem, "%s_object", sh->name);
	struct json_object *list;

	if (json_object_object_get_ex(to, sh->name, NULL))
		return OK;
	if (sh->bare == NULL)
		return add_object(cx, sh, sh->name, to);
	list = json_object_new_array();
	json_object_array_add(list, openapi_ref(cx, "schemas", object));
	json_object_array_add(list, openapi_ref(cx, "schemas", sh->bare));
	json_object_object_add(openapi_member(to, sh->name), "anyOf", list);
	return add_object(cx, sh, object, to);
}

static enum err add_query_parameter(
    struct cx *cx, const struct field *f, struct json_object *parameters)
{
	struct json_object *o = json_own(cx, json_object_new_object()), *schema;

	TRY(make_member_schema(cx, f, f->as_query ? f->as_query : f->as, &schema));
	openapi_put(o, "name", f->name);
	openapi_put(o, "in", "query");
	json_object_object_add(o, "required", json_object_new_boolean((f->flags & REQUIRED) != 0));
	if (f->about)
		openapi_put(o, "description", f->about);
	json_object_object_add(o, "schema", schema);
	if (f->type == FT_STRS || f->type == FT_CUSTOM) { /* the values are separated by commas */
		openapi_put(o, "style", "form");
		json_object_object_add(o, "explode", json_object_new_boolean(false));
	}
	json_object_array_add(parameters, json_object_get(o));
	return OK;
}

enum err openapi_query(struct cx *cx, const struct shape *sh, struct json_object *parameters)
{
	for (const struct field *f = sh->fields; f < sh->fields + sh->nfields; f++)
		if (!(f->flags & OTHER_NAME))
			TRY(add_query_parameter(cx, f, parameters));
	return OK;
}
