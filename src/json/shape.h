#ifndef MOTET_JSON_SHAPE_H
#define MOTET_JSON_SHAPE_H
#include "json/json.h"
#include <stddef.h>
/*
 * The shape of a body, as a table: one row per member, with its type, bounds and purpose. The same
 * rows decode JSON bodies, query strings and rows of the database, and become documentation. A
 * handler gets only values that follow these rows.
 *
 *	struct key_material_query { struct strs serial_numbers; };
 *	SHAPE(key_material_query, F_STRS(key_material_query, serial_numbers, .max = 100,
 *	    .about = "ID-Certs to return key material of"));
 *
 * null counts as absent; unknown members are ignored (protocol.md 2.3). Every refusal is
 * ERR_BAD_REQUEST and names the member. Whole numbers may be JSON numbers or decimal strings; a
 * number outside of int64_t is refused. A text never holds NUL. An absent member leaves its part of
 * `out` unchanged, which is zero.
 */
enum ftype { FT_STR, FT_I64, FT_BOOL, FT_STRS, FT_BLOB, FT_CUSTOM };
enum {
	REQUIRED = 1,
	NUMERIC = 2, /* FT_STR, FT_STRS: accept a JSON whole number as its decimal text, for serial
			numbers (wire.md 2.1) */
	OTHER_NAME = 4 /* another name of another field; it is read, but not documented */
};
struct field {
	const char *name;  /* name of the member; if the member is absent, .alias is used */
	const char *alias; /* another name; it is not documented */
	enum ftype type;
	int flags;
	size_t off;
	int64_t min, max; /* FT_STR, FT_BLOB: bytes; FT_STRS: elements; FT_I64: value. max 0: no
			     upper bound */
	bool (*ok)(struct str); /* a further check of FT_STR, or of each element of FT_STRS */
	const char *must; /* what the message says after the name if `ok` fails: "must be …" */
	enum err (*get)(
	    struct cx *, const struct field *, struct json_object *, void *out); /* FT_CUSTOM */
	/* For documentation: */
	const char *about;	/* what the member is for */
	const char *as;		/* schema (schemas.def) of a FT_CUSTOM, or of what `ok` checks */
	const char *as_query;	/* schema of the member in a query, if it differs from `as` */
	const struct shape *of; /* instead of `as`, for a FT_CUSTOM that decodes an object: the rows
				   of that object */
};
struct shape {
	const char *name;
	size_t size;
	const struct field *fields;
	size_t nfields;
	/* If `parse` is not NULL, it decodes the whole body, in any format (PEM, a string, an
	 * array); see shape_request(). */
	enum err (*parse)(struct cx *, const struct shape *, struct str body, void *out);
	/* For the documentation of a shape with `parse`: what a client may send instead of the
	 * object. */
	const char *bare;  /* schema of JSON that is not the object */
	const char *media; /* media types of a body that is not JSON, with blanks, or NULL */
};
/* Because of _Generic, a member of the wrong C type does not compile. */
#define FIELD_(T, CT, st, m, ...) \
	{ \
		.name = #m, .type = (T), \
		.off = \
		    offsetof(struct st, m) + 0 * sizeof(_Generic(&((struct st *)0)->m, CT * : 0)), \
		__VA_ARGS__ \
	}
#define F_STR(st, m, ...) FIELD_(FT_STR, struct str, st, m, __VA_ARGS__)
#define F_STRS(st, m, ...) FIELD_(FT_STRS, struct strs, st, m, __VA_ARGS__)
#define F_I64(st, m, ...) FIELD_(FT_I64, int64_t, st, m, __VA_ARGS__)
#define F_BOOL(st, m, ...) FIELD_(FT_BOOL, bool, st, m, __VA_ARGS__)
/* F_BLOB is only for rows of the database. */
#define F_BLOB(st, m, ...) FIELD_(FT_BLOB, struct blob, st, m, __VA_ARGS__)
#define F_CUSTOM(st, m, fn, ...) \
	{ \
		.name = #m, .type = FT_CUSTOM, .off = offsetof(struct st, m), .get = (fn), \
		__VA_ARGS__ \
	}
/* SHAPE: a request body, named in a row of a routes.def. SHAPE_BY: a request body that the
 * function `fn` decodes (`parse` of struct shape). ROW: a row of a statement's result, private to
 * its file in store/. */
#define SHAPE(st, ...) SHAPE_(, st, NULL, NULL, NULL, __VA_ARGS__)
#define SHAPE_BY(st, fn, bare, media, ...) SHAPE_(, st, fn, bare, media, __VA_ARGS__)
#define ROW(st, ...) SHAPE_(static, st, NULL, NULL, NULL, __VA_ARGS__)
#define SHAPE_(storage, st, fn, bare, media, ...) \
	static const struct field st##_fields[] = { __VA_ARGS__ }; \
	storage const struct shape st##_shape = { #st, sizeof(struct st), st##_fields, \
		sizeof st##_fields / sizeof st##_fields[0], fn, bare, media }
/* A member that the client sent under its alias. */
struct sent_name {
	const char *name, *alias;
	const struct sent_name *before;
};
/* The name under which the decoded request has the member `name`: its alias if the client used
 * that, otherwise `name`. For errors that are found after decoding. */
const char *shape_sent_name(const struct cx *, const char *name);
/* The shape of a route without arguments: a body is read and ignored. */
extern const struct shape no_body_shape;

/* Refuse with the sentence "<f->name> <why>", where `why` is, for example, "must be a string". */
must_check enum err shape_refuse(struct cx *, const struct field *, const char *why);
/* Decode an object by its rows; texts point into the tree. ERR_INTERNAL for FT_BLOB, which has no
 * JSON form. */
must_check enum err shape_decode(
    struct cx *, const struct shape *, struct json_object *, void *out);
/*
 * Decode the arguments of a request: from the body, if it holds more than blanks, and from the
 * query. A member that body and query give different values is ERR_BAD_REQUEST. The body is read as
 * JSON whatever its Content-Type. In a query, FT_STRS is a comma-separated list, once or repeated;
 * FT_BOOL is true or false; FT_CUSTOM gets a string, or an array of strings if it is repeated; any
 * other member may appear once. `out` is zeroed memory of shape->size bytes.
 *
 * A shape with `parse` gets the body unchanged; then a query with one of the shape's members is
 * ERR_BAD_REQUEST. Without a body, `parse` gets the query as the text of a JSON object of its
 * `fields` ("{}" if the query has none of them); a shape without fields gets the empty text.
 */
must_check enum err shape_request(
    struct cx *, const struct shape *, struct str query, struct str body, void *out);
#endif
