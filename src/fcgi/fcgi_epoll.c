#include "fcgi/fcgi.h"
#ifdef USE_EPOLL
#include "fcgi/kept.h"
#include "fcgi/message.h"
#include "fcgi/complete_request.h"
#include "base/clock.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* PEEK: below the 64 KiB that a TCP peer may send while nothing is read. */
enum {
	PEEK = 32768,
	DRAIN_MS = 20,
	DRAIN_LONGEST_US = 1000000,
	STALLED_MS = FCGI_IO_TIMEOUT * 1000,
	STALLED_IO_MS = 100
};

const char fcgi_recipe[] = "epoll";

struct fcgi {
	const struct fcgi_opt *opt;
	FCGX_Request r; /* its fields ipcFd, keepConnection and listen_sock are libfcgi's own,
			   unchanged since 2.0 */
	int ep;
	struct kept *kept; /* every connection that epoll watches */
	struct kept *half; /* those of them on which half a request has come */
	struct arena *mem; /* of the request at hand */
	bool keep;	   /* its peer wants the connection kept */
	int64_t drain_us;  /* clock_us() when draining ends; 0: we do not drain */
};

static volatile sig_atomic_t stopping;
static volatile int current = -1; /* the connection that is being read from or written to */

void fcgi_stop(void)
{
	stopping = 1;
}

/* A peer that drips an octet a second passes every timeout of a single read(2). This ends the
 * connection, not the worker. */
static void cut_off(int sig)
{
	int keep = errno;

	(void)sig;
	if (current >= 0)
		shutdown(current, SHUT_RDWR);
	errno = keep;
}

static void phase_begins(int fd)
{
	current = fd;
	alarm(FCGI_PHASE_TIMEOUT);
}

static void phase_ends(void)
{
	alarm(0);
	current = -1;
}

static bool control(struct fcgi *f, int op, int fd, uint32_t how)
{
	struct epoll_event e = { .events = EPOLLIN | how, .data.fd = fd };

	return epoll_ctl(f->ep, op, fd, &e) == 0;
}

static bool watch(struct fcgi *f, int fd, uint32_t how)
{
	return control(f, EPOLL_CTL_ADD, fd, how);
}

/* Explicitly, not by close(): a copy that a sibling holds would keep our registration alive. */
static void unwatch(struct fcgi *f, int fd)
{
	epoll_ctl(f->ep, EPOLL_CTL_DEL, fd, NULL);
	kept_remove(f->kept, fd);
	kept_remove(f->half, fd);
}

static void drop(struct fcgi *f, int fd)
{
	if (kept_has(f->kept, fd))
		unwatch(f, fd);
	close(fd);
}

static void drop_oldest(struct fcgi *f)
{
	int fd = kept_oldest(f->kept);

	if (fd >= 0)
		drop(f, fd);
}

static void keep_open(struct fcgi *f, int fd)
{
	if (kept_has(f->kept, fd)) {
		kept_touch(f->kept, fd);
		return;
	}
	if (kept_full(f->kept))
		drop_oldest(f);
	if (watch(f, fd, 0))
		kept_add(f->kept, fd);
	else
		close(fd);
}

static size_t room_for_connections(void)
{
	struct rlimit l;
	enum { OURS = 64, ENOUGH = 4096 };

	if (getrlimit(RLIMIT_NOFILE, &l) != 0 || l.rlim_cur > ENOUGH)
		return ENOUGH;
	return l.rlim_cur > 2 * OURS ? l.rlim_cur - OURS : OURS;
}

static bool start_library(struct fcgi *f)
{
	struct sigaction alarmed = { .sa_handler = cut_off };

	/* Connections that end in an error linger this long inside libfcgi; 2 s by default. */
	setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "10", 1);
	if (FCGX_Init() != 0 || FCGX_InitRequest(&f->r, -1, 0) != 0)
		return false;
	/* libfcgi puts its own in place of SIG_IGN. */
	signal(SIGPIPE, SIG_IGN);
	return sigaction(SIGALRM, &alarmed, NULL) == 0;
}

static bool watch_all(struct fcgi *f)
{
	const struct fcgi_opt *o = f->opt;
	int flags = fcntl(o->listen_fd, F_GETFL);

	if (flags < 0 || fcntl(o->listen_fd, F_SETFL, flags | O_NONBLOCK) != 0)
		return false;
	return watch(f, o->listen_fd, EPOLLEXCLUSIVE) &&
	    (o->watch_fd < 0 || watch(f, o->watch_fd, 0)) &&
	    (o->kept.take < 0 || watch(f, o->kept.take, EPOLLEXCLUSIVE));
}

struct fcgi *fcgi_open(const struct fcgi_opt *opt)
{
	struct fcgi *f = calloc(1, sizeof *f);

	if (f == NULL)
		return NULL;
	*f = (struct fcgi){ .opt = opt, .ep = epoll_create1(EPOLL_CLOEXEC) };
	f->kept = kept_new(room_for_connections());
	f->half = kept_new(room_for_connections());
	if (f->ep >= 0 && start_library(f) && watch_all(f))
		return f;
	int why = errno;
	fcgi_close(f, false);
	errno = why;
	return NULL;
}

static void time_out(int fd, int ms)
{
	struct timeval t = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t);
}

/* A connection, or -1. A sibling may have been faster; out of descriptors, the connection that was
 * silent for longest makes room. */
static int take_new(struct fcgi *f)
{
	int fd = accept4(f->opt->listen_fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0 && (errno == EMFILE || errno == ENFILE)) {
		if (kept_oldest(f->kept) < 0)
			usleep(10000);
		drop_oldest(f);
	}
	if (fd >= 0)
		time_out(fd, FCGI_IO_TIMEOUT * 1000);
	return fd;
}

static void take_over(struct fcgi *f)
{
	char note;
	int fd;

	if (fdpass_recv(f->opt->kept.take, &note, sizeof note, &fd, MSG_DONTWAIT) > 0 && fd >= 0)
		keep_open(f, fd);
}

/* Told of again only when more has come: what is there already stays unread. */
static void wait_for_rest(struct fcgi *f, int fd)
{
	if (!kept_has(f->half, fd)) {
		keep_open(f, fd);
		if (!kept_has(f->kept, fd) || !control(f, EPOLL_CTL_MOD, fd, EPOLLET))
			return;
		kept_add(f->half, fd);
	}
	kept_touch(f->half, fd);
	kept_note(f->half, fd, clock_us());
}

static void rest_came(struct fcgi *f, int fd)
{
	if (!kept_has(f->half, fd))
		return;
	kept_remove(f->half, fd);
	control(f, EPOLL_CTL_MOD, fd, 0);
}

/* Only a peer that has said all of its request gets a worker (operations.md 1.6 and 1.7), or as
 * much as we can hold: whoever stalls costs nobody's time. */
static bool speaks(struct fcgi *f, int fd)
{
	static uint8_t said[PEEK];
	ssize_t n = recv(fd, said, sizeof said, MSG_PEEK | MSG_DONTWAIT);

	if (n == (ssize_t)sizeof said || (n > 0 && complete_request(said, (size_t)n))) {
		rest_came(f, fd);
		return true;
	}
	if (n > 0)
		wait_for_rest(f, fd);
	else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		keep_open(f, fd);
	else
		drop(f, fd);
	return false;
}

/*
 * libfcgi finds a connection where it would have accepted one. Its keepConnection is set so that
 * only an error closes the connection, with no lingering; what the peer asked for is remembered
 * before it is overwritten. listen_sock is -1: after an error FCGX_Accept_r() returns instead of
 * accepting by itself.
 */
static bool read_request(struct fcgi *f, int fd, struct http_req *q)
{
	int64_t began = clock_us();

	f->r.ipcFd = fd;
	f->r.keepConnection = 1;
	phase_begins(fd);
	bool good = FCGX_Accept_r(&f->r) == 0;
	if (good) {
		f->keep = f->r.keepConnection;
		good = message_read(f->mem, &f->r, f->opt->trusted_proxies, q);
	}
	phase_ends();
	q->began_us = began;
	return good;
}

/* libfcgi has closed it, and its number will come back with another connection. */
static void forget_if_closed(struct fcgi *f, int fd)
{
	if (f->r.ipcFd < 0) {
		kept_remove(f->kept, fd);
		kept_remove(f->half, fd);
	}
}

static void finish(struct fcgi *f, int fd, bool keep)
{
	f->r.keepConnection = 1;
	FCGX_Finish_r(&f->r);
	forget_if_closed(f, fd);
	bool open = f->r.ipcFd >= 0;
	f->r.ipcFd = -1;
	if (open && keep)
		keep_open(f, fd);
	else if (open)
		drop(f, fd);
}

static bool serve(struct fcgi *f, int fd, struct http_req *q)
{
	if (read_request(f, fd, q))
		return true;
	forget_if_closed(f, fd);
	if (f->r.ipcFd >= 0) {
		FCGX_Free(&f->r, 0);
		drop(f, fd);
	}
	f->r.ipcFd = -1;
	return false;
}

/* epoll_pwait() looks at signals only when no descriptor is ready: under load they would wait for
 * ever. */
static void let_signals_in(const sigset_t *mask)
{
	sigset_t blocked;

	sigprocmask(SIG_SETMASK, mask, &blocked);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
}

static bool ends(const struct fcgi *f)
{
	return f->drain_us ? clock_us() > f->drain_us : stopping;
}

/*
 * Nobody will take over what has come by halves: the rest of the oldest is waited for, as long as
 * reading may take. Once one has stalled, the others are given up: a stop has to end.
 */
static enum fcgi_what last_halves(struct fcgi *f, struct http_req *q)
{
	bool siblings = f->opt->kept.give >= 0 && f->drain_us == 0;
	int fd = siblings ? -1 : kept_oldest(f->half);

	if (fd < 0)
		return FCGI_STOP;
	rest_came(f, fd);
	if (serve(f, fd, q))
		return FCGI_REQUEST;
	while ((fd = kept_oldest(f->half)) >= 0)
		drop(f, fd);
	return FCGI_AGAIN;
}

/* How long the oldest half may still stay one, in milliseconds; -1: there is none. */
static int half_left(const struct fcgi *f)
{
	int fd = kept_oldest(f->half);
	int64_t left = fd < 0 ? -1 : STALLED_MS - (clock_us() - kept_noted(f->half, fd)) / 1000;

	return fd < 0 ? -1 : left > 0 ? (int)left : 0;
}

/*
 * Nothing more of a half has come for long. Its peer has stalled, or can write no more because
 * nothing is read (a buffer may be smaller than a request): reading tells, and costs little time.
 */
static bool serve_stalled(struct fcgi *f, struct http_req *q)
{
	int fd = kept_oldest(f->half);

	rest_came(f, fd);
	time_out(fd, STALLED_IO_MS);
	bool good = serve(f, fd, q);
	if (good)
		time_out(fd, FCGI_IO_TIMEOUT * 1000);
	return good;
}

static int longest_wait(const struct fcgi *f)
{
	int left = half_left(f);

	return f->drain_us ? DRAIN_MS : left < 0 ? f->opt->rest_ms : left;
}

enum fcgi_what fcgi_next(struct fcgi *f, struct arena *mem, struct http_req *q)
{
	const struct fcgi_opt *o = f->opt;
	struct epoll_event e;

	f->mem = mem;
	let_signals_in(&o->wait_mask);
	if (ends(f))
		return last_halves(f, q);
	if (half_left(f) == 0)
		return serve_stalled(f, q) ? FCGI_REQUEST : FCGI_AGAIN;
	int n = epoll_pwait(f->ep, &e, 1, longest_wait(f), &o->wait_mask);
	if (n <= 0)
		return (n == 0 && f->drain_us) || ends(f) ? last_halves(f, q) : FCGI_AGAIN;
	int fd = e.data.fd;
	if (fd == o->watch_fd)
		return FCGI_STOP;
	if (fd == o->kept.take) {
		take_over(f);
		return FCGI_AGAIN;
	}
	if (fd == o->listen_fd)
		fd = take_new(f);
	return fd >= 0 && speaks(f, fd) && serve(f, fd, q) ? FCGI_REQUEST : FCGI_AGAIN;
}

void fcgi_answer(struct fcgi *f, const struct http_req *q, const struct http_resp *r)
{
	int fd = f->r.ipcFd;

	phase_begins(fd);
	bool good = message_write(f->r.out, f->mem, q, r);
	finish(f, fd, f->keep && good && !f->drain_us);
	phase_ends();
}

void fcgi_drain(struct fcgi *f)
{
	f->drain_us = clock_us() + DRAIN_LONGEST_US;
}

/* When the channel is full nobody is there to empty it: the rest is closed. */
static void hand_over_all(struct fcgi *f)
{
	int fd;

	while ((fd = kept_oldest(f->kept)) >= 0) {
		if (!fdpass_send(f->opt->kept.give, "k", 1, fd))
			return;
		drop(f, fd);
	}
}

void fcgi_step_aside(struct fcgi *f)
{
	int own = f->r.ipcFd, fd;

	if (f->opt->kept.give < 0)
		return;
	if (kept_has(f->kept, own))
		kept_touch(f->kept, own);
	while ((fd = kept_oldest(f->kept)) >= 0 && fd != own) {
		if (!fdpass_send(f->opt->kept.give, "k", 1, fd))
			return;
		drop(f, fd);
	}
}

void fcgi_close(struct fcgi *f, bool hand_over)
{
	if (hand_over && f->opt->kept.give >= 0)
		hand_over_all(f);
	while (kept_oldest(f->kept) >= 0)
		drop_oldest(f);
	if (f->ep >= 0)
		close(f->ep);
	kept_free(f->kept);
	kept_free(f->half);
	free(f);
}
#endif
