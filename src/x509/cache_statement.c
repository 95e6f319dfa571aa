#include "x509/idcert.h"
#include <inttypes.h>

struct str cache_statement(struct arena *mem, const struct cache_claim *c)
{
	const char *gap = c->spaced ? " " : "";
	const char *valid = arena_printf(mem, "%" PRId64 "%s%" PRId64 "%s%" PRId64, c->serial, gap,
	    c->not_before, gap, c->not_after);

	return str_of(
	    c->invalidated ? arena_printf(mem, "%s%s%" PRId64, valid, gap, c->invalidated) : valid);
}
