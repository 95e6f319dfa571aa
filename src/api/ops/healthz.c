#include "api/common/render.h"
#include "api/routes.h"

/* GET /healthz: 200 while the process runs. The route does not use the database. */
enum err ops_get_healthz(struct call *c)
{
	return reply_text(c, 200, "application/json", STR("{\"status\":\"ok\"}"));
}
