#ifndef MOTET_FCGI_CGI_H
#define MOTET_FCGI_CGI_H
#include "http/http.h"
/*
 * Plain CGI (RFC 3875): one request from the environment and standard input, its answer to standard
 * output. For hosts that have nothing better; the process ends after it.
 */
/* As fcgi_next() does. False: that is no request, or it broke off. */
bool cgi_read(struct arena *, const char *trusted_proxies, struct http_req *);
/* False: errno says why not all of it was written. */
bool cgi_write(struct arena *, const struct http_req *, const struct http_resp *);
#endif
