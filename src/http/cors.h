#ifndef MOTET_HTTP_CORS_H
#define MOTET_HTTP_CORS_H
#include "http/http.h"
/*
 * Cross-origin requests (Fetch standard 3.2): nothing here rests on cookies, so any origin may ask
 * and none gets credentials. Said with or without Origin, so that a copy in a shared cache serves
 * everybody; adds the answer to a preflight, with the methods of `allow` ("GET, HEAD, OPTIONS"),
 * when it is one.
 */
void cors_apply(struct cx *, const struct http_req *, struct http_resp *, struct str allow);
#endif
