#ifndef MOTET_API_DESCRIBE_ABOUT_H
#define MOTET_API_DESCRIBE_ABOUT_H
#include "http/router.h"
#include <stdio.h>
/*
 * The documentation of a route, beside its row in routes.def: one row in
 * api/<generation>/about.def; a route without one does not compile. `motetd -T`, GET / and GET
 * /.p2/openapi.json are made from these rows; deploy/doc/routes.md copies what `motetd -T` prints.
 *
 * ABOUT(handler, "who may call it, if the route's row does not say it all", "what it does, in
 * Markdown", ANSWERS(JSON(201, Schema)), ERRORS(ERR_X))
 *
 * ERRORS lists the errors of this route only; about_errors() adds those of every route of its kind,
 * such as a bad token or a body that is too large.
 */
struct about_answer {
	int status;
	const char *type;   /* NULL: no content */
	const char *schema; /* the schema's name in schemas.def; NULL if the answer is neither JSON
			       nor text */
	const char *header; /* headers of this answer only, separated by blanks, or NULL */
	bool public; /* reply_public() makes the answer, with ETag and Cache-Control, or a 304 */
};
enum { ABOUT_ANSWERS = 8, ABOUT_ERRORS = 16 };
struct about {
	const char *who, *what;
	struct about_answer answers[ABOUT_ANSWERS]; /* an answer with status 0 ends the list */
	enum err errors[ABOUT_ERRORS];		    /* OK ends the list */
};
#define ANSWERS(...) .answers = { __VA_ARGS__ }
#define ERRORS(...) .errors = { __VA_ARGS__ }
#define JSON(status, schema, ...) \
	{ \
		status, "application/json", #schema, __VA_ARGS__ \
	}
#define TEXT(status, schema, ...) \
	{ \
		status, "text/plain", #schema, __VA_ARGS__ \
	}
#define EMPTY(status, ...) \
	{ \
		status, NULL, NULL, __VA_ARGS__ \
	}
#define PUBLIC(schema, ...) \
	{ \
		200, "application/json", #schema, .public = true, __VA_ARGS__ \
	}
#define PUBLIC_AS(type, ...) \
	{ \
		200, type, NULL, .public = true, __VA_ARGS__ \
	}

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/*
 * A generation of the protocol: its routes, their documentation in the same order, its name and
 * title, and its path prefix.
 */
struct about_generation {
	const char *name, *text, *base;
	const struct route *routes;
	const struct about *const *abouts;
	size_t n;
};
extern const struct about_generation about_generations[];
extern const size_t about_ngenerations;

/* Say in Markdown who may call a route: "session, sensitive". The text is in the arena. */
const char *about_who(struct arena *, const struct route *, const struct about *);
/* Write all errors that the route may answer with to `all`, which has room for ERR_COUNT; returns
 * how many. */
size_t about_errors(const struct route *, const struct about *, enum err *all);
const char *about_method(const struct route *); /* "GET" */
#endif
