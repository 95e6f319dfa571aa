#ifndef MOTET_FCGI_COMPLETE_REQUEST_H
#define MOTET_FCGI_COMPLETE_REQUEST_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
/*
 * Has a request arrived to its last record, the empty one of STDIN? Then it can be read without
 * waiting for its peer. What is no FastCGI counts as whole, too: nothing that could come would make
 * it a request.
 */
bool complete_request_arrived(const uint8_t *p, size_t n);
#endif
