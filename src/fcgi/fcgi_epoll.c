#include "fcgi/fcgi.h"
#ifdef USE_EPOLL
#include "fcgi/fcgi_state.h"
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

/* PEEK_SIZE must be below 64 KiB, which a TCP peer can send before we read. */
enum {
	PEEK_SIZE = 32768,
	DRAIN_MS = 20,
	DRAIN_LONGEST_US = 1000000,
	STALLED_MS = FCGI_IO_TIMEOUT * 1000,
	STALLED_IO_MS = 100
};

const char fcgi_transport[] = "epoll";

static volatile sig_atomic_t epoll_stopping;
static volatile int phase_fd = -1; /* the connection that start_phase_alarm() guards */

void fcgi_stop(void)
{
	epoll_stopping = 1;
}

/* On SIGALRM. A peer that sends one octet a second never exceeds the timeout of a single read(2):
 * close its connection, and keep the worker. */
static void shut_slow_connection(int sig)
{
	int keep = errno;

	(void)sig;
	if (phase_fd >= 0)
		shutdown(phase_fd, SHUT_RDWR);
	errno = keep;
}

static void start_phase_alarm(int fd)
{
	phase_fd = fd;
	alarm(FCGI_PHASE_TIMEOUT);
}

static void stop_phase_alarm(void)
{
	alarm(0);
	phase_fd = -1;
}

static bool set_epoll_events(struct fcgi *f, int op, int fd, uint32_t how)
{
	struct epoll_event e = { .events = EPOLLIN | how, .data.fd = fd };

	return epoll_ctl(f->ep, op, fd, &e) == 0;
}

static bool watch_descriptor(struct fcgi *f, int fd, uint32_t how)
{
	return set_epoll_events(f, EPOLL_CTL_ADD, fd, how);
}

/* close() is not enough: if a sibling holds a copy, our registration would stay. */
static void unwatch_connection(struct fcgi *f, int fd)
{
	epoll_ctl(f->ep, EPOLL_CTL_DEL, fd, NULL);
	fd_queue_remove(f->kept, fd);
	fd_queue_remove(f->half, fd);
}

static void drop_connection(struct fcgi *f, int fd)
{
	if (fd_queue_has(f->kept, fd))
		unwatch_connection(f, fd);
	close(fd);
}

static void drop_oldest_connection(struct fcgi *f)
{
	int fd = fd_queue_oldest(f->kept);

	if (fd >= 0)
		drop_connection(f, fd);
}

static void keep_connection(struct fcgi *f, int fd)
{
	if (fd_queue_has(f->kept, fd)) {
		fd_queue_touch(f->kept, fd);
		return;
	}
	if (fd_queue_is_full(f->kept))
		drop_oldest_connection(f);
	if (watch_descriptor(f, fd, 0))
		fd_queue_add(f->kept, fd);
	else
		close(fd);
}

static size_t count_allowed_connections(void)
{
	struct rlimit l;
	enum { OURS = 64, ENOUGH = 4096 };

	if (getrlimit(RLIMIT_NOFILE, &l) != 0 || l.rlim_cur > ENOUGH)
		return ENOUGH;
	return l.rlim_cur > 2 * OURS ? l.rlim_cur - OURS : OURS;
}

static bool init_libfcgi(struct fcgi *f)
{
	struct sigaction alarmed = { .sa_handler = shut_slow_connection };

	/* How many ms libfcgi lingers on a connection with an error; the default is 2 s. */
	setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "10", 1);
	if (FCGX_Init() != 0 || FCGX_InitRequest(&f->r, -1, 0) != 0)
		return false;
	/* libfcgi has replaced SIG_IGN. */
	signal(SIGPIPE, SIG_IGN);
	return sigaction(SIGALRM, &alarmed, NULL) == 0;
}

static bool watch_fixed_descriptors(struct fcgi *f)
{
	const struct fcgi_opt *o = f->opt;
	int flags = fcntl(o->listen_fd, F_GETFL);

	if (flags < 0 || fcntl(o->listen_fd, F_SETFL, flags | O_NONBLOCK) != 0)
		return false;
	return watch_descriptor(f, o->listen_fd, EPOLLEXCLUSIVE) &&
	    (o->watch_fd < 0 || watch_descriptor(f, o->watch_fd, 0)) &&
	    (o->kept.take < 0 || watch_descriptor(f, o->kept.take, EPOLLEXCLUSIVE));
}

struct fcgi *fcgi_open(const struct fcgi_opt *opt)
{
	struct fcgi *f = calloc(1, sizeof *f);

	if (f == NULL)
		return NULL;
	*f = (struct fcgi){ .opt = opt, .ep = epoll_create1(EPOLL_CLOEXEC) };
	f->kept = fd_queue_new(count_allowed_connections());
	f->half = fd_queue_new(count_allowed_connections());
	if (f->ep >= 0 && init_libfcgi(f) && watch_fixed_descriptors(f))
		return f;
	int why = errno;
	fcgi_close(f, false);
	errno = why;
	return NULL;
}

static void set_io_timeouts(int fd, int ms)
{
	struct timeval t = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t);
}

/* A connection, or -1 if a sibling was faster. If there are no descriptors left, close the oldest
 * kept connection. */
static int accept_connection(struct fcgi *f)
{
	int fd = accept4(f->opt->listen_fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0 && (errno == EMFILE || errno == ENFILE)) {
		if (fd_queue_oldest(f->kept) < 0)
			usleep(10000);
		drop_oldest_connection(f);
	}
	if (fd >= 0)
		set_io_timeouts(fd, FCGI_IO_TIMEOUT * 1000);
	return fd;
}

static void receive_kept_connection(struct fcgi *f)
{
	char note;
	int fd;

	if (fdpass_recv(f->opt->kept.take, &note, sizeof note, &fd, MSG_DONTWAIT) > 0 && fd >= 0)
		keep_connection(f, fd);
}

/* Edge-triggered: report it again only when more data arrives. The data so far stays unread. */
static void mark_half_request(struct fcgi *f, int fd)
{
	if (!fd_queue_has(f->half, fd)) {
		keep_connection(f, fd);
		if (!fd_queue_has(f->kept, fd) || !set_epoll_events(f, EPOLL_CTL_MOD, fd, EPOLLET))
			return;
		fd_queue_add(f->half, fd);
	}
	fd_queue_touch(f->half, fd);
	fd_queue_set_time(f->half, fd, clock_us());
}

static void unmark_half_request(struct fcgi *f, int fd)
{
	if (!fd_queue_has(f->half, fd))
		return;
	fd_queue_remove(f->half, fd);
	set_epoll_events(f, EPOLL_CTL_MOD, fd, 0);
}

/* Read a request only when it is complete or larger than PEEK_SIZE (operations.md 1.6 and 1.7), so
 * that a peer that stalls does not occupy a worker. */
static bool check_request_arrived(struct fcgi *f, int fd)
{
	static uint8_t said[PEEK_SIZE];
	ssize_t n = recv(fd, said, sizeof said, MSG_PEEK | MSG_DONTWAIT);

	if (n == (ssize_t)sizeof said || (n > 0 && complete_request_arrived(said, (size_t)n))) {
		unmark_half_request(f, fd);
		return true;
	}
	if (n > 0)
		mark_half_request(f, fd);
	else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		keep_connection(f, fd);
	else
		drop_connection(f, fd);
	return false;
}

/*
 * Give libfcgi our connection. With keepConnection set, libfcgi closes it only after an error, and
 * does not linger; save what the peer asked for first. listen_sock is -1, so that after an error
 * FCGX_Accept_r() returns instead of accepting a connection itself. The fields ipcFd,
 * keepConnection and listen_sock are internal to libfcgi, and have not changed since 2.0.
 */
static bool read_fcgi_request(struct fcgi *f, int fd, struct http_req *q)
{
	int64_t began = clock_us();

	f->r.ipcFd = fd;
	f->r.keepConnection = 1;
	start_phase_alarm(fd);
	bool good = FCGX_Accept_r(&f->r) == 0;
	if (good) {
		f->keep = f->r.keepConnection;
		good = message_read(f->mem, &f->r, f->opt->trusted_proxies, q);
	}
	stop_phase_alarm();
	q->began_us = began;
	return good;
}

/* If libfcgi has closed it, its number will be reused for another connection. */
static void forget_closed_connection(struct fcgi *f, int fd)
{
	if (f->r.ipcFd < 0) {
		fd_queue_remove(f->kept, fd);
		fd_queue_remove(f->half, fd);
	}
}

static void finish_response(struct fcgi *f, int fd, bool keep)
{
	f->r.keepConnection = 1;
	FCGX_Finish_r(&f->r);
	forget_closed_connection(f, fd);
	bool open = f->r.ipcFd >= 0;
	f->r.ipcFd = -1;
	if (open && keep)
		keep_connection(f, fd);
	else if (open)
		drop_connection(f, fd);
}

static bool read_or_drop_request(struct fcgi *f, int fd, struct http_req *q)
{
	if (read_fcgi_request(f, fd, q))
		return true;
	forget_closed_connection(f, fd);
	if (f->r.ipcFd >= 0) {
		FCGX_Free(&f->r, 0);
		drop_connection(f, fd);
	}
	f->r.ipcFd = -1;
	return false;
}

/* epoll_pwait() delivers signals only if no descriptor is ready; under load they would wait
 * forever. */
static void deliver_pending_signals(const sigset_t *mask)
{
	sigset_t blocked;

	sigprocmask(SIG_SETMASK, mask, &blocked);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
}

static bool is_stop_due(const struct fcgi *f)
{
	return f->drain_us ? clock_us() > f->drain_us : epoll_stopping;
}

/*
 * Incomplete requests cannot be handed over when there are no siblings: wait for the rest of the
 * oldest, for as long as reading may take. When one stalls, drop the others, so that a stop ends in
 * time.
 */
static enum fcgi_event read_last_half_request(struct fcgi *f, struct http_req *q)
{
	bool siblings = f->opt->kept.give >= 0 && f->drain_us == 0;
	int fd = siblings ? -1 : fd_queue_oldest(f->half);

	if (fd < 0)
		return FCGI_STOP;
	unmark_half_request(f, fd);
	if (read_or_drop_request(f, fd, q))
		return FCGI_REQUEST;
	while ((fd = fd_queue_oldest(f->half)) >= 0)
		drop_connection(f, fd);
	return FCGI_AGAIN;
}

/* Milliseconds until the oldest incomplete request counts as stalled; -1: there is none. */
static int half_request_ms_left(const struct fcgi *f)
{
	int fd = fd_queue_oldest(f->half);
	int64_t left =
	    fd < 0 ? -1 : STALLED_MS - (clock_us() - fd_queue_get_time(f->half, fd)) / 1000;

	return fd < 0 ? -1 : left > 0 ? (int)left : 0;
}

/*
 * The oldest incomplete request has stalled, or its peer cannot send more before we read, because a
 * socket buffer is smaller than the request. Find out by reading with a short timeout.
 */
static bool read_stalled_request(struct fcgi *f, struct http_req *q)
{
	int fd = fd_queue_oldest(f->half);

	unmark_half_request(f, fd);
	set_io_timeouts(fd, STALLED_IO_MS);
	bool good = read_or_drop_request(f, fd, q);
	if (good)
		set_io_timeouts(fd, FCGI_IO_TIMEOUT * 1000);
	return good;
}

static int choose_wait_ms(const struct fcgi *f)
{
	int left = half_request_ms_left(f);

	return f->drain_us ? DRAIN_MS : left < 0 ? f->opt->idle_ms : left;
}

enum fcgi_event fcgi_next(struct fcgi *f, struct arena *mem, struct http_req *q)
{
	const struct fcgi_opt *o = f->opt;
	struct epoll_event e;

	f->mem = mem;
	deliver_pending_signals(&o->wait_mask);
	if (is_stop_due(f))
		return read_last_half_request(f, q);
	if (half_request_ms_left(f) == 0)
		return read_stalled_request(f, q) ? FCGI_REQUEST : FCGI_AGAIN;
	int n = epoll_pwait(f->ep, &e, 1, choose_wait_ms(f), &o->wait_mask);
	if (n <= 0)
		return (n == 0 && f->drain_us) || is_stop_due(f) ? read_last_half_request(f, q)
								 : FCGI_AGAIN;
	int fd = e.data.fd;
	if (fd == o->watch_fd)
		return FCGI_STOP;
	if (fd == o->kept.take) {
		receive_kept_connection(f);
		return FCGI_AGAIN;
	}
	if (fd == o->listen_fd)
		fd = accept_connection(f);
	return fd >= 0 && check_request_arrived(f, fd) && read_or_drop_request(f, fd, q)
	    ? FCGI_REQUEST
	    : FCGI_AGAIN;
}

void fcgi_answer(struct fcgi *f, const struct http_req *q, const struct http_resp *r)
{
	int fd = f->r.ipcFd;

	start_phase_alarm(fd);
	bool good = message_write(f->r.out, f->mem, q, r);
	finish_response(f, fd, f->keep && good && !f->drain_us);
	stop_phase_alarm();
}

void fcgi_drain(struct fcgi *f)
{
	f->drain_us = clock_us() + DRAIN_LONGEST_US;
}

/* If the channel is full, no sibling is reading it: fcgi_close() closes the rest. */
static void hand_over_kept(struct fcgi *f)
{
	int fd;

	while ((fd = fd_queue_oldest(f->kept)) >= 0) {
		if (!fdpass_send(f->opt->kept.give, "k", 1, fd))
			return;
		drop_connection(f, fd);
	}
}

void fcgi_release_kept(struct fcgi *f)
{
	int own = f->r.ipcFd, fd;

	if (f->opt->kept.give < 0)
		return;
	if (fd_queue_has(f->kept, own))
		fd_queue_touch(f->kept, own);
	while ((fd = fd_queue_oldest(f->kept)) >= 0 && fd != own) {
		if (!fdpass_send(f->opt->kept.give, "k", 1, fd))
			return;
		drop_connection(f, fd);
	}
}

void fcgi_close(struct fcgi *f, bool hand_over)
{
	if (hand_over && f->opt->kept.give >= 0)
		hand_over_kept(f);
	while (fd_queue_oldest(f->kept) >= 0)
		drop_oldest_connection(f);
	if (f->ep >= 0)
		close(f->ep);
	fd_queue_free(f->kept);
	fd_queue_free(f->half);
	free(f);
}
#endif
