#include "api/describe/openapi.h"
#include "json/shape.h"
#include <json-c/json.h>

struct json_object *openapi_ref(struct cx *cx, const char *kind, const char *name)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "$ref",
	    json_object_new_string(arena_printf(cx->mem, "#/components/%s/%s", kind, name)));
	return o;
}

void openapi_put(struct json_object *o, const char *name, const char *text)
{
	json_object_object_add(o, name, json_object_new_string(text));
}

static struct json_object *make_type_list(const char *one, const char * or)
{
	struct json_object *list = json_object_new_array();

	json_object_array_add(list, json_object_new_string(one));
	json_object_array_add(list, json_object_new_string(or));
	return list;
}

static void add_bounds(
    struct json_object *o, const struct field *f, const char *least, const char *most)
{
	if (f->min)
		json_object_object_add(o, least, json_object_new_int64(f->min));
	if (f->max)
		json_object_object_add(o, most, json_object_new_int64(f->max));
}

static struct json_object *make_text_schema(const struct field *f)
{
	struct json_object *o = json_object_new_object();

	if (f->flags & NUMERIC)
		json_object_object_add(o, "type", make_type_list("string", "integer"));
	else
		openapi_put(o, "type", "string");
	return o;
}

/* Make the schema of a field whose type alone determines it; NULL for the other types. */
static struct json_object *make_plain_schema(const struct field *f)
{
	struct json_object *o = f->type == FT_STR ? make_text_schema(f) : json_object_new_object();

	/* minLength counts characters and .min counts bytes; both are the same only up to 1. For a
	 * field with a larger .min, `as` names the schema. */
	if (f->type == FT_STR)
		add_bounds(o, f, "minLength", "maxLength");
	else if (f->type == FT_BOOL)
		openapi_put(o, "type", "boolean");
	else if (f->type == FT_STRS) {
		openapi_put(o, "type", "array");
		json_object_object_add(o, "items", make_text_schema(f));
		add_bounds(o, f, "minItems", "maxItems");
	} else {
		json_object_put(o);
		return NULL;
	}
	return o;
}

static enum err make_member_schema(struct cx *cx, const struct field *f, struct json_object **out)
{
	if (f->of)
		return openapi_object(cx, f->of, out);
	*out = f->as ? openapi_ref(cx, "schemas", f->as) : make_plain_schema(f);
	if (*out == NULL)
		return fail(
		    cx, ERR_INTERNAL, "openapi: the field %s has no schema: set .as", f->name);
	if (f->about)
		openapi_put(*out, "description", f->about);
	return OK;
}

/* Allow null, too, which counts as an absent member (protocol.md 2.3). */
static struct json_object *allow_null(struct json_object *schema)
{
	struct json_object *o = json_object_new_object(), *list = json_object_new_array(),
			   *null = json_object_new_object();

	openapi_put(null, "type", "null");
	json_object_array_add(list, schema);
	json_object_array_add(list, null);
	json_object_object_add(o, "anyOf", list);
	return o;
}

static void require_member(struct json_object *o, const char *name)
{
	struct json_object *list = json_object_new_array();

	json_object_array_add(list, json_object_new_string(name));
	json_object_object_add(o, "required", list);
}

/* Add an object with the member `name` to `list`. */
static enum err add_named_variant(
    struct cx *cx, const struct field *f, const char *name, bool required, struct json_object *list)
{
	struct json_object *o = json_own(cx, json_object_new_object()),
			   *properties = json_object_new_object(), *one;

	json_object_object_add(o, "properties", properties);
	TRY(make_member_schema(cx, f, &one));
	json_object_object_add(properties, name, required ? one : allow_null(one));
	if (required)
		require_member(o, name);
	json_object_array_add(list, json_object_get(o));
	return OK;
}

/* An object has the member or its alias; the alias is ignored if both are there. */
static enum err add_either_name(struct cx *cx, const struct field *f, struct json_object *all)
{
	struct json_object *o = json_object_new_object(), *list = json_object_new_array();

	json_object_object_add(o, "anyOf", list);
	json_object_array_add(all, o);
	TRY(add_named_variant(cx, f, f->name, true, list));
	return add_named_variant(cx, f, f->alias, f->flags & REQUIRED, list);
}

static enum err add_property(struct cx *cx, const struct field *f, struct json_object *properties)
{
	struct json_object *one, *other;

	TRY(make_member_schema(cx, f, &one));
	bool may_be_null = !(f->flags & REQUIRED) || f->alias;
	json_object_object_add(properties, f->name, may_be_null ? allow_null(one) : one);
	if (f->alias == NULL)
		return OK;
	other = json_object_new_object();
	openapi_put(other, "description", arena_printf(cx->mem, "Another name of %s.", f->name));
	json_object_object_add(properties, f->alias, other);
	return OK;
}

enum err openapi_object(struct cx *cx, const struct shape *sh, struct json_object **out)
{
	struct json_object *o = json_own(cx, json_object_new_object()),
			   *properties = json_object_new_object();
	struct json_object *required = json_object_new_array(), *all = json_object_new_array();

	openapi_put(o, "type", "object");
	json_object_object_add(o, "properties", properties);
	json_object_object_add(o, "required", required);
	json_object_object_add(o, "allOf", all);
	for (const struct field *f = sh->fields; f < sh->fields + sh->nfields; f++) {
		TRY(add_property(cx, f, properties));
		if (f->alias)
			TRY(add_either_name(cx, f, all));
		else if (f->flags & REQUIRED)
			json_object_array_add(required, json_object_new_string(f->name));
	}
	if (json_object_array_length(all) == 0)
		json_object_object_del(o, "allOf");
	*out = json_object_get(o);
	return OK;
}

enum err openapi_body(struct cx *cx, const struct shape *sh, struct json_object **out)
{
	struct json_object *list;

	*out = openapi_ref(cx, "schemas", sh->name);
	if (sh->bare == NULL)
		return OK;
	list = json_object_new_array();
	json_object_array_add(list, *out);
	json_object_array_add(list, openapi_ref(cx, "schemas", sh->bare));
	*out = json_object_new_object();
	json_object_object_add(*out, "anyOf", list);
	return OK;
}

static enum err add_query_parameter(struct cx *cx, const struct field *f, const char *name,
    bool required, struct json_object *parameters)
{
	struct json_object *o = json_own(cx, json_object_new_object()), *schema;

	TRY(make_member_schema(cx, f, &schema));
	openapi_put(o, "name", name);
	openapi_put(o, "in", "query");
	json_object_object_add(o, "required", json_object_new_boolean(required));
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
	for (const struct field *f = sh->fields; f < sh->fields + sh->nfields; f++) {
		TRY(add_query_parameter(
		    cx, f, f->name, f->flags & REQUIRED && !f->alias, parameters));
		if (f->alias)
			TRY(add_query_parameter(cx, f, f->alias, false, parameters));
	}
	return OK;
}
