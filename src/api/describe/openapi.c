#include "api/describe/openapi.h"
#include "api/describe/about.h"
#include "api/operation.h"
#include "base/conf.h"
#include "json/shape.h"
#include <json-c/json.h>

struct openapi_row {
	const char *name, *text;
};
#define HEADER(name, ...)
#define SCHEMA(name, ...) { #name, #__VA_ARGS__ },
static const struct openapi_row schema_rows[] = {
#include "api/describe/schemas.def"
};
#undef HEADER
#undef SCHEMA
#define HEADER(name, ...) { name, #__VA_ARGS__ },
#define SCHEMA(name, ...)
static const struct openapi_row header_rows[] = {
#include "api/describe/schemas.def"
};
static const struct openapi_link {
	const char *from, *status, *to, *parameter, *value;
} links[] = {
#define LINK(from, status, to, parameter, value) { #from, #status, #to, parameter, value },
#include "api/describe/links.def"
#undef LINK
};

static const char api_description[] =
    "A polyproto home server. For every route: HEAD is GET without the body and without side "
    "effects; an unknown method is answered 405 with Allow; OPTIONS lists the methods. JSON is "
    "read whatever the Content-Type is; unknown members are ignored, null counts as absent, and "
    "whole numbers may be decimal strings. GET and DELETE also accept their arguments as a JSON "
    "object in the body. Browsers may send requests from any origin (CORS); there are no cookies. "
    "Every answer of motetd has X-Request-Id. What a web server before it says by itself (400, "
    "413, 414, 431, 500 to 504) has X-P2-Error and a body with `errcode`, `error` and `message`. "
    "Requests may have members under the names of other versions of the protocol, and answers "
    "repeat some members under such names; they are not described here.";

static enum err add_schema_rows(
    struct cx *cx, const struct openapi_row *rows, size_t n, struct json_object *to)
{
	struct json_object *v;

	for (size_t i = 0; i < n; i++) {
		if (json_parse(cx, str_of(rows[i].text), &v) != OK)
			return fail(
			    cx, ERR_INTERNAL, "schemas.def: %s: %s", rows[i].name, cx->why.say);
		json_object_object_add(to, rows[i].name, json_object_get(v));
	}
	return OK;
}

/* --- An operation --- */

static void add_security(
    const struct route *r, const struct about *a, struct json_object *operation)
{
	struct json_object *list = json_object_new_array(), *one = json_object_new_object();

	json_object_object_add(operation, "security", list);
	if (r->auth != AUTH_NONE || (a->who && strcmp(a->who, "a federation token") == 0))
		json_object_object_add(one, "token", json_object_new_array());
	/* The header with the token is optional, since the token may be in the body. */
	if (r->auth == AUTH_NONE && json_object_object_length(one))
		json_object_array_add(list, json_object_new_object());
	if (json_object_object_length(one))
		json_object_array_add(list, one);
	else
		json_object_put(one);
}

static struct json_object *add_parameter(
    struct json_object *parameters, const char *in, const char *name, struct json_object *schema)
{
	struct json_object *o = json_object_new_object();

	openapi_put(o, "name", name);
	openapi_put(o, "in", in);
	json_object_object_add(o, "schema", schema);
	json_object_object_add(o, "required", json_object_new_boolean(strcmp(in, "path") == 0));
	json_object_array_add(parameters, o);
	return o;
}

static void add_path_parameters(struct cx *cx, const char *path, struct json_object *parameters)
{
	struct str rest = str_of(path), name;

	while (str_cut(rest, '{', &name, &rest) && str_cut(rest, '}', &name, &rest)) {
		const char *z = str_z(cx->mem, name);
		add_parameter(parameters, "path", z,
		    openapi_ref(cx, "schemas", arena_printf(cx->mem, "p_%s", z)));
	}
}

static bool requires_solution(const struct cx *cx, const struct route *r)
{
	enum solution_policy policy = operation_policy(r);

	return policy == SOLUTION_EVERYBODY ||
	    (policy == SOLUTION_BY_SETTING && cx->conf->sensitive_actions == SENSITIVE_ALWAYS);
}

static void add_solution(struct cx *cx, const struct route *r, struct json_object *parameters)
{
	struct json_object *o;

	if (operation_policy(r) == SOLUTION_NOBODY)
		return;
	o = add_parameter(parameters, "header", "X-P2-Sensitive-Solution",
	    openapi_ref(cx, "schemas", "SensitiveSolution"));
	openapi_put(o, "description",
	    requires_solution(cx, r)
		? "The password, or a code of the second factor if the actor has one."
		: "A code of the second factor, if the actor has one.");
	json_object_object_add(o, "required", json_object_new_boolean(requires_solution(cx, r)));
}

static bool answers_with(const struct about *a, const char *header)
{
	for (size_t i = 0; i < ABOUT_ANSWERS && a->answers[i].status; i++)
		if (a->answers[i].header && strstr(a->answers[i].header, header))
			return true;
	return false;
}

static bool is_cached_by_clients(const struct about *a)
{
	for (size_t i = 0; i < ABOUT_ANSWERS && a->answers[i].status; i++)
		if (a->answers[i].public)
			return true;
	return false;
}

static void add_header_parameters(
    struct cx *cx, const struct route *r, const struct about *a, struct json_object *parameters)
{
	add_solution(cx, r, parameters);
	if (is_cached_by_clients(a))
		openapi_put(add_parameter(parameters, "header", "If-None-Match",
				openapi_ref(cx, "schemas", "EntityTags")),
		    "description", "ETags of the copies that you have: 304 if one is current.");
	if (answers_with(a, "Preference-Applied"))
		openapi_put(add_parameter(parameters, "header", "Prefer",
				openapi_ref(cx, "schemas", "Preference")),
		    "description", "`return=representation`: the answer has a body (RFC 7240).");
}

static enum err add_request_body(
    struct cx *cx, const struct route *r, struct json_object *operation)
{
	struct json_object *body = openapi_member(operation, "requestBody");
	struct str rest = str_of(r->body->media ? r->body->media : ""), one;

	TRY(openapi_media(cx, body, "application/json", r->body->name));
	while (rest.n) {
		str_cut(rest, ' ', &one, &rest);
		TRY(openapi_media(cx, body, str_z(cx->mem, one), "Pem"));
	}
	json_object_object_add(body, "required", json_object_new_boolean(r->method != M_DELETE));
	return OK;
}

static enum err add_input(
    struct cx *cx, const struct route *r, const struct about *a, struct json_object *operation)
{
	struct json_object *parameters = json_object_new_array();
	bool takes = r->body->nfields != 0;

	json_object_object_add(operation, "parameters", parameters);
	add_path_parameters(cx, r->path, parameters);
	if (takes && (r->method == M_GET || r->method == M_DELETE))
		TRY(openapi_query(cx, r->body, parameters));
	add_header_parameters(cx, r, a, parameters);
	return takes && r->method != M_GET ? add_request_body(cx, r, operation) : OK;
}

/* Add the links from the answers of this operation to others. */
static void add_links(const char *name, struct json_object *responses)
{
	for (const struct openapi_link *l = links; l < links + COUNT_OF(links); l++) {
		if (strcmp(l->from, name) != 0)
			continue;
		struct json_object *o = openapi_member(
		    openapi_member(openapi_member(responses, l->status), "links"), l->to);
		openapi_put(o, "operationId", l->to);
		openapi_put(openapi_member(o, "parameters"), l->parameter, l->value);
	}
}

static enum err add_operation(struct cx *cx, const struct about_generation *g,
    const struct route *r, const struct about *a, struct json_object *document)
{
	const char *method = str_z(cx->mem, str_lower(cx->mem, str_of(about_method(r))));
	struct json_object *o = openapi_member(
			       openapi_member(openapi_member(document, "paths"), r->path), method),
			   *tags = json_object_new_array();

	json_object_array_add(tags, json_object_new_string(g->name));
	json_object_object_add(o, "tags", tags);
	/* A handler with several routes ("_any_") has one operationId for each method. */
	openapi_put(o, "operationId",
	    strstr(r->name, "_any_") ? arena_printf(cx->mem, "%s_%s", r->name, method) : r->name);
	openapi_put(o, "summary", a->what);
	openapi_put(o, "description",
	    arena_printf(cx->mem, "Access: %s. The body may have at most %lld bytes.",
		about_who(cx->mem, r, a), (long long)r->max_body));
	add_security(r, a, o);
	TRY(add_input(cx, r, a, o));
	TRY(openapi_responses(cx, r, a, openapi_member(o, "responses"),
	    openapi_member(openapi_member(document, "components"), "responses")));
	add_links(r->name, openapi_member(o, "responses"));
	return OK;
}

/* --- The whole --- */

static void add_schemes(struct json_object *to)
{
	struct json_object *t = openapi_member(to, "token");

	openapi_put(t, "type", "http");
	openapi_put(t, "scheme", "bearer");
	openapi_put(
	    t, "description", "A session token; in POST /p2core/session/auth a federation token.");
}

/* Add every shape that a route takes as a body, each one once. */
static enum err add_shapes(struct cx *cx, struct json_object *to)
{
	for (const struct about_generation *g = about_generations;
	     g < about_generations + about_ngenerations; g++)
		for (size_t i = 0; i < g->n; i++)
			if (g->routes[i].method != M_GET && g->routes[i].body->nfields)
				TRY(openapi_add_shape(cx, g->routes[i].body, to));
	return OK;
}

static void add_document_head(struct cx *cx, struct json_object *o)
{
	struct json_object *info = openapi_member(o, "info"), *servers = json_object_new_array(),
			   *one = json_object_new_object(), *tags = json_object_new_array();

	openapi_put(o, "openapi", "3.1.0");
	openapi_put(info, "title", "motet, a polyproto home server");
	openapi_put(info, "version", PACKAGE_VERSION);
	openapi_put(info, "description", api_description);
	openapi_put(openapi_member(info, "license"), "name", "ISC");
	openapi_put(openapi_member(info, "license"), "identifier", "ISC");
	openapi_put(
	    one, "url", arena_printf(cx->mem, "%s%s", cx->conf->public_url, cx->conf->base_path));
	openapi_put(one, "description", "This server.");
	json_object_array_add(servers, one);
	json_object_object_add(o, "servers", servers);
	for (const struct about_generation *g = about_generations;
	     g < about_generations + about_ngenerations; g++) {
		one = json_object_new_object();
		openapi_put(one, "name", g->name);
		openapi_put(one, "description", g->text);
		json_object_array_add(tags, one);
	}
	json_object_object_add(o, "tags", tags);
}

static enum err make_document(struct cx *cx, struct str *out)
{
	struct json_object *o = json_own(cx, json_object_new_object()), *c;

	add_document_head(cx, o);
	for (const struct about_generation *g = about_generations;
	     g < about_generations + about_ngenerations; g++)
		for (size_t i = 0; i < g->n; i++)
			TRY(add_operation(cx, g, &g->routes[i], g->abouts[i], o));
	c = openapi_member(o, "components");
	TRY(add_shapes(cx, openapi_member(c, "schemas")));
	TRY(add_schema_rows(cx, schema_rows, COUNT_OF(schema_rows), openapi_member(c, "schemas")));
	TRY(add_schema_rows(cx, header_rows, COUNT_OF(header_rows), openapi_member(c, "headers")));
	add_schemes(openapi_member(c, "securitySchemes"));
	*out = json_text(cx, json_object_get(o));
	return OK;
}

enum err openapi_text(struct cx *cx, struct str *out)
{
	static struct {
		const struct conf *of;
		struct arena *mem;
		struct str text;
	} made;

	if (made.of != cx->conf) {
		TRY(make_document(cx, out));
		if (made.mem == NULL)
			made.mem = arena_new(1 << 20);
		arena_reset(made.mem);
		made.text = (struct str){ arena_dup(made.mem, out->s, out->n), out->n };
		made.of = cx->conf;
	}
	*out = made.text;
	return OK;
}
