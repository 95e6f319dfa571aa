#include "http/cors.h"

static const char exposed_headers[] =
    "Allow, ETag, Preference-Applied, Retry-After, Vary, WWW-Authenticate, X-Max-Payload-Size, "
    "X-P2-Deleted-Count, X-P2-Error, X-P2-KeyPackage-Count, X-Request-Id";
static const char allowed_headers[] =
    "Authorization, Content-Type, X-P2-Sensitive-Solution, Prefer, If-None-Match";

void cors_apply(struct cx *cx, const struct http_req *q, struct http_resp *r, struct str allow)
{
	http_set(cx, r, "Access-Control-Allow-Origin", "*");
	http_set(cx, r, "Access-Control-Expose-Headers", "%s", exposed_headers);
	if (q->method != M_OPTIONS || q->preflight.n == 0)
		return;
	http_set(cx, r, "Access-Control-Allow-Methods", "%.*s", (int)allow.n, allow.s);
	http_set(cx, r, "Access-Control-Allow-Headers", "%s", allowed_headers);
	http_set(cx, r, "Access-Control-Max-Age", "7200");
}
