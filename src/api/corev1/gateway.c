#include "api/common/render.h"
#include "api/routes.h"

/* GET /gateway (beta.4): where the gateway is. */
enum err corev1_get_gateway(struct call *c)
{
	return refuse(c->cx, ERR_NOT_FOUND, "",
	    "This server has no gateway; fetch events with GET /.p2/core/v1/events.");
}
