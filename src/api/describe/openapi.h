#ifndef MOTET_API_DESCRIBE_OPENAPI_H
#define MOTET_API_DESCRIBE_OPENAPI_H
#include "base/cx.h"
struct json_object;
struct shape;
/*
 * This server's routes as an OpenAPI 3.1 document, made from routes.def, about.def, schemas.def,
 * err.def and the rows of the shapes. Nothing in it depends on a request, but on the configuration.
 * Made once for a process, which owns it: a worker keeps its configuration.
 */
must_check enum err openapi_text(struct cx *, struct str *);

/* Its parts. {"$ref": "#/components/<kind>/<name>"} */
struct json_object *openapi_ref(struct cx *, const char *kind, const char *name);
/* Set the member `name` of an object to a string; a member of that name is replaced. */
void openapi_put(struct json_object *, const char *name, const char *text);
/* What a body of that shape is, whatever form it has; and the same as parameters of a query.
 * ERR_INTERNAL: a row does not say enough. */
must_check enum err openapi_body(struct cx *, const struct shape *, struct json_object **out);
must_check enum err openapi_query(
    struct cx *, const struct shape *, struct json_object *parameters);
/* The rows of a shape as the schema of an object. */
must_check enum err openapi_object(struct cx *, const struct shape *, struct json_object **out);
#endif
