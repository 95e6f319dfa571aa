#ifndef MOTET_HTTP_CORS_H
#define MOTET_HTTP_CORS_H
#include "http/http.h"
/*
 * Set the CORS headers of a response (Fetch standard 3.2). The server uses no cookies, so any
 * origin may send requests, but without credentials. The headers are set with or without Origin, so
 * that a shared cache can serve every origin. A preflight request is also answered, with the
 * methods of `allow` ("GET, HEAD, OPTIONS").
 */
void cors_apply(struct cx *, const struct http_req *, struct http_resp *, struct str allow);
#endif
