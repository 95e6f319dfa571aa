#include "api/describe/about.h"
#include "api/operation.h"
#include "api/routes.h"
#include "base/cx.h"

const char *about_method(const struct route *r)
{
	static const char *const names[] = { "GET", "POST", "PUT", "DELETE", "OPTIONS", "?" };

	return names[r->method];
}

const char *about_who(struct arena *mem, const struct route *r, const struct about *a)
{
	static const char *const names[] = { "anyone", "session", "session", "session", "admin" };
	static const char *const solutions[] = { [SOLUTION_NOBODY] = "",
		[SOLUTION_WITH_FACTOR] = ", second factor",
		[SOLUTION_BY_SETTING] = ", sensitive",
		[SOLUTION_EVERYBODY] = ", sensitive" };

	return arena_printf(
	    mem, "%s%s", a->who ? a->who : names[r->auth], solutions[operation_policy(r)]);
}

enum error_condition {
	EVERY_ONE,
	TAKES_INPUT,
	LIMITED,
	WITH_TOKEN,
	AT_HOME,
	BY_ADMIN,
	WITH_SOLUTION
};

static bool error_applies(enum error_condition when, const struct route *r)
{
	switch (when) {
	case TAKES_INPUT:
		return r->body != &no_body_shape;
	case LIMITED:
		return !(r->flags & UNLIMITED);
	case WITH_TOKEN:
		return r->auth != AUTH_NONE;
	case AT_HOME:
		return r->auth != AUTH_NONE && r->auth != AUTH_ANY;
	case BY_ADMIN:
		return r->auth == AUTH_ADMIN;
	case WITH_SOLUTION:
		return operation_policy(r) != SOLUTION_NOBODY;
	case EVERY_ONE:
		break;
	}
	return true;
}

size_t about_errors(const struct route *r, const struct about *a, enum err *all)
{
	static const struct {
		enum error_condition when;
		enum err err;
	} rows[] = {
		{ EVERY_ONE, ERR_BAD_REQUEST },
		{ TAKES_INPUT, ERR_BAD_JSON },
		{ WITH_TOKEN, ERR_UNAUTHORIZED },
		{ WITH_TOKEN, ERR_SESSION_ENDED },
		{ AT_HOME, ERR_FOREIGN },
		{ BY_ADMIN, ERR_NOT_ADMIN },
		{ WITH_SOLUTION, ERR_SENSITIVE },
		{ WITH_SOLUTION, ERR_USED_CODE },
		{ EVERY_ONE, ERR_TOO_LARGE },
		{ EVERY_ONE, ERR_PATH_TOO_LONG }, /* a web server before motetd says it */
		{ TAKES_INPUT, ERR_ENCODING },
		{ LIMITED, ERR_RATE_LIMITED },
		{ EVERY_ONE, ERR_HEADERS_TOO_LARGE },
		{ EVERY_ONE, ERR_INTERNAL },
		{ EVERY_ONE, ERR_UNAVAILABLE },
	};
	size_t n = 0;

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (error_applies(rows[i].when, r))
			all[n++] = rows[i].err;
	for (size_t i = 0; i < ABOUT_ERRORS && a->errors[i]; i++)
		all[n++] = a->errors[i];
	return n;
}

void api_print_routes(FILE *f)
{
	struct arena *mem = arena_new(1 << 20);

	for (const struct about_generation *g = about_generations;
	     g < about_generations + about_ngenerations; g++)
		for (size_t i = 0; i < g->n; i++)
			fprintf(f, "%-8s %-44s %-40s %7lld  %s | %s\n", about_method(&g->routes[i]),
			    g->routes[i].path, g->routes[i].name, (long long)g->routes[i].max_body,
			    about_who(mem, &g->routes[i], g->abouts[i]), g->abouts[i]->what);
	arena_free(mem);
}
