#ifndef MOTET_SERVER_REQUEST_LOG_H
#define MOTET_SERVER_REQUEST_LOG_H
#include "http/http.h"
#include "server/worker.h"
/*
 * Measure and log a request. Call request_log_begin() when the request has been read, and
 * request_log_end() when its response has been sent. request_log_end() writes the log line, writes
 * a second line with the phases if the request took slow_request_ms or longer, and adds the
 * counters to the scoreboard row of the worker.
 */
void request_log_begin(const struct worker *, struct cx *, const struct http_req *);
void request_log_end(
    const struct worker *, struct cx *, const struct http_req *, const struct http_resp *);
/* Call request_log_suspend() instead of request_log_end() if the request is queued;
 * request_log_begin() will be called again for that request. */
void request_log_suspend(const struct worker *);
#endif
