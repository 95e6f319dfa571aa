#include "api/common/render.h"
#include "api/routes.h"

/* GET /capabilities (beta.13): extensions of core that this server supports. */
enum err corev1_get_capabilities(struct call *c)
{
	return reply_public(
	    c, "application/json", STR("[\"https://polyproto.org/mls\"]"), "public, max-age=3600");
}
