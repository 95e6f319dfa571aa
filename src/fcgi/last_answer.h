#ifndef MOTET_FCGI_LAST_ANSWER_H
#define MOTET_FCGI_LAST_ANSWER_H
#include <fcgiapp.h>
/*
 * The 503 of a process that has no memory left and ends. It goes straight to the connection of this
 * request, in one write. If no request has begun there, nothing is sent.
 */
void last_answer_send(const FCGX_Request *);
#endif
