#ifndef MOTET_FCGI_COMPLETE_REQUEST_H
#define MOTET_FCGI_COMPLETE_REQUEST_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
/*
 * Do these n octets hold a complete request, up to its last record, the empty one of STDIN? Then it
 * can be read without waiting for the peer. Data that is not FastCGI counts as complete: more of it
 * would not make it a request.
 */
bool complete_request_arrived(const uint8_t *p, size_t n);
#endif
