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

static void put(struct json_object *o, const char *name, const char *text)
{
	json_object_object_add(o, name, json_object_new_string(text));
}

static struct json_object *types(const char *one, const char * or)
{
	struct json_object *list = json_object_new_array();

	json_object_array_add(list, json_object_new_string(one));
	json_object_array_add(list, json_object_new_string(or));
	return list;
}

static void bounds(
    struct json_object *o, const struct field *f, const char *least, const char *most)
{
	if (f->min)
		json_object_object_add(o, least, json_object_new_int64(f->min));
	if (f->max)
		json_object_object_add(o, most, json_object_new_int64(f->max));
}

static struct json_object *text(const struct field *f)
{
	struct json_object *o = json_object_new_object();

	if (f->flags & NUMERIC)
		json_object_object_add(o, "type", types("string", "integer"));
	else
		put(o, "type", "string");
	return o;
}

/* The types that say all by themselves; NULL for others. */
static struct json_object *plain(const struct field *f)
{
	struct json_object *o = f->type == FT_STR ? text(f) : json_object_new_object();

	if (f->type == FT_STR)
		bounds(o, f, "minLength",
		    "maxLength"); /* bytes are never fewer than characters; a lower bound above 1
				     has a schema of its own */
	else if (f->type == FT_BOOL)
		put(o, "type", "boolean");
	else if (f->type == FT_STRS) {
		put(o, "type", "array");
		json_object_object_add(o, "items", text(f));
		bounds(o, f, "minItems", "maxItems");
	} else {
		json_object_put(o);
		return NULL;
	}
	return o;
}

static enum err member(struct cx *cx, const struct field *f, struct json_object **out)
{
	if (f->of)
		return openapi_object(cx, f->of, out);
	*out = f->as ? openapi_ref(cx, "schemas", f->as) : plain(f);
	if (*out == NULL)
		return fail(cx, ERR_INTERNAL, "openapi: the row of %s says not enough", f->name);
	if (f->about)
		put(*out, "description", f->about);
	return OK;
}

/* null is as good as absent (protocol.md 2.3). */
static struct json_object *or_null(struct json_object *schema)
{
	struct json_object *o = json_object_new_object(), *list = json_object_new_array(),
			   *null = json_object_new_object();

	put(null, "type", "null");
	json_object_array_add(list, schema);
	json_object_array_add(list, null);
	json_object_object_add(o, "anyOf", list);
	return o;
}

static void require(struct json_object *o, const char *name)
{
	struct json_object *list = json_object_new_array();

	json_object_array_add(list, json_object_new_string(name));
	json_object_object_add(o, "required", list);
}

/* An object with that member, which is what the row says. */
static enum err with(
    struct cx *cx, const struct field *f, const char *name, bool required, struct json_object *list)
{
	struct json_object *o = json_own(cx, json_object_new_object()),
			   *properties = json_object_new_object(), *one;

	json_object_object_add(o, "properties", properties);
	TRY(member(cx, f, &one));
	json_object_object_add(properties, name, required ? one : or_null(one));
	if (required)
		require(o, name);
	json_object_array_add(list, json_object_get(o));
	return OK;
}

/* By its name; or else by its other name, at which nobody looks beside the first. */
static enum err either(struct cx *cx, const struct field *f, struct json_object *all)
{
	struct json_object *o = json_object_new_object(), *list = json_object_new_array();

	json_object_object_add(o, "anyOf", list);
	json_object_array_add(all, o);
	TRY(with(cx, f, f->name, true, list));
	return with(cx, f, f->alias, f->flags & REQUIRED, list);
}

static enum err add_property(struct cx *cx, const struct field *f, struct json_object *properties)
{
	struct json_object *one, *other;

	TRY(member(cx, f, &one));
	bool may_be_null = !(f->flags & REQUIRED) || f->alias;
	json_object_object_add(properties, f->name, may_be_null ? or_null(one) : one);
	if (f->alias == NULL)
		return OK;
	other = json_object_new_object();
	put(other, "description", arena_printf(cx->mem, "Another name of %s.", f->name));
	json_object_object_add(properties, f->alias, other);
	return OK;
}

enum err openapi_object(struct cx *cx, const struct shape *sh, struct json_object **out)
{
	struct json_object *o = json_own(cx, json_object_new_object()),
			   *properties = json_object_new_object();
	struct json_object *required = json_object_new_array(), *all = json_object_new_array();

	put(o, "type", "object");
	json_object_object_add(o, "properties", properties);
	json_object_object_add(o, "required", required);
	json_object_object_add(o, "allOf", all);
	for (const struct field *f = sh->fields; f < sh->fields + sh->nfields; f++) {
		TRY(add_property(cx, f, properties));
		if (f->alias)
			TRY(either(cx, f, all));
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

static enum err parameter(struct cx *cx, const struct field *f, const char *name, bool required,
    struct json_object *parameters)
{
	struct json_object *o = json_own(cx, json_object_new_object()), *schema;

	TRY(member(cx, f, &schema));
	put(o, "name", name);
	put(o, "in", "query");
	json_object_object_add(o, "required", json_object_new_boolean(required));
	json_object_object_add(o, "schema", schema);
	if (f->type == FT_STRS || f->type == FT_CUSTOM) { /* a comma list */
		put(o, "style", "form");
		json_object_object_add(o, "explode", json_object_new_boolean(false));
	}
	json_object_array_add(parameters, json_object_get(o));
	return OK;
}

enum err openapi_query(struct cx *cx, const struct shape *sh, struct json_object *parameters)
{
	for (const struct field *f = sh->fields; f < sh->fields + sh->nfields; f++) {
		TRY(parameter(cx, f, f->name, f->flags & REQUIRED && !f->alias, parameters));
		if (f->alias)
			TRY(parameter(cx, f, f->alias, false, parameters));
	}
	return OK;
}
