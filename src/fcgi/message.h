#ifndef MOTET_FCGI_MESSAGE_H
#define MOTET_FCGI_MESSAGE_H
#include "http/http.h"
#include <fcgiapp.h>
/* What all ways of accepting share: between streams and parameter lists, and requests and
 * responses. Private to fcgi/. */

/*
 * Fill q from a parameter list (`NAME=value`, NULL at the end), in one pass. False: there is no
 * REQUEST_METHOD, which is no request. *content_length is -1 unless CONTENT_LENGTH is a number.
 * Faults of a request set q->malformed.
 */
bool params_read(struct arena *, char *const *envp, const char *trusted_proxies, struct http_req *q,
    int64_t *content_length);
/* Up to n octets of a body; 0: that was all, -1: it broke off. */
typedef int message_source(void *from, char *to, int n);
/*
 * All of the body is read, whatever becomes of it: what is left over would be taken for the next
 * request (operations.md 1.9). `expected` is CONTENT_LENGTH or -1. False: it broke off, or there is
 * no end of it.
 */
bool message_read_body(
    struct arena *, message_source *, void *from, int64_t expected, struct http_req *q);
/* Status and headers, with the empty line. */
struct str message_render_head(struct arena *, const struct http_resp *);
bool message_has_body(const struct http_req *, const struct http_resp *);
/* Read one whole request; false: drop the connection, nothing of it may be executed. */
bool message_read(struct arena *, FCGX_Request *, const char *trusted_proxies, struct http_req *q);
/* Write the response; false: the peer has gone. */
bool message_write(
    FCGX_Stream *, struct arena *, const struct http_req *q, const struct http_resp *r);
#endif
