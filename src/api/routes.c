#include "api/describe/about.h"
#include "api/operation.h"
#include "api/routes.h"
#include "shm/scoreboard.h"

#define ROUTE(method, path, fn, auth, body, max, op, flags) \
	{ M_##method, PREFIX path, fn, #fn, AUTH_##auth, &body##_shape, max, OP_##op, flags },

#define PREFIX "/.p2/core/v1"
static const struct route corev1_routes[] = {
#include "api/corev1/routes.def"
};
#undef PREFIX
#define PREFIX "/p2core"
static const struct route p2core_routes[] = {
#include "api/p2core/routes.def"
};
#undef PREFIX
#define PREFIX "/.p2/mls/v1"
static const struct route mlsv1_routes[] = {
#include "api/mlsv1/routes.def"
};
#undef PREFIX
#define PREFIX
static const struct route ops_routes[] = {
#include "api/ops/routes.def"
};
#undef ROUTE

#define ABOUT(fn, who, what, ...) static const struct about fn##_about = { who, what, __VA_ARGS__ };
#include "api/corev1/about.def"
#include "api/mlsv1/about.def"
#include "api/ops/about.def"
#include "api/p2core/about.def"

#define ROUTE(method, path, fn, auth, body, max, op, flags) &fn##_about,
static const struct about *const corev1_abouts[] = {
#include "api/corev1/routes.def"
};
static const struct about *const p2core_abouts[] = {
#include "api/p2core/routes.def"
};
static const struct about *const mlsv1_abouts[] = {
#include "api/mlsv1/routes.def"
};
static const struct about *const ops_abouts[] = {
#include "api/ops/routes.def"
};

const struct route *const api_tables[] = { corev1_routes, p2core_routes, mlsv1_routes, ops_routes };
const size_t api_sizes[] = { COUNT_OF(corev1_routes), COUNT_OF(p2core_routes),
	COUNT_OF(mlsv1_routes), COUNT_OF(ops_routes) };
const size_t api_ntables = COUNT_OF(api_tables);

_Static_assert(COUNT_OF(corev1_routes) + COUNT_OF(p2core_routes) + COUNT_OF(mlsv1_routes) +
	    COUNT_OF(ops_routes) <
	SCOREBOARD_ROUTES,
    "the scoreboard has too few routes");

int api_route_number(const struct route *r)
{
	int before = 1;

	for (size_t t = 0; r && t < api_ntables; before += (int)api_sizes[t++])
		if (r >= api_tables[t] && r < api_tables[t] + api_sizes[t])
			return before + (int)(r - api_tables[t]);
	return 0;
}

static const struct route *find_numbered_route(int number)
{
	size_t i = (size_t)number - 1, t = 0;

	while (t < api_ntables && i >= api_sizes[t])
		i -= api_sizes[t++];
	return number > 0 && t < api_ntables ? &api_tables[t][i] : NULL;
}

const char *api_route_path(int number)
{
	const struct route *r = find_numbered_route(number);

	return r ? r->path : "-";
}

void api_name_routes(struct scoreboard *b)
{
	const struct route *r;
	int n = 1;

	snprintf(b->name[0].method, sizeof b->name[0].method, "-");
	snprintf(b->name[0].path, sizeof b->name[0].path, "-");
	for (; (r = find_numbered_route(n)) != NULL; n++) {
		snprintf(b->name[n].method, sizeof b->name[n].method, "%s", about_method(r));
		snprintf(b->name[n].path, sizeof b->name[n].path, "%s", r->path);
	}
	b->nroutes = n;
}

const struct about_generation about_generations[] = {
	{ "core", "polyproto core, alpha.8 and beta.3", "/.p2/core/v1", corev1_routes,
	    corev1_abouts, COUNT_OF(corev1_routes) },
	{ "p2core", "polyproto core, January 2024", "/p2core", p2core_routes, p2core_abouts,
	    COUNT_OF(p2core_routes) },
	{ "mls", "polyproto mls, alpha.4", "/.p2/mls/v1", mlsv1_routes, mlsv1_abouts,
	    COUNT_OF(mlsv1_routes) },
	{ "server", "This server itself", "", ops_routes, ops_abouts, COUNT_OF(ops_routes) },
};
const size_t about_ngenerations = COUNT_OF(about_generations);
