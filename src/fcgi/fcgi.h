#ifndef MOTET_FCGI_FCGI_H
#define MOTET_FCGI_FCGI_H
#include "base/fdpass.h"
#include "http/http.h"
#include <signal.h>
/*
 * FastCGI: requests arrive on a listening socket as struct http_req and are answered with struct
 * http_resp, one at a time. libfcgi reads and writes the records; only fcgi/ uses it. configure
 * chooses one of two implementations:
 *
 * fcgi_epoll.c (USE_EPOLL) accepts connections itself. This implementation watches the listening
 * socket, the connections that a web server keeps open (FCGI_KEEP_CONN) and the hand-over channel
 * together, so that no connection occupies a process. A request is collected as it comes, and
 * fcgi_next() returns it when it is complete: a silent or slow peer costs memory only, a megabyte
 * at most. A process that stops passes its kept connections, and the parts of requests that have
 * come on them, to its siblings. A response that a peer takes slowly waits in memory, too
 * (outbox.h); a process that stops gives peers 5 more seconds to take such responses.
 *
 * fcgi_plain.c uses only public functions of libfcgi, for systems without epoll. A kept or silent
 * connection occupies its process until the peer closes it: leave `fastcgi_keep_conn` off there. No
 * connection is passed to siblings.
 *
 * Signals: before fcgi_open(), install handlers without SA_RESTART and block their signals. These
 * signals are unblocked only while fcgi_next() waits, so that they never interrupt a request. A
 * handler that has to stop the process calls fcgi_stop().
 *
 *	struct fcgi *f = fcgi_open(&opt);
 *	while ((event = fcgi_next(f, mem, &q)) != FCGI_STOP)
 *		if (event == FCGI_REQUEST) {
 *			…
 *			fcgi_answer(f, &q, &r);
 *		}
 *	fcgi_close(f, true);
 */
struct fcgi;
struct fcgi_exchange; /* a request that was set aside */
enum fcgi_event {
	FCGI_REQUEST, /* *q holds a request: answer it */
	FCGI_AGAIN,   /* a signal, a peer without a request, or idle_ms passed: check your flags and
			 call again */
	FCGI_STOP     /* fcgi_stop() was called, or the master has died */
};
struct fcgi_opt {
	int listen_fd; /* borrowed; made non-blocking with epoll */
	int watch_fd;  /* -1, or a pipe whose other end the master holds: end of file means stop */
	struct fdpass kept; /* siblings pass kept connections over this pair; { -1, -1 }: no pair */
	int idle_ms; /* return FCGI_AGAIN after so many ms without an event (epoll only); -1: never;
			may be changed between two calls */
	sigset_t wait_mask;	     /* the signal mask while waiting */
	const char *trusted_proxies; /* the key of the configuration: X-Forwarded-For of these peers
					is trusted */
};
enum {
	FCGI_BODY_MAX = 1 << 20,  /* octets of a body; a longer body sets body_too_large */
	FCGI_DRAIN_MAX = 8 << 20, /* octets read of a body; after more, the connection is closed */
	FCGI_PARAMS_MAX = 65536,  /* octets of all parameters, names and values */
	FCGI_PARAMS_COUNT = 256,
	FCGI_IO_TIMEOUT = 2,	   /* seconds for one write */
	FCGI_PHASE_TIMEOUT = 10,   /* seconds to write a response (epoll only) */
	FCGI_STALL_TIMEOUT = 10,   /* seconds between two octets of a request (epoll only) */
	FCGI_ARRIVAL_TIMEOUT = 300 /* seconds until all of a request has arrived (epoll only) */
};

/* Call once in a process, after fork. *opt and what it points to are borrowed until fcgi_close().
 * NULL: errno says why. */
struct fcgi *fcgi_open(const struct fcgi_opt *);
/*
 * Wait for a request and read all of it. Its text is in `mem`; `target` is raw; `path`, `query` and
 * `segs` are for http_target() to fill. A connection that breaks, is too slow or does not carry a
 * request is closed without a response (operations.md 1.5, 1.7 and 1.15).
 */
enum fcgi_event fcgi_next(struct fcgi *, struct arena *mem, struct http_req *q);
/* Send the response to the request of the last fcgi_next(). If the peer has left, do nothing. */
void fcgi_answer(struct fcgi *, const struct http_req *q, const struct http_resp *r);
/* Answer the request of the last fcgi_next() with a 503, unless its response has begun. Nothing is
 * allocated: for the moment when memory has run out. The process must exit then. */
void fcgi_answer_unavailable(struct fcgi *);
/*
 * Call fcgi_drain() when the whole pool stops, after the listening socket has become unreachable:
 * fcgi_next() then returns requests that have arrived already, and FCGI_STOP after 20 ms without
 * one, at most after 1 s; for the rest of incomplete requests, fcgi_next() waits a few seconds
 * more. Without epoll it does nothing, and the next fcgi_next() returns FCGI_STOP.
 */
void fcgi_drain(struct fcgi *);
/*
 * Call it before a long wait or computation: pass all kept connections except the one of the
 * current request to siblings, so that requests on these connections do not wait for this
 * process.
 */
void fcgi_step_aside(struct fcgi *);
/*
 * Take no new requests (hold), because siblings serve them better, or take them again. Kept
 * connections are passed to siblings; fcgi_next() returns FCGI_AGAIN every FCGI_HOLD_MS. Without
 * epoll it does nothing.
 */
enum { FCGI_HOLD_MS = 100 };
void fcgi_hold(struct fcgi *, bool hold);
/* Set the current request aside, to answer it later; its text stays in its arena. NULL: out of
 * memory, or built without epoll. Answer all requests that were set aside before fcgi_close(). */
struct fcgi_exchange *fcgi_park(struct fcgi *);
/* Make a request that was set aside, whose text is in `mem`, the current one again. Call it only
 * between two requests. */
void fcgi_resume(struct fcgi *, struct fcgi_exchange *, struct arena *mem);
/* Free f. With hand_over, its kept connections are passed to siblings; without, they are closed. */
void fcgi_close(struct fcgi *, bool hand_over);
/* For signal handlers: make fcgi_next() return FCGI_STOP the next time it waits. */
void fcgi_stop(void);
/* The name of the implementation: "epoll" or "plain". */
extern const char fcgi_transport[];
#endif
