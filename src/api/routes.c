#include "api/about.h"
#include "api/routes.h"

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
#undef ROUTE

#define ABOUT(fn, who, what, ...) static const struct about fn##_about = { who, what, __VA_ARGS__ };
#include "api/corev1/about.def"
#include "api/mlsv1/about.def"
#include "api/ops/about.def"
#include "api/p2core/about.def"

#define ROUTE(method, path, fn, auth, body, max, flags) &fn##_about,
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

#define COUNT(t) (sizeof(t) / sizeof(t)[0])
const struct route *const api_tables[] = { corev1, p2core, mlsv1, ops };
const size_t api_sizes[] = { COUNT(corev1), COUNT(p2core), COUNT(mlsv1), COUNT(ops) };
const size_t api_ntables = COUNT(api_tables);

const struct generation about_generations[] = {
	{ "core", "polyproto core, alpha.8 and beta.3", "/.p2/core/v1", corev1, corev1_abouts, COUNT(corev1) },
	{ "p2core", "polyproto core, January 2024", "/p2core", p2core, p2core_abouts, COUNT(p2core) },
	{ "mls", "polyproto mls, alpha.4", "/.p2/mls/v1", mlsv1, mlsv1_abouts, COUNT(mlsv1) },
	{ "server", "This server itself", "", ops, ops_abouts, COUNT(ops) },
};
const size_t about_ngenerations = COUNT(about_generations);
