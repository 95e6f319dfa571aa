#include "api/common/render.h"
#include "api/describe/openapi.h"
#include "api/routes.h"

/* GET /.p2/openapi.json */
enum err ops_get_openapi(struct call *c)
{
	struct str text;

	TRY(openapi_text(c->cx, &text));
	return reply_public(c, "application/json", text, "public, max-age=300");
}
