#ifndef MOTET_API_DESCRIBE_ABOUT_H
#define MOTET_API_DESCRIBE_ABOUT_H
#include "http/router.h"
#include <stdio.h>
/*
 * What is to be said of a route beyond its row in routes.def. The rows are in
 * api/<generation>/about.def, one for each route; a route without one does not compile. README.md's
 * table, `motetd -T`, GET / and GET /.p2/openapi.json come from them.
 *
 *	ABOUT(handler, "who may, if the row of the route does not say it all", "what it does, in
 * Markdown", ANSWERS(JSON(201, Schema)), ERRORS(ERR_X))
 *
 * ERRORS names what this route refuses by itself; what every route of its kind refuses (a bad
 * token, a body too large) is added by about_errors().
 */
struct about_answer {
	int status;
	const char *type;   /* NULL: no content */
	const char *schema; /* of schemas.def; NULL for what is no JSON and no text */
	const char *header; /* one that only this answer has, or NULL */
	bool public;	    /* reply_public(): ETag, Cache-Control, and 304 beside it */
};
enum { ABOUT_ANSWERS = 8, ABOUT_ERRORS = 16 };
struct about {
	const char *who, *what;
	struct about_answer answers[ABOUT_ANSWERS]; /* up to the first without a status */
	enum err errors[ABOUT_ERRORS];		    /* up to OK */
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

/* A generation: its routes, what is said of them in the same order, its name, and where it begins.
 */
struct generation {
	const char *name, *text, *base;
	const struct route *routes;
	const struct about *const *abouts;
	size_t n;
};
extern const struct generation about_generations[];
extern const size_t about_ngenerations;

/* "session, sensitive": who may, in Markdown. It lives in the arena. */
const char *about_who(struct arena *, const struct route *, const struct about *);
/* Everything that the route may refuse with; returns how many. `all` has room for ERR_COUNT. */
size_t about_errors(const struct route *, const struct about *, enum err *all);
const char *about_method(const struct route *); /* "GET" */
#endif
