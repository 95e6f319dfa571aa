#ifndef MOTET_API_DESCRIBE_OPENAPI_H
#define MOTET_API_DESCRIBE_OPENAPI_H
#include "base/cx.h"
struct about;
struct json_object;
struct route;
struct shape;
/*
 * The routes of this server as an OpenAPI 3.1 document, made from routes.def, about.def,
 * schemas.def, examples.def, links.def, err.def and the fields of the shapes. The document depends
 * on the configuration, not on the request. Each process makes the document once and owns it.
 */
must_check enum err openapi_text(struct cx *, struct str *);

/* Functions that make parts of the document. openapi_ref() makes
 * {"$ref": "#/components/<kind>/<name>"}. */
struct json_object *openapi_ref(struct cx *, const char *kind, const char *name);
/* Set the member `name` of an object to a string; a member of that name is replaced. */
void openapi_put(struct json_object *, const char *name, const char *text);
/* Return the member of this name, an object; add it if it is missing. */
struct json_object *openapi_member(struct json_object *, const char *name);
/*
 * Add a media type to `content` of a body, with a component of `schemas` and the example that
 * examples.def has for it; `schema` may be NULL. ERR_INTERNAL: the example is no JSON.
 */
must_check enum err openapi_media(
    struct cx *, struct json_object *owner, const char *type, const char *schema);
/*
 * Add the component of a shape, and those of the objects in it, unless they are there: `<name>` is
 * an object, or with `bare` what the body may be instead of `<name>_object`. ERR_INTERNAL: a field
 * has neither a type with a schema nor `as`.
 */
must_check enum err openapi_add_shape(struct cx *, const struct shape *, struct json_object *to);
/* Describe the fields of a shape as query parameters. */
must_check enum err openapi_query(
    struct cx *, const struct shape *, struct json_object *parameters);
/* Describe the answers and errors of a route in `responses`; routes share what is in `shared`. */
must_check enum err openapi_responses(struct cx *, const struct route *, const struct about *,
    struct json_object *responses, struct json_object *shared);
#endif
