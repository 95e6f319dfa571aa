#include "api/common/render.h"
#include "api/routes.h"

/* The process lives; nothing else is asked. */
enum err ops_get_healthz(struct call *c)
{
	return reply_text(c, 200, "application/json", STR("{\"status\":\"ok\"}"));
}
