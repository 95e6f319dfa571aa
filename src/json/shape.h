#ifndef MOTET_JSON_SHAPE_H
#define MOTET_JSON_SHAPE_H
#include "json/json.h"
#include <stddef.h>
/*
 * What a body looks like, as rows: one per member, with its type, its bounds and what it is for.
 * The same rows decode JSON bodies, query strings and rows of the database, and are printed as
 * documentation. A handler sees only what has passed them.
 *
 *	struct key_material_query { struct strs serial_numbers; };
 *	SHAPE(key_material_query, F_STRS(key_material_query, serial_numbers, .max = 100, .about =
 * "ID-Certs to return key material of"));
 *
 * null counts as absent; unknown members are ignored (protocol.md 2.3). Every refusal is
 * ERR_BAD_REQUEST and names the member. Whole numbers may come as JSON numbers or decimal strings;
 * a number out of int64_t is refused, never bent to fit. A text never holds NUL, an absent member
 *is whatever `out` held before: zeroes.
 */
enum ftype { FT_STR, FT_I64, FT_BOOL, FT_STRS, FT_BLOB, FT_CUSTOM };
enum {
	REQUIRED = 1,
	NUMERIC = 2 /* FT_STR, FT_STRS: a JSON whole number counts as its decimal text, for serials
		       (wire.md 2.1) */
};
struct field {
	const char *name; /* of the member; .alias is tried when it is absent */
	const char *alias;
	enum ftype type;
	int flags;
	size_t off;
	int64_t min, max; /* FT_STR, FT_BLOB: bytes; FT_STRS: elements; FT_I64: value. max 0: no
			     upper bound */
	bool (*ok)(struct str); /* FT_STR and elements of FT_STRS: a further check … */
	const char *must; /* … and its sentence, which follows the member's name: "must be …" */
	enum err (*get)(
	    struct cx *, const struct field *, struct json_object *, void *out); /* FT_CUSTOM */
	const char *about; /* for documentation … */
	const char *as;	   /* … and the schema (schemas.def) that says what the type does not: any
			      FT_CUSTOM, and what `ok` checks … */
	const struct shape *of; /* … or the rows of the object that a FT_CUSTOM is */
};
struct shape {
	const char *name;
	size_t size;
	const struct field *fields;
	size_t nfields;
	/* Not NULL: decodes the whole body by itself, whatever it is (PEM, a string, an array); see
	 * shape_request(). */
	enum err (*parse)(struct cx *, const struct shape *, struct str body, void *out);
	const char *bare;  /* with parse, for documentation: the schema of the JSON that may stand
			      for the object … */
	const char *media; /* … and the type of what is no JSON and may stand for it, or NULL */
};
/* The _Generic makes a row refuse a member of another C type. */
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
#define F_BLOB(st, m, ...) \
	FIELD_(FT_BLOB, struct blob, st, m, __VA_ARGS__) /* database rows only \
							  */
#define F_CUSTOM(st, m, fn, ...) \
	{ \
		.name = #m, .type = FT_CUSTOM, .off = offsetof(struct st, m), .get = (fn), \
		__VA_ARGS__ \
	}
/* SHAPE is a request body, named by a route row; ROW is a row of a statement's result, private to
 * its store file. */
#define SHAPE(st, ...) SHAPE_(, st, NULL, NULL, NULL, __VA_ARGS__)
#define SHAPE_BY(st, fn, bare, media, ...) SHAPE_(, st, fn, bare, media, __VA_ARGS__)
#define ROW(st, ...) SHAPE_(static, st, NULL, NULL, NULL, __VA_ARGS__)
#define SHAPE_(storage, st, fn, bare, media, ...) \
	static const struct field st##_fields[] = { __VA_ARGS__ }; \
	storage const struct shape st##_shape = { #st, sizeof(struct st), st##_fields, \
		sizeof st##_fields / sizeof st##_fields[0], fn, bare, media }
extern const struct shape
    nobody_shape; /* a route that takes nothing: a body is drained and ignored */

/* Refuse in the words every shape uses: the member `f->name`, then `why` ("must be a string"). */
must_check enum err shape_refuse(struct cx *, const struct field *, const char *why);
/* Decode an object by its rows; texts point into the tree. FT_BLOB has no JSON form: ERR_INTERNAL.
 */
must_check enum err shape_decode(
    struct cx *, const struct shape *, struct json_object *, void *out);
/*
 * Decode a request's arguments: from the body when there is one (blanks alone are none), from the
 * query for the rest; a member that both have and that differs is ERR_BAD_REQUEST. The body is JSON
 * whatever its Content-Type says. In a query FT_STRS are comma lists, given once or repeated,
 * FT_BOOL is true or false, FT_CUSTOM gets a string, or an array of strings when repeated; any
 * other member may be there once. `out` is zeroed memory of shape->size.
 *
 * A shape with `parse` has the body handed to it as it is; a query that names one of its rows
 * beside a body is ERR_BAD_REQUEST. Without a body, parse gets the query as the text of a JSON
 * object made by `fields` ("{}" when it names none of them), so that it has one form to read;
 * without fields, the empty text.
 */
must_check enum err shape_request(
    struct cx *, const struct shape *, struct str query, struct str body, void *out);
#endif
