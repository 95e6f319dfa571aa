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

static const char api_description[] =
    "A polyproto home server. For every route: HEAD is GET without the body and without side "
    "effects; an unknown method is answered 405 with Allow; OPTIONS lists the methods. JSON is "
    "read whatever the Content-Type is; unknown members are ignored, null counts as absent, and "
    "whole numbers may be decimal strings. GET and DELETE also accept their arguments as a JSON "
    "object in the body. Browsers may send requests from any origin (CORS); there are no cookies. "
    "Every answer of motetd has X-Request-Id. What a web server before it says by itself (400, "
    "413, 414, 431, 500 to 504) has X-P2-Error and the same body, but may lack X-Request-Id.";

static struct json_object *new_object(void)
{
	return json_object_new_object();
}

/* Return the member of this name, which is an object; if it is missing, add an empty object. */
static struct json_object *member_object(struct json_object *o, const char *name)
{
	struct json_object *v;

	if (!json_object_object_get_ex(o, name, &v))
		json_object_object_add(o, name, v = new_object());
	return v;
}

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

/* --- Answers --- */

static void add_response_headers(
    struct cx *cx, struct json_object *response, const char *const *names)
{
	for (; *names; names++)
		json_object_object_add(
		    member_object(response, "headers"), *names, openapi_ref(cx, "headers", *names));
}

/* Add a schema to the response. If the response already has a schema of this media type, anyOf
 * joins the two. */
static void add_response_schema(
    struct json_object *response, const char *type, struct json_object *schema)
{
	struct json_object *media = member_object(member_object(response, "content"), type), *old,
			   *both, *any;

	if (!json_object_object_get_ex(media, "schema", &old)) {
		if (schema)
			json_object_object_add(media, "schema", schema);
		return;
	}
	any = new_object();
	both = json_object_new_array();
	json_object_array_add(both, json_object_get(old));
	json_object_array_add(both, schema);
	json_object_object_add(any, "anyOf", both);
	json_object_object_add(media, "schema", any);
}

static struct json_object *member_response(struct json_object *responses, int status)
{
	char key[16];

	snprintf(key, sizeof key, "%d", status);
	return member_object(responses, key);
}

static const char *describe_status(int status)
{
	return status == 200 ? "Success."
	    : status == 201  ? "Created."
	    : status == 204  ? "Success, no content."
	    : status == 304  ? "The copy that If-None-Match names is current."
			     : "An error, in the error format of this route.";
}

static void add_error_headers(struct cx *cx, struct json_object *response, int status)
{
	static const char *const names[] = { "X-P2-Error", NULL };
	const char *more[] = { status == 401			      ? "WWW-Authenticate"
		    : status == 429 || status == 502 || status == 503 ? "Retry-After"
								      : NULL,
		NULL };

	add_response_headers(cx, response, names);
	add_response_headers(cx, response, more);
}

static void add_answer(struct cx *cx, const struct about_answer *a, struct json_object *responses)
{
	static const char *const cached[] = { "ETag", "Cache-Control", "Vary", NULL };
	const char *own[] = { a->header, NULL };
	struct json_object *r = member_response(responses, a->status);

	openapi_put(r, "description", describe_status(a->status));
	add_response_headers(cx, r, own);
	if (a->status >= 400)
		add_error_headers(cx, r, a->status);
	if (a->type)
		add_response_schema(
		    r, a->type, a->schema ? openapi_ref(cx, "schemas", a->schema) : NULL);
	if (!a->public)
		return;
	add_response_headers(cx, r, cached);
	r = member_response(responses, 304);
	openapi_put(r, "description", describe_status(304));
	add_response_headers(cx, r, cached);
}

/* --- Errors --- */

static bool omits_error_body(const struct route *r, int status)
{
	return r->flags & NO_BODY_ON_ERROR && (status == 404 || status == 409 || status == 413);
}

static struct json_object *make_error_schema(struct cx *cx, struct json_object *codes)
{
	struct json_object *o = new_object(), *all = json_object_new_array(), *own = new_object();

	json_object_object_add(
	    member_object(member_object(own, "properties"), "error"), "enum", codes);
	json_object_array_add(all, openapi_ref(cx, "schemas", "Error"));
	json_object_array_add(all, own);
	json_object_object_add(o, "allOf", all);
	return o;
}

/* Add the schema under both media types of an error; Accept chooses one of them. */
static void add_error_schemas(struct json_object *response, struct json_object *schema)
{
	add_response_schema(response, "application/json", json_object_get(schema));
	add_response_schema(response, "application/problem+json", schema);
}

/* Describe all errors of one status: list their codes, and join their sentences to the
 * description. */
static void fill_error_response(
    struct cx *cx, const struct route *r, const enum err *v, size_t n, struct json_object *response)
{
	struct json_object *codes = json_object_new_array();
	struct buf text = { .mem = cx->mem };
	int status = err_status(v[0]);

	for (size_t i = 0; i < n; i++) {
		json_object_array_add(codes, json_object_new_string(err_code(v[i])));
		buf_printf(
		    &text, "%s`%s`: %s", text.n ? "\n\n" : "", err_code(v[i]), err_text(v[i]));
	}
	openapi_put(response, "description", buf_done(&text).s);
	add_error_headers(cx, response, status);
	if (omits_error_body(r, status))
		json_object_put(codes);
	else
		add_error_schemas(response, make_error_schema(cx, codes));
}

static const char *name_error_response(
    struct cx *cx, const struct route *r, const enum err *v, size_t n)
{
	struct buf b = { .mem = cx->mem };

	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s%s", i ? "." : "", err_name(v[i]));
	buf_z(&b, omits_error_body(r, err_status(v[0])) ? ".bodiless" : "");
	return buf_done(&b).s;
}

/*
 * Routes share the responses for errors. If the route also has an answer with this status, its
 * response gets the errors as an alternative.
 */
static void add_error_status(struct cx *cx, const struct route *r, const enum err *v, size_t n,
    struct json_object *responses, struct json_object *shared)
{
	const char *status = arena_printf(cx->mem, "%d", err_status(v[0])),
		   *name = name_error_response(cx, r, v, n);

	if (json_object_object_get_ex(responses, status, NULL)) {
		fill_error_response(cx, r, v, n, member_object(responses, status));
		return;
	}
	if (!json_object_object_get_ex(shared, name, NULL))
		fill_error_response(cx, r, v, n, member_object(shared, name));
	json_object_object_add(responses, status, openapi_ref(cx, "responses", name));
}

static void add_error_responses(struct cx *cx, const struct route *r, const struct about *a,
    struct json_object *responses, struct json_object *shared)
{
	enum err all[ERR_COUNT], same[ERR_COUNT];
	size_t n = about_errors(r, a, all);

	for (int status = 400; status < 600; status++) {
		size_t m = 0;
		for (size_t i = 0; i < n; i++)
			if (err_status(all[i]) == status)
				same[m++] = all[i];
		if (m)
			add_error_status(cx, r, same, m, responses, shared);
	}
}

/* --- An operation --- */

static void add_security(
    struct cx *cx, const struct route *r, const struct about *a, struct json_object *operation)
{
	struct json_object *list = json_object_new_array(), *one = new_object();

	json_object_object_add(operation, "security", list);
	if (r->auth != AUTH_NONE || (a->who && strcmp(a->who, "a federation token") == 0))
		json_object_object_add(one, "token", json_object_new_array());
	enum solution_policy policy = operation_policy(r);
	if (policy == SOLUTION_EVERYBODY ||
	    (policy == SOLUTION_BY_SETTING && cx->conf->sensitive_actions == SENSITIVE_ALWAYS))
		json_object_object_add(one, "solution", json_object_new_array());
	/* The header with the token is optional, since the token may be in the body. */
	if (r->auth == AUTH_NONE && json_object_object_length(one))
		json_object_array_add(list, new_object());
	json_object_array_add(list, one);
}

static void add_path_parameters(struct cx *cx, const char *path, struct json_object *parameters)
{
	struct str rest = str_of(path), name;

	while (str_cut(rest, '{', &name, &rest) && str_cut(rest, '}', &name, &rest)) {
		struct json_object *o = new_object();
		const char *z = str_z(cx->mem, name);
		openapi_put(o, "name", z);
		openapi_put(o, "in", "path");
		json_object_object_add(o, "required", json_object_new_boolean(true));
		json_object_object_add(
		    o, "schema", openapi_ref(cx, "schemas", arena_printf(cx->mem, "p_%s", z)));
		json_object_array_add(parameters, o);
	}
}

static enum err add_request_body(
    struct cx *cx, const struct route *r, struct json_object *operation)
{
	struct json_object *content =
			       member_object(member_object(operation, "requestBody"), "content"),
			   *schema;

	TRY(openapi_body(cx, r->body, &schema));
	json_object_object_add(member_object(content, "application/json"), "schema", schema);
	if (r->body->media) {
		schema = new_object();
		openapi_put(schema, "type", "string");
		json_object_object_add(member_object(content, r->body->media), "schema", schema);
	}
	json_object_object_add(member_object(operation, "requestBody"), "required",
	    json_object_new_boolean(r->method != M_DELETE));
	return OK;
}

static enum err add_input(struct cx *cx, const struct route *r, struct json_object *operation)
{
	struct json_object *parameters = json_object_new_array();
	bool takes = r->body->nfields != 0;

	json_object_object_add(operation, "parameters", parameters);
	add_path_parameters(cx, r->path, parameters);
	if (takes && (r->method == M_GET || r->method == M_DELETE))
		TRY(openapi_query(cx, r->body, parameters));
	return takes && r->method != M_GET ? add_request_body(cx, r, operation) : OK;
}

static enum err add_operation(struct cx *cx, const struct about_generation *g,
    const struct route *r, const struct about *a, struct json_object *document)
{
	const char *method = str_z(cx->mem, str_lower(cx->mem, str_of(about_method(r))));
	struct json_object *o = member_object(
			       member_object(member_object(document, "paths"), r->path), method),
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
	add_security(cx, r, a, o);
	TRY(add_input(cx, r, o));
	for (const struct about_answer *v = a->answers; v < a->answers + ABOUT_ANSWERS && v->status;
	     v++)
		add_answer(cx, v, member_object(o, "responses"));
	add_error_responses(cx, r, a, member_object(o, "responses"),
	    member_object(member_object(document, "components"), "responses"));
	return OK;
}

/* --- The whole --- */

static void add_error_schema(struct json_object *to)
{
	static const char *const required[] = { "errcode", "error", "message", "type", "title",
		"status", "detail", "instance", "namespace" };
	struct json_object *e = member_object(to, "Error"), *list = json_object_new_array(),
			   *codes = json_object_new_array();

	openapi_put(e, "type", "object");
	for (size_t i = 0; i < COUNT_OF(required); i++)
		json_object_array_add(list, json_object_new_string(required[i]));
	json_object_object_add(e, "required", list);
	struct json_object *p = member_object(e, "properties");
	openapi_put(member_object(p, "errcode"), "type", "integer");
	openapi_put(member_object(p, "errcode"), "description", "The HTTP status.");
	for (int i = OK + 1; i < ERR_COUNT; i++) {
		bool seen = false;
		for (int before = OK + 1; before < i; before++)
			seen |= strcmp(err_code(before), err_code(i)) == 0;
		if (!seen)
			json_object_array_add(codes, json_object_new_string(err_code(i)));
	}
	json_object_object_add(member_object(p, "error"), "enum", codes);
	openapi_put(member_object(p, "status"), "type", "integer");
	openapi_put(member_object(p, "type"), "description", "The URL of what the error means.");
	openapi_put(member_object(p, "instance"), "description", "The request ID.");
	for (size_t i = 0; i < COUNT_OF(required); i++)
		if (strcmp(required[i], "errcode") != 0 && strcmp(required[i], "status") != 0)
			openapi_put(member_object(p, required[i]), "type", "string");
	openapi_put(member_object(p, "message"), "description", "What to do about it.");
	openapi_put(member_object(p, "field"), "type", "string");
	openapi_put(member_object(p, "field"), "description", "The member that caused the error.");
}

static void add_schemes(struct json_object *to)
{
	struct json_object *t = member_object(to, "token"), *s = member_object(to, "solution");

	openapi_put(t, "type", "http");
	openapi_put(t, "scheme", "bearer");
	openapi_put(
	    t, "description", "A session token; in POST /p2core/session/auth a federation token.");
	openapi_put(s, "type", "apiKey");
	openapi_put(s, "in", "header");
	openapi_put(s, "name", "X-P2-Sensitive-Solution");
	openapi_put(s, "description",
	    "The password, or a code of the second factor if the actor has one. If it has "
	    "characters that a header cannot carry, send utf-8'' and then its percent-encoded "
	    "form (RFC 8187).");
}

/* Add every shape that a route takes as a body, each one once. */
static enum err add_shapes(struct cx *cx, struct json_object *to)
{
	struct json_object *v;

	for (const struct about_generation *g = about_generations;
	     g < about_generations + about_ngenerations; g++)
		for (size_t i = 0; i < g->n; i++) {
			const struct shape *sh = g->routes[i].body;
			if (g->routes[i].method == M_GET || sh->nfields == 0 ||
			    json_object_object_get_ex(to, sh->name, NULL))
				continue;
			TRY(openapi_object(cx, sh, &v));
			json_object_object_add(to, sh->name, v);
		}
	return OK;
}

static void add_document_head(struct cx *cx, struct json_object *o)
{
	struct json_object *info = member_object(o, "info"), *servers = json_object_new_array(),
			   *one = new_object(), *tags = json_object_new_array();

	openapi_put(o, "openapi", "3.1.0");
	openapi_put(info, "title", arena_printf(cx->mem, "motet at %s", cx->conf->domain));
	openapi_put(info, "version", PACKAGE_VERSION);
	openapi_put(info, "description", api_description);
	openapi_put(member_object(info, "license"), "name", "ISC");
	openapi_put(member_object(info, "license"), "identifier", "ISC");
	openapi_put(
	    one, "url", arena_printf(cx->mem, "%s%s", cx->conf->public_url, cx->conf->base_path));
	json_object_array_add(servers, one);
	json_object_object_add(o, "servers", servers);
	for (const struct about_generation *g = about_generations;
	     g < about_generations + about_ngenerations; g++) {
		one = new_object();
		openapi_put(one, "name", g->name);
		openapi_put(one, "description", g->text);
		json_object_array_add(tags, one);
	}
	json_object_object_add(o, "tags", tags);
}

static enum err make_document(struct cx *cx, struct str *out)
{
	struct json_object *o = json_own(cx, new_object()), *c;

	add_document_head(cx, o);
	for (const struct about_generation *g = about_generations;
	     g < about_generations + about_ngenerations; g++)
		for (size_t i = 0; i < g->n; i++)
			TRY(add_operation(cx, g, &g->routes[i], g->abouts[i], o));
	c = member_object(o, "components");
	add_error_schema(member_object(c, "schemas"));
	TRY(add_shapes(cx, member_object(c, "schemas")));
	TRY(add_schema_rows(cx, schema_rows, COUNT_OF(schema_rows), member_object(c, "schemas")));
	TRY(add_schema_rows(cx, header_rows, COUNT_OF(header_rows), member_object(c, "headers")));
	add_schemes(member_object(c, "securitySchemes"));
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
