#ifndef MOTET_FCGI_CGI_H
#define MOTET_FCGI_CGI_H
#include "http/http.h"
/*
 * Plain CGI (RFC 3875), for hosts without FastCGI: one request from the environment and standard
 * input, its response to standard output. The process ends after the response.
 */
/* Read the request, as fcgi_next() does. False: the environment describes no request, or the body
 * is incomplete. */
bool cgi_read(struct arena *, const char *trusted_proxies, struct http_req *);
/* Write the response. False: not all of it was written; errno says why. */
bool cgi_write(struct arena *, const struct http_req *, const struct http_resp *);
#endif
