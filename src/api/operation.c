#include "api/operation.h"

static const struct {
	const char *name;
	enum solution_policy policy;
} operations[OPERATION_COUNT] = {
#define OPERATION(name, who) [OP_##name] = { #name, SOLUTION_##who },
#include "api/operation.def"
#undef OPERATION
};

enum solution_policy operation_policy(const struct route *r)
{
	return operations[r->operation].policy;
}

const char *operation_name(const struct route *r)
{
	return operations[r->operation].name;
}
