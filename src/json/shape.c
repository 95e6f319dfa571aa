#include "json/shape.h"
#include "text/form.h"
#include <json-c/json.h>
#include <stdio.h>

const struct shape no_body_shape = { "no_body", 0, NULL, 0, NULL };

enum err shape_refuse(struct cx *cx, const struct field *f, const char *why)
{
	return refuse(cx, ERR_BAD_REQUEST, f->name, "%s %s", f->name, why);
}

/* "must <verb> <min> to <max><unit>"; verb: "have" or "be". */
static enum err refuse_out_of_bounds(
    struct cx *cx, const struct field *f, const char *verb, const char *unit)
{
	char why[128];

	if (f->max)
		snprintf(why, sizeof why, "must %s %lld to %lld%s", verb, (long long)f->min,
		    (long long)f->max, unit);
	else
		snprintf(why, sizeof why, "must %s at least %lld%s", verb, (long long)f->min, unit);
	return shape_refuse(cx, f, why);
}

static bool is_within_bounds(const struct field *f, int64_t n)
{
	return n >= f->min && (f->max == 0 || n <= f->max);
}

static bool get_field_text(
    struct arena *mem, const struct field *f, struct json_object *v, struct str *out)
{
	bool digits = f->flags & NUMERIC && json_object_is_type(v, json_type_int);
	int64_t n;

	if (f->flags & NUMERIC && json_whole_double(v, &n)) {
		*out = str_of(arena_printf(mem, "%lld", (long long)n));
		return true;
	}
	if (!digits && !json_object_is_type(v, json_type_string))
		return false;
	*out = digits ? str_of(json_object_get_string(v)) : json_get_str(v);
	return true;
}

static enum err check_field_text(struct cx *cx, const struct field *f, struct str s)
{
	if (s.n && memchr(s.s, '\0', s.n))
		return shape_refuse(cx, f, "must not contain NUL");
	return f->ok == NULL || f->ok(s) ? OK
					 : shape_refuse(cx, f, f->must ? f->must : "is malformed");
}

static enum err decode_str(
    struct cx *cx, const struct field *f, struct json_object *v, struct str *out)
{
	if (!get_field_text(cx->mem, f, v, out))
		return shape_refuse(cx, f, "must be a string");
	if (!is_within_bounds(f, (int64_t)out->n))
		return refuse_out_of_bounds(cx, f, "have", " bytes");
	return check_field_text(cx, f, *out);
}

static enum err decode_strs(
    struct cx *cx, const struct field *f, struct json_object *v, struct strs *out)
{
	size_t n;

	if (!json_object_is_type(v, json_type_array))
		return shape_refuse(cx, f, "must be an array of strings");
	n = json_object_array_length(v);
	if (!is_within_bounds(f, (int64_t)n))
		return refuse_out_of_bounds(cx, f, "have", " elements");
	*out = (struct strs){ arena_alloc(cx->mem, n * sizeof *out->v), n };
	for (size_t i = 0; i < n; i++) {
		if (!get_field_text(cx->mem, f, json_object_array_get_idx(v, i), &out->v[i]))
			return shape_refuse(cx, f, "must contain only strings");
		TRY(check_field_text(cx, f, out->v[i]));
	}
	return OK;
}

static enum err decode_i64(
    struct cx *cx, const struct field *f, struct json_object *v, int64_t *out)
{
	if (!json_number(v, out))
		return shape_refuse(cx, f, "must be a whole number");
	return is_within_bounds(f, *out) ? OK : refuse_out_of_bounds(cx, f, "be", "");
}

static enum err decode_bool(struct cx *cx, const struct field *f, struct json_object *v, bool *out)
{
	if (!json_object_is_type(v, json_type_boolean))
		return shape_refuse(cx, f, "must be true or false");
	*out = json_object_get_boolean(v);
	return OK;
}

static enum err decode_field(struct cx *cx, const struct field *f, struct json_object *v, void *out)
{
	switch (f->type) {
	case FT_STR:
		return decode_str(cx, f, v, out);
	case FT_STRS:
		return decode_strs(cx, f, v, out);
	case FT_I64:
		return decode_i64(cx, f, v, out);
	case FT_BOOL:
		return decode_bool(cx, f, v, out);
	case FT_CUSTOM:
		return f->get(cx, f, v, out);
	case FT_BLOB:
		break;
	}
	return fail(cx, ERR_INTERNAL, "shape: %s has no JSON form", f->name);
}

/* Are the two values equal? 10 and "10" are. */
static bool values_agree(struct json_object *a, struct json_object *b)
{
	size_t n;

	if (!json_object_is_type(a, json_type_array) || !json_object_is_type(b, json_type_array))
		return a && b && strcmp(json_object_get_string(a), json_object_get_string(b)) == 0;
	n = json_object_array_length(a);
	if (n != json_object_array_length(b))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!values_agree(json_object_array_get_idx(a, i), json_object_array_get_idx(b, i)))
			return false;
	return true;
}

/* A member of an object: the name under which it was found, and its value. */
struct found_member {
	const char *name;
	struct json_object *v; /* NULL: absent or null */
};

static struct found_member find_member_as(struct json_object *o, const char *name)
{
	struct found_member m = { name, NULL };

	if (o && name)
		json_object_object_get_ex(o, name, &m.v);
	return m;
}

/* An object may have a member under both of its names, if the values agree. */
static enum err find_member(
    struct cx *cx, struct json_object *o, const struct field *f, struct found_member *out)
{
	struct found_member other = find_member_as(o, f->alias);

	*out = find_member_as(o, f->name);
	if (out->v && other.v && !values_agree(out->v, other.v))
		return refuse(cx, ERR_BAD_REQUEST, f->alias,
		    "%s and %s are two names of one member and differ; send one of them", f->name,
		    f->alias);
	if (out->v == NULL && other.v)
		*out = other;
	return OK;
}

static void remember_alias(struct cx *cx, const struct field *f)
{
	struct sent_name *n = arena_alloc(cx->mem, sizeof *n);

	*n = (struct sent_name){ f->name, f->alias, cx->sent_names };
	cx->sent_names = n;
}

const char *shape_sent_name(const struct cx *cx, const char *name)
{
	for (const struct sent_name *n = cx->sent_names; n; n = n->before)
		if (strcmp(n->name, name) == 0)
			return n->alias;
	return name;
}

/* Name the member in messages as the client named it. */
static enum err decode_found(
    struct cx *cx, const struct field *f, const struct found_member *m, void *out)
{
	struct field named = *f;

	named.name = m->name;
	if (m->name != f->name)
		remember_alias(cx, f);
	return decode_field(cx, &named, m->v, (char *)out + f->off);
}

static enum err decode_members(struct cx *cx, const struct shape *sh, struct json_object *body,
    struct json_object *query, void *out)
{
	struct found_member b, q;

	for (size_t i = 0; i < sh->nfields; i++) {
		const struct field *f = &sh->fields[i];
		TRY(find_member(cx, body, f, &b));
		TRY(find_member(cx, query, f, &q));
		if (b.v && q.v && !values_agree(b.v, q.v))
			return shape_refuse(
			    cx, f, "differs between the body and the query; send it once");
		if (b.v || q.v)
			TRY(decode_found(cx, f, b.v ? &b : &q, out));
		else if (f->flags & REQUIRED)
			return shape_refuse(cx, f, "is required");
	}
	return OK;
}

static enum err check_is_object(struct cx *cx, struct json_object *o)
{
	return json_object_is_type(o, json_type_object)
	    ? OK
	    : refuse(cx, ERR_BAD_REQUEST, NULL, "the body must be a JSON object");
}

enum err shape_decode(struct cx *cx, const struct shape *sh, struct json_object *o, void *out)
{
	TRY(check_is_object(cx, o));
	return decode_members(cx, sh, o, NULL, out);
}

static const struct field *find_field(const struct shape *sh, struct str name)
{
	for (size_t i = 0; i < sh->nfields; i++)
		if (str_is(name, sh->fields[i].name) ||
		    (sh->fields[i].alias && str_is(name, sh->fields[i].alias)))
			return &sh->fields[i];
	return NULL;
}

static void append_comma_list(struct json_object *list, struct str value)
{
	struct str one;
	bool more = value.n != 0;

	while (more) {
		more = str_cut(value, ',', &one, &value);
		json_object_array_add(list, json_from_str(one));
	}
}

static struct json_object *make_scalar(const struct field *f, struct str value)
{
	if (f->type == FT_BOOL && (str_is(value, "true") || str_is(value, "false")))
		return json_object_new_boolean(str_is(value, "true"));
	return json_from_str(value);
}

/* Collect the values of a repeated custom member in an array. */
static void append_repeated(
    struct json_object *o, const char *name, struct json_object *old, struct str value)
{
	struct json_object *list = old;

	if (!json_object_is_type(old, json_type_array)) {
		list = json_object_new_array();
		json_object_array_add(list, json_object_get(old));
		json_object_object_add(o, name, list);
	}
	json_object_array_add(list, json_from_str(value));
}

static enum err add_query_member(
    struct cx *cx, struct json_object *o, const struct field *f, const char *name, struct str value)
{
	struct json_object *old = NULL;
	bool again = json_object_object_get_ex(o, name, &old);

	if (f->type == FT_STRS) {
		if (!again)
			json_object_object_add(o, name, old = json_object_new_array());
		append_comma_list(old, value);
		return OK;
	}
	if (again && f->type != FT_CUSTOM)
		return refuse(cx, ERR_BAD_REQUEST, name, "%s must be in the query only once", name);
	if (again)
		append_repeated(o, name, old, value);
	else
		json_object_object_add(o, name, make_scalar(f, value));
	return OK;
}

static void release_query_object(void *o)
{
	json_object_put(o);
}

/* Make a JSON object from the query. */
static enum err read_query_object(
    struct cx *cx, const struct shape *sh, struct str query, struct json_object **out)
{
	struct str name, value;
	bool there;

	*out = arena_own(cx->mem, json_object_new_object(), release_query_object);
	for (;;) {
		TRY(form_next(cx, &query, &name, &value, &there));
		if (!there)
			return OK;
		const struct field *f = find_field(sh, name);
		if (f)
			TRY(add_query_member(
			    cx, *out, f, str_is(name, f->name) ? f->name : f->alias, value));
	}
}

static struct str print_compact(struct json_object *o)
{
	size_t n = 0;
	const char *s = json_object_to_json_string_length(o, JSON_C_TO_STRING_PLAIN, &n);

	return (struct str){ s, s ? n : 0 };
}

static enum err parse_whole_body(
    struct cx *cx, const struct shape *sh, struct json_object *query, struct str body, void *out)
{
	bool there = str_trim(body).n != 0;
	struct found_member m;

	for (size_t i = 0; there && i < sh->nfields; i++) {
		TRY(find_member(cx, query, &sh->fields[i], &m));
		if (m.v)
			return shape_refuse(cx, &sh->fields[i],
			    "is in the query, but the request has a body; send only one of them");
	}
	if (!there)
		body = sh->nfields ? print_compact(query) : STR("");
	return sh->parse(cx, sh, body, out);
}

enum err shape_request(
    struct cx *cx, const struct shape *sh, struct str query, struct str body, void *out)
{
	struct json_object *q, *b = NULL;

	if (sh->nfields == 0 && sh->parse == NULL)
		return OK;
	TRY(read_query_object(cx, sh, query, &q));
	if (sh->parse)
		return parse_whole_body(cx, sh, q, body, out);
	if (str_trim(body).n) {
		TRY(json_parse_body(cx, body, &b));
		TRY(check_is_object(cx, b));
	}
	return decode_members(cx, sh, b, q, out);
}
