#ifndef MOTET_FCGI_FCGI_STATE_H
#define MOTET_FCGI_FCGI_STATE_H
#include "fcgi/fcgi.h"
#include <fcgiapp.h>
#ifdef USE_EPOLL
#include "fcgi/fd_queue.h"
#include "fcgi/outbox.h"
#endif
/* What fcgi_open() makes. Private to fcgi_epoll.c and fcgi_plain.c. */
struct fcgi_exchange {
	FCGX_Request r; /* the request of libfcgi, which keeps pointers to this struct */
	bool keep;	/* the peer wants the connection kept */
};
struct fcgi {
	const struct fcgi_opt *opt;
	struct arena *mem; /* the arena of the current request */
	bool answering;	   /* the response to the current request has begun */
#ifdef USE_EPOLL
	int ep;
	struct fcgi_exchange *now; /* the current request */
	struct fd_queue *kept;	   /* every connection that epoll watches */
	struct fd_queue *half; /* the connections on which part of a request has arrived, each with
				  its struct spool, in the order of their last octets */
	struct outboxes *out;  /* responses that their peers have not taken yet */
	size_t spooled;	       /* octets that the spools in `half` have stored */
	int64_t progress_us;   /* clock_us() of the last octet that came for any spool; 0: no octet
				  has come yet */
	bool held;	       /* fcgi_hold() */
	int64_t drain_us;      /* clock_us() when draining ends; 0: not draining */
	int64_t stop_us;       /* clock_us() when we began to stop; 0: not yet */
#else
	FCGX_Request r;
#endif
};
#endif
