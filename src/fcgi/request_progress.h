#ifndef MOTET_FCGI_REQUEST_PROGRESS_H
#define MOTET_FCGI_REQUEST_PROGRESS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
/*
 * How much of a request has arrived. A request is complete when its last record has arrived, an
 * empty one of STDIN or one that aborts the request: then it can be read without waiting for the
 * peer. Data that is not FastCGI counts as complete, since more octets would not make it a request.
 * Start with { 0 }.
 */
struct request_progress {
	uint8_t header[8]; /* the header of the current record … */
	size_t nheader;	   /* … as far as it has arrived */
	size_t left; /* octets of the current record that are still to come, with its padding */
	size_t body; /* octets of STDIN, of all records that have begun */
	bool complete;
};
/*
 * The next octets have arrived. Returns how many of them belong together: the rest of the header of
 * a record, or of its content. 0: the request was complete before. Call request_progress_add()
 * again for the rest.
 */
size_t request_progress_add(struct request_progress *, const uint8_t *p, size_t n);
/* Is the current record of the type STDIN? */
bool request_progress_is_body(const struct request_progress *);
/* Do these n octets begin with a complete request? */
bool request_progress_arrived(const uint8_t *p, size_t n);
#endif
