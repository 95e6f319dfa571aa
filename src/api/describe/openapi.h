#ifndef MOTET_API_DESCRIBE_OPENAPI_H
#define MOTET_API_DESCRIBE_OPENAPI_H
#include "base/cx.h"
struct json_object;
struct shape;
/*
 * The routes of this server as an OpenAPI 3.1 document, made from routes.def, about.def,
 * schemas.def, err.def and the fields of the shapes. The document depends on the configuration, not
 * on the request. Each process makes the document once and owns it.
 */
must_check enum err openapi_text(struct cx *, struct str *);

/* Functions that make parts of the document. openapi_ref() makes
 * {"$ref": "#/components/<kind>/<name>"}. */
struct json_object *openapi_ref(struct cx *, const char *kind, const char *name);
/* Set the member `name` of an object to a string; a member of that name is replaced. */
void openapi_put(struct json_object *, const char *name, const char *text);
/*
 * Describe a body of this shape in every form that the body may have, or the same fields as query
 * parameters. ERR_INTERNAL: a field has neither a type with a schema nor `as`.
 */
must_check enum err openapi_body(struct cx *, const struct shape *, struct json_object **out);
must_check enum err openapi_query(
    struct cx *, const struct shape *, struct json_object *parameters);
/* Make the schema of an object from the fields of a shape. */
must_check enum err openapi_object(struct cx *, const struct shape *, struct json_object **out);
#endif
