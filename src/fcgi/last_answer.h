#ifndef MOTET_FCGI_LAST_ANSWER_H
#define MOTET_FCGI_LAST_ANSWER_H
#include <fcgiapp.h>
/*
 * The 503 that a process sends when it has no memory left and is about to exit. The response goes
 * straight to the connection of the current request, in one write. If no request has begun on that
 * connection, nothing is sent.
 */
void last_answer_send(const FCGX_Request *);
#endif
