#ifndef MOTET_FCGI_FCGI_STATE_H
#define MOTET_FCGI_FCGI_STATE_H
#include "fcgi/fcgi.h"
#include <fcgiapp.h>
#ifdef USE_EPOLL
#include "fcgi/fd_queue.h"
#endif
/* What fcgi_open() makes. Private to fcgi_epoll.c and fcgi_plain.c. */
struct fcgi {
	const struct fcgi_opt *opt;
	FCGX_Request r;	   /* of libfcgi */
	struct arena *mem; /* of the current request */
#ifdef USE_EPOLL
	int ep;
	struct fd_queue *kept; /* every connection that epoll watches */
	struct fd_queue *half; /* those of them on which part of a request has arrived */
	bool keep;	       /* the peer of the current request wants the connection kept */
	int64_t drain_us;      /* clock_us() when draining ends; 0: not draining */
#endif
};
#endif
