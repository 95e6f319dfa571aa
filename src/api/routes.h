#ifndef MOTET_API_ROUTES_H
#define MOTET_API_ROUTES_H
#include "api/call.h"
/*
 * The route tables of all generations. A row of a routes.def declares everything about a route:
 * ROUTE(method, path below the prefix, handler, who may call it, shape of the input, largest body
 * in bytes, operation (operation.def), flags). The handler and the shape are declared from this
 * row.
 */
#define ROUTE(method, path, fn, auth, body, max, op, flags) \
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
/* The number of a route: its index in all tables in order, from 1; 0 for NULL. */
int api_route_number(const struct route *);
#endif
