#ifndef MOTET_FCGI_MESSAGE_H
#define MOTET_FCGI_MESSAGE_H
#include "http/http.h"
#include <fcgiapp.h>
/* What both ways of accepting share: between libfcgi's streams and parameter lists, and requests and responses. Private to fcgi/. */

/*
 * Fill q from a parameter list (`NAME=value`, NULL at the end), in one pass. False: there is no REQUEST_METHOD, which is no request.
 * *content_length is -1 unless CONTENT_LENGTH is a number. Faults of a request set q->malformed.
 */
bool params_read(struct arena *, char *const *envp, const char *trusted_proxies, struct http_req *q, int64_t *content_length);
/* Read one whole request; false: drop the connection, nothing of it may be executed. */
bool message_read(struct arena *, FCGX_Request *, const char *trusted_proxies, struct http_req *q);
/* Write the response; false: the peer has gone. */
bool message_write(FCGX_Stream *, struct arena *, const struct http_req *q, const struct http_resp *r);
#endif
