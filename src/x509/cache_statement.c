#include "x509/idcert.h"
#include <inttypes.h>

struct str cache_statement(
    struct arena *mem, int64_t serial, int64_t not_before, int64_t not_after, int64_t invalidated)
{
	const char *valid =
	    arena_printf(mem, "%" PRId64 "%" PRId64 "%" PRId64, serial, not_before, not_after);

	return str_of(invalidated ? arena_printf(mem, "%s%" PRId64, valid, invalidated) : valid);
}
