#ifndef MOTET_SERVER_REQUEST_LOG_H
#define MOTET_SERVER_REQUEST_LOG_H
#include "http/http.h"
#include "server/worker.h"
/*
 * The account of a request, from its first octet to the last of its answer: request_log_begin()
 * when it has been read, request_log_end() when the answer was sent. That writes the line of the
 * log, another one with the phases when it took slow_request_ms or longer, and adds all of it to
 * the worker's row.
 */
void request_log_begin(const struct worker *, struct cx *, const struct http_req *);
void request_log_end(
    const struct worker *, struct cx *, const struct http_req *, const struct http_resp *);
#endif
