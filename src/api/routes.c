#include "api/routes.h"
#include "shm/scoreboard.h"

#define ROUTE(method, path, fn, auth, body, max, flags) { M_##method, PREFIX path, fn, #fn, AUTH_##auth, &body##_shape, max, flags },

#define PREFIX "/.p2/core/v1"
static const struct route corev1[] = {
#include "api/corev1/routes.def"
};
#undef PREFIX
#define PREFIX "/p2core"
static const struct route p2core[] = {
#include "api/p2core/routes.def"
};
#undef PREFIX
#define PREFIX "/.p2/mls/v1"
static const struct route mlsv1[] = {
#include "api/mlsv1/routes.def"
};
#undef PREFIX
#define PREFIX
static const struct route ops[] = {
#include "api/ops/routes.def"
};

#define COUNT(t) (sizeof(t) / sizeof(t)[0])
const struct route *const api_tables[] = { corev1, p2core, mlsv1, ops };
const size_t api_sizes[] = { COUNT(corev1), COUNT(p2core), COUNT(mlsv1), COUNT(ops) };
const size_t api_ntables = COUNT(api_tables);

_Static_assert(COUNT(corev1) + COUNT(p2core) + COUNT(mlsv1) + COUNT(ops) < SCORE_ROUTES, "the scoreboard has too few routes");

static const char *const methods[] = { "GET", "POST", "PUT", "DELETE", "OPTIONS", "?" };

int api_route_number(const struct route *r)
{
	int before = 1;

	for (size_t t = 0; r && t < api_ntables; before += (int)api_sizes[t++])
		if (r >= api_tables[t] && r < api_tables[t] + api_sizes[t])
			return before + (int)(r - api_tables[t]);
	return 0;
}

static const struct route *numbered(int number)
{
	size_t i = (size_t)number - 1, t = 0;

	while (t < api_ntables && i >= api_sizes[t])
		i -= api_sizes[t++];
	return number > 0 && t < api_ntables ? &api_tables[t][i] : NULL;
}

const char *api_route_path(int number)
{
	const struct route *r = numbered(number);

	return r ? r->path : "-";
}

void api_name_routes(struct scoreboard *b)
{
	const struct route *r;
	int n = 1;

	snprintf(b->name[0].method, sizeof b->name[0].method, "-");
	snprintf(b->name[0].path, sizeof b->name[0].path, "-");
	for (; (r = numbered(n)) != NULL; n++) {
		snprintf(b->name[n].method, sizeof b->name[n].method, "%s", methods[r->method]);
		snprintf(b->name[n].path, sizeof b->name[n].path, "%s", r->path);
	}
	b->nroutes = n;
}

void api_print_routes(FILE *f)
{
	static const char *const who[] = { "anyone", "any", "session", "session", "admin" };

	for (size_t t = 0; t < api_ntables; t++)
		for (const struct route *r = api_tables[t]; r < api_tables[t] + api_sizes[t]; r++)
			fprintf(f, "%-8s %-44s %-40s %-8s %7lld%s\n", methods[r->method], r->path, r->name, who[r->auth], (long long)r->max_body,
			    r->flags & SENSITIVE ? " sensitive" : "");
}
