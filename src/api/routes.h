#ifndef MOTET_API_ROUTES_H
#define MOTET_API_ROUTES_H
#include "api/call.h"
/*
 * The tables of all generations. A row of a routes.def is the whole declaration of a route: it
 * names the handler and the shape of the body, and neither is declared by hand. ROUTE(method, path
 * below the prefix, handler, who may, shape, largest body, flags).
 */
#define ROUTE(method, path, fn, auth, body, max, flags) \
	handler fn; \
	extern const struct shape body##_shape;
#include "api/corev1/routes.def"
#include "api/mlsv1/routes.def"
#include "api/ops/routes.def"
#include "api/p2core/routes.def"
#undef ROUTE
extern const struct route *const api_tables[];
extern const size_t api_sizes[];
extern const size_t api_ntables;
/* Its number: its place in all tables one behind the other, from 1; 0 for NULL. */
int api_route_number(const struct route *);
#endif
