#ifndef MOTET_API_OPERATION_H
#define MOTET_API_OPERATION_H
#include "core/session.h"
#include "http/router.h"
/*
 * What a route does, and who must send X-P2-Sensitive-Solution for it (protocol.md 2.9). This rule
 * belongs to the operation, so it is the same for all routes of the operation, whatever their
 * generation of the protocol. The table is operation.def; each row of a routes.def names its
 * operation.
 */
enum operation {
#define OPERATION(name, who) OP_##name,
#include "api/operation.def"
#undef OPERATION
	OPERATION_COUNT
};
enum solution_policy operation_policy(const struct route *);
/* The name of an operation in operation.def. */
const char *operation_name(const struct route *);
#endif
