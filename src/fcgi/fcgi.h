#ifndef MOTET_FCGI_FCGI_H
#define MOTET_FCGI_FCGI_H
#include "base/fdpass.h"
#include "http/http.h"
#include <signal.h>
/*
 * FastCGI: requests come from a listening socket as struct http_req and are answered with struct
 * http_resp, one at a time. libfcgi is the record layer and is seen nowhere else. Two
 * implementations of this interface, chosen by configure:
 *
 *  fcgi_epoll.c  (USE_EPOLL) accepts by itself. The listening socket, the connections that a web
 * server keeps open (FCGI_KEEP_CONN) and the hand-over channel are watched together: no connection
 * pins a process, a peer that is silent costs nothing, one that stalls in the middle of a request
 * next to nothing (32 KiB of it are waited for without reading), and a process that retires gives
 * its kept connections to its siblings. fcgi_plain.c  public functions of libfcgi only, for systems
 * without epoll. A kept connection occupies its process until the peer closes it, and so does a
 * silent one: leave `fastcgi_keep_conn` off there. Nothing is handed over.
 *
 * Signals. The caller installs its handlers first, without SA_RESTART, and keeps these signals
 * blocked; they are let in only while fcgi_next() waits, so that a request is never torn by one. A
 * handler that wants an end calls fcgi_stop().
 *
 *	struct fcgi *f = fcgi_open(&opt);
 *	while ((what = fcgi_next(f, mem, &q)) != FCGI_STOP)
 *		if (what == FCGI_REQUEST) {
 *			…
 *			fcgi_answer(f, &q, &r);
 *		}
 *	fcgi_close(f, true);
 */
struct fcgi;
enum fcgi_event {
	FCGI_REQUEST, /* *q is filled: answer it */
	FCGI_AGAIN, /* a signal came, a peer went without a request, or nobody for idle_ms: look at
		       your flags and call again */
	FCGI_STOP   /* fcgi_stop() was called, or the master is gone */
};
struct fcgi_opt {
	int listen_fd; /* borrowed; made non-blocking where we accept ourselves */
	int watch_fd;  /* -1, or a pipe whose other end the master holds: end of file means stop */
	struct fdpass
	    kept;    /* the channel for kept connections that siblings share; { -1, -1 }: none */
	int idle_ms; /* -1, or: FCGI_AGAIN after so long without anything to do (where we accept
			ourselves) */
	sigset_t wait_mask;	     /* the signal mask while waiting */
	const char *trusted_proxies; /* of the configuration: peers whose X-Forwarded-For counts */
};
enum {
	FCGI_BODY_MAX =
	    1 << 20, /* octets of a body that are kept; a longer one sets body_too_large … */
	FCGI_DRAIN_MAX = 8 << 20, /* … and one longer than this costs the peer its connection */
	FCGI_PARAMS_MAX = 65536,  /* octets of all parameters, names and values */
	FCGI_PARAMS_COUNT = 256,
	FCGI_IO_TIMEOUT = 2, /* seconds for one read or write … */
	FCGI_PHASE_TIMEOUT =
	    10 /* … and for all of a request, or all of a response (where we accept ourselves) */
};

/* Once per process, after fork. NULL: errno says why. The pointers in opt must outlive it. */
struct fcgi *fcgi_open(const struct fcgi_opt *);
/*
 * Wait for a request and read all of it. Its text lives in `mem`; `target` is raw, `path`, `query`
 * and `segs` are left for http_target(). What breaks off, comes too slowly or is not a request is
 * dropped without a word (operations.md 1.5, 1.7 and 1.15).
 */
enum fcgi_event fcgi_next(struct fcgi *, struct arena *mem, struct http_req *q);
/* Send the response to the request that fcgi_next() gave. A peer that has gone away is no error. */
void fcgi_answer(struct fcgi *, const struct http_req *q, const struct http_resp *r);
/*
 * The whole pool ends: from now on fcgi_next() gives what has come already, and FCGI_STOP after a
 * moment without anything (20 ms), or after a second. Call it when nobody new can connect; without
 * own accept it does nothing, and the next fcgi_next() is the last.
 */
void fcgi_drain(struct fcgi *);
/*
 * What comes next takes long, and is not our own work (another server is asked): siblings get the
 * connections that are kept here but that of the request at hand, lest somebody else's next request
 * waits for us.
 */
void fcgi_release_kept(struct fcgi *);
/* End it; hand_over: kept connections go to the siblings, else they are closed. */
void fcgi_close(struct fcgi *, bool hand_over);
/* From a signal handler: let fcgi_next() return FCGI_STOP as soon as it waits. */
void fcgi_stop(void);
/* "epoll" or "plain". */
extern const char fcgi_transport[];
#endif
