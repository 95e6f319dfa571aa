#ifndef MOTET_FCGI_MESSAGE_H
#define MOTET_FCGI_MESSAGE_H
#include "http/http.h"
#include <fcgiapp.h>
/* Converts parameter lists and streams to requests, and responses to text; shared by all
 * transports. Private to fcgi/. */

/*
 * Fill q from a parameter list (`NAME=value`, NULL at the end). *content_length is -1 unless
 * CONTENT_LENGTH is a number. False: the list has no REQUEST_METHOD, so it describes no request.
 * Other faults set q->malformed.
 */
bool params_read(struct arena *, char *const *envp, const char *trusted_proxies, struct http_req *q,
    int64_t *content_length);
/* A function that reads up to n octets of a body; it returns their number, 0 at the end, -1 on an
 * error. */
typedef int message_source(void *from, char *to, int n);
/*
 * Read the whole body, even if it is too large: octets left unread would be taken for the next
 * request (operations.md 1.9). `expected` is CONTENT_LENGTH or -1. False: an error, or more than
 * FCGI_DRAIN_MAX octets.
 */
bool message_read_body(
    struct arena *, message_source *, void *from, int64_t expected, struct http_req *q);
/* Make the status line and the headers, with the empty line that ends them. */
struct str message_render_head(struct arena *, const struct http_resp *);
bool message_has_body(const struct http_req *, const struct http_resp *);
/* Read one request. False: drop the connection and do not execute any part of the request. */
bool message_read(struct arena *, FCGX_Request *, const char *trusted_proxies, struct http_req *q);
/* Write the response. False: the peer has left. */
bool message_write(
    FCGX_Stream *, struct arena *, const struct http_req *q, const struct http_resp *r);
#endif
