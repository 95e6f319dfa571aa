#include "api/describe/about.h"
#include "api/describe/openapi.h"
#include "base/conf.h"
#include <json-c/json.h>

#define OPTIONAL "Optional-"

/* Add headers by the names of their components. "Optional-X" is the header X, which may be missing.
 */
static void add_response_headers(struct cx *cx, struct json_object *response, const char *names)
{
	struct str rest = str_of(names), one;

	while (rest.n) {
		str_cut(rest, ' ', &one, &rest);
		const char *name = str_z(cx->mem, one);
		size_t skip = str_starts(one, OPTIONAL) ? sizeof OPTIONAL - 1 : 0;
		json_object_object_add(openapi_member(response, "headers"), name + skip,
		    openapi_ref(cx, "headers", name));
	}
}

/* A web server before motetd may answer with some of the statuses by itself. */
static bool is_said_by_web_servers(int status)
{
	return status == 400 || status == 413 || status == 414 || status == 431 || status >= 500;
}

static void add_common_headers(struct cx *cx, struct json_object *response, int status)
{
	add_response_headers(cx, response,
	    is_said_by_web_servers(status) ? OPTIONAL "X-Request-Id" : "X-Request-Id");
	if (status >= 400)
		add_response_headers(cx, response, "X-P2-Error");
	if (status == 401)
		add_response_headers(cx, response, "WWW-Authenticate");
	if (status == 429 || status == 503)
		add_response_headers(cx, response, "Retry-After");
	if (status == 502)
		add_response_headers(cx, response, OPTIONAL "Retry-After");
}

static struct json_object *member_response(struct json_object *responses, int status)
{
	char key[16];

	snprintf(key, sizeof key, "%d", status);
	return openapi_member(responses, key);
}

/* --- Answers --- */

static const char *describe_status(int status)
{
	return status == 200 ? "Success."
	    : status == 201  ? "Created."
	    : status == 204  ? "Success, no content."
	    : status == 304  ? "The copy that If-None-Match names is current."
			     : "An error in the form of this route.";
}

static void add_not_modified(struct cx *cx, struct json_object *responses, const char *headers)
{
	struct json_object *r = member_response(responses, 304);

	openapi_put(r, "description", describe_status(304));
	add_common_headers(cx, r, 304);
	add_response_headers(cx, r, headers);
}

static enum err add_answer(
    struct cx *cx, const struct about_answer *a, struct json_object *responses)
{
	static const char cached[] = "ETag Cache-Control Vary";
	struct json_object *r = member_response(responses, a->status);

	openapi_put(r, "description", describe_status(a->status));
	add_common_headers(cx, r, a->status);
	add_response_headers(cx, r, a->header ? a->header : "");
	if (a->type)
		TRY(openapi_media(cx, r, a->type, a->schema));
	if (!a->public)
		return OK;
	add_response_headers(cx, r, cached);
	add_not_modified(cx, responses, cached);
	return OK;
}

/* --- Errors --- */

static bool omits_error_body(const struct route *r, int status)
{
	return r->flags & NO_BODY_ON_ERROR && (status == 404 || status == 409 || status == 413);
}

/* Has the route an answer of its own with this status? */
static bool has_own_error_body(struct json_object *response)
{
	struct json_object *content;

	return json_object_object_get_ex(response, "content", &content) &&
	    json_object_object_get_ex(content, "application/json", NULL);
}

static struct json_object *make_error_example(enum err e)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "errcode", json_object_new_int(err_status(e)));
	openapi_put(o, "error", err_code(e));
	openapi_put(o, "message", err_text(e));
	return o;
}

/* Add the schema under both media types of an error; Accept chooses one of them. */
static void add_error_body(struct cx *cx, enum err e, struct json_object *response)
{
	static const char *const types[] = { "application/json", "application/problem+json" };

	for (size_t i = 0; i < COUNT_OF(types); i++) {
		struct json_object *media =
		    openapi_member(openapi_member(response, "content"), types[i]);
		json_object_object_add(media, "schema", openapi_ref(cx, "schemas", "Error"));
		json_object_object_add(media, "example", make_error_example(e));
	}
}

/* Describe all errors of one status by their codes and sentences. */
static void fill_error_response(
    struct cx *cx, const struct route *r, const enum err *v, size_t n, struct json_object *response)
{
	struct buf text = { .mem = cx->mem };
	int status = err_status(v[0]);

	for (size_t i = 0; i < n; i++)
		buf_printf(
		    &text, "%s`%s`: %s", text.n ? "\n\n" : "", err_code(v[i]), err_text(v[i]));
	openapi_put(response, "description", buf_done(&text).s);
	add_common_headers(cx, response, status);
	if (!omits_error_body(r, status) && !has_own_error_body(response))
		add_error_body(cx, v[0], response);
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
 * response gets the codes of the errors.
 */
static void add_error_status(struct cx *cx, const struct route *r, const enum err *v, size_t n,
    struct json_object *responses, struct json_object *shared)
{
	const char *status = arena_printf(cx->mem, "%d", err_status(v[0])),
		   *name = name_error_response(cx, r, v, n);

	if (json_object_object_get_ex(responses, status, NULL)) {
		fill_error_response(cx, r, v, n, openapi_member(responses, status));
		return;
	}
	if (!json_object_object_get_ex(shared, name, NULL))
		fill_error_response(cx, r, v, n, openapi_member(shared, name));
	json_object_object_add(responses, status, openapi_ref(cx, "responses", name));
}

enum err openapi_responses(struct cx *cx, const struct route *r, const struct about *a,
    struct json_object *responses, struct json_object *shared)
{
	enum err all[ERR_COUNT], same[ERR_COUNT];
	size_t n = about_errors(r, a, all);

	for (const struct about_answer *v = a->answers; v < a->answers + ABOUT_ANSWERS && v->status;
	     v++)
		TRY(add_answer(cx, v, responses));
	for (int status = 400; status < 600; status++) {
		size_t m = 0;
		for (size_t i = 0; i < n; i++)
			if (err_status(all[i]) == status)
				same[m++] = all[i];
		if (m)
			add_error_status(cx, r, same, m, responses, shared);
	}
	return OK;
}
