#include "fcgi/fcgi.h"
#ifdef USE_EPOLL
#include "fcgi/fcgi_state.h"
#include "fcgi/last_answer.h"
#include "fcgi/message.h"
#include "fcgi/pending_signals.h"
#include "fcgi/phase_alarm.h"
#include "fcgi/request_progress.h"
#include "fcgi/spool.h"
#include "base/clock.h"
#include "base/memory_file.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum {
	PEEK_SIZE = 32768,
	SPOOLED_MAX = 64 << 20, /* the most octets of all incomplete requests together */
	SMALL_BODY = 32768,	/* octets that every socket takes at once, without a file */
	LAST_UNSENT_S = 5,	/* after a stop, how long peers may take their responses */
	READ_MS = 100, /* short, since libfcgi reads only octets that have already arrived */
	DRAIN_MS = 20,
	DRAIN_LONGEST_US = 1000000,
	LAST_STALL_US =
	    2000000, /* after a stop, how long to wait for more octets of incomplete requests */
	LAST_LONGEST_US = 8000000
};

const char fcgi_transport[] = "epoll";

static volatile sig_atomic_t epoll_stopping;

void fcgi_stop(void)
{
	epoll_stopping = 1;
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

/* Forget the spool of fd, because its request is complete or was given up. */
static void forget_half_request(struct fcgi *f, int fd)
{
	struct spool *s = fd_queue_get_data(f->half, fd);

	if (s == NULL)
		return;
	f->spooled -= s->state.stored;
	spool_free(s);
	fd_queue_remove(f->half, fd);
}

/* close() is not enough: as long as a sibling holds a copy of the descriptor, our epoll would go on
 * watching the connection. */
static void unwatch_connection(struct fcgi *f, int fd)
{
	epoll_ctl(f->ep, EPOLL_CTL_DEL, fd, NULL);
	fd_queue_remove(f->kept, fd);
	forget_half_request(f, fd);
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

static struct fcgi_exchange *new_exchange(void)
{
	struct fcgi_exchange *x = calloc(1, sizeof *x);

	if (x && FCGX_InitRequest(&x->r, -1, 0) == 0)
		return x;
	free(x);
	return NULL;
}

static bool init_libfcgi(struct fcgi *f)
{
	/* How many ms libfcgi lingers on a connection with an error; the default is 2 s. */
	setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "10", 1);
	if (FCGX_Init() != 0 || (f->now = new_exchange()) == NULL)
		return false;
	/* Ignore SIGPIPE again, because libfcgi has installed a handler for it. */
	signal(SIGPIPE, SIG_IGN);
	return phase_alarm_init();
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
	f->out = outbox_new_set(f->ep, count_allowed_connections());
	if (f->ep >= 0 && f->out && init_libfcgi(f) && watch_fixed_descriptors(f))
		return f;
	int why = errno;
	fcgi_close(f, false);
	errno = why;
	return NULL;
}

static void set_io_timeout(int fd, int which, int ms)
{
	struct timeval t = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	setsockopt(fd, SOL_SOCKET, which, &t, sizeof t);
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
	if (fd >= 0) {
		set_io_timeout(fd, SO_RCVTIMEO, READ_MS);
		set_io_timeout(fd, SO_SNDTIMEO, FCGI_IO_TIMEOUT * 1000);
	}
	return fd;
}

/* Keep a connection on which part of a request has arrived. NULL: the connection was closed. */
static struct spool *keep_half_request(struct fcgi *f, int fd, struct spool *s)
{
	if (s)
		keep_connection(f, fd);
	else
		drop_connection(f, fd);
	if (s && fd_queue_has(f->kept, fd)) {
		fd_queue_add(f->half, fd);
		fd_queue_set_data(f->half, fd, s);
		f->spooled += s->state.stored;
		return s;
	}
	spool_free(s);
	return NULL;
}

/* Take a connection from a sibling, perhaps with the part of a request that has arrived on it. */
static void receive_kept_connection(struct fcgi *f)
{
	struct spool_state state;
	int fds[2];
	ssize_t n =
	    fdpass_recv_several(f->opt->kept.take, &state, sizeof state, fds, 2, MSG_DONTWAIT);

	if (n <= 0 || fds[0] < 0)
		return;
	if (fds[1] < 0)
		keep_connection(f, fds[0]);
	else if (n == sizeof state)
		keep_half_request(f, fds[0], spool_adopt(fds[1], &state));
	else /* the message comes from another version of motetd */
		close(fds[0]), close(fds[1]);
}

/* Make room by closing the connections that have been silent for longest. */
static void limit_spooled_octets(struct fcgi *f)
{
	while (f->spooled > SPOOLED_MAX)
		drop_connection(f, fd_queue_oldest(f->half));
}

/* More of a request has arrived. True: the request is complete. */
static bool continue_half_request(struct fcgi *f, int fd, struct spool *s)
{
	size_t before = s->state.stored;
	enum spool_result got = spool_fill(s, fd);

	f->spooled += s->state.stored - before;
	f->progress_us = s->state.last_us;
	if (got == SPOOL_WHOLE)
		return true;
	if (got == SPOOL_BROKEN || spool_is_too_old(s)) {
		drop_connection(f, fd);
		return false;
	}
	fd_queue_touch(f->half, fd);
	limit_spooled_octets(f);
	return false;
}

/* A handler gets whole requests only, so that no worker waits for a peer. If a request has already
 * arrived completely, as nearly all have, libfcgi reads it from the socket. */
static bool has_request_arrived(struct fcgi *f, int fd)
{
	static uint8_t said[PEEK_SIZE];
	struct spool *s = fd_queue_get_data(f->half, fd);

	if (s)
		return continue_half_request(f, fd, s);
	ssize_t n = recv(fd, said, sizeof said, MSG_PEEK | MSG_DONTWAIT);
	if (n > 0 && request_progress_arrived(said, (size_t)n))
		return true;
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		keep_connection(f, fd);
	else if (n <= 0)
		drop_connection(f, fd);
	else if ((s = keep_half_request(f, fd, spool_new())) != NULL)
		return continue_half_request(f, fd, s);
	return false;
}

/*
 * Let libfcgi read the request from fd. With keepConnection set, libfcgi closes fd only after an
 * error, and then without waiting for the peer. FCGX_Accept_r() sets keepConnection to what the
 * peer asked for: save that value in now->keep. listen_sock is -1, so that after an error
 * FCGX_Accept_r() returns instead of accepting a connection itself. The fields ipcFd,
 * keepConnection and listen_sock are internal to libfcgi, and have not changed since 2.0.
 */
static bool read_fcgi_request(struct fcgi *f, int fd, struct http_req *q)
{
	FCGX_Request *r = &f->now->r;
	int64_t began = clock_us();

	r->ipcFd = fd;
	r->keepConnection = 1;
	bool good = FCGX_Accept_r(r) == 0;
	if (good) {
		f->now->keep = r->keepConnection;
		good = message_read(f->mem, r, f->opt->trusted_proxies, q);
	}
	q->began_us = began;
	return good;
}

/* Forget fd if libfcgi has closed it, because its number will be reused for another connection. */
static void forget_closed_connection(struct fcgi *f, int fd)
{
	if (f->now->r.ipcFd >= 0)
		return;
	fd_queue_remove(f->kept, fd);
	forget_half_request(f, fd);
}

static void finish_response(struct fcgi *f, int fd, bool keep)
{
	FCGX_Request *r = &f->now->r;

	r->keepConnection = 1;
	FCGX_Finish_r(r);
	forget_closed_connection(f, fd);
	bool open = r->ipcFd >= 0;
	r->ipcFd = -1;
	if (open && keep)
		keep_connection(f, fd);
	else if (open)
		drop_connection(f, fd);
}

/* libfcgi reads the request from its spool, and writes the response to the connection. */
static bool read_spooled_request(struct fcgi *f, int fd, struct http_req *q)
{
	FCGX_Request *r = &f->now->r;
	int file = spool_take_file(fd_queue_get_data(f->half, fd));
	bool good = read_fcgi_request(f, file, q);

	if (r->ipcFd >= 0)
		close(file);
	r->ipcFd = fd;
	forget_half_request(f, fd);
	return good;
}

static bool read_or_drop_request(struct fcgi *f, int fd, struct http_req *q)
{
	FCGX_Request *r = &f->now->r;

	if (fd_queue_has(f->half, fd) ? read_spooled_request(f, fd, q)
				      : read_fcgi_request(f, fd, q))
		return true;
	forget_closed_connection(f, fd);
	if (r->ipcFd >= 0) {
		FCGX_Free(r, 0);
		drop_connection(f, fd);
	}
	r->ipcFd = -1;
	return false;
}

/* Accept no more connections: siblings do. */
static void begin_stop(struct fcgi *f)
{
	if (f->stop_us)
		return;
	f->stop_us = clock_us();
	epoll_ctl(f->ep, EPOLL_CTL_DEL, f->opt->listen_fd, NULL);
}

static bool has_siblings(const struct fcgi *f)
{
	return f->opt->kept.give >= 0 && f->drain_us == 0;
}

static bool is_stop_due(struct fcgi *f)
{
	if (f->drain_us ? clock_us() > f->drain_us : epoll_stopping && !has_siblings(f))
		begin_stop(f);
	return f->stop_us || (epoll_stopping && !f->drain_us);
}

/*
 * Incomplete requests are handed over to siblings. Without siblings, wait for the rest of these
 * requests: not for long after the last octet, and not without a limit, so that the process stops
 * in time.
 */
static bool may_half_requests_complete(const struct fcgi *f)
{
	int64_t now = clock_us(), last = f->progress_us > f->stop_us ? f->progress_us : f->stop_us;

	return !has_siblings(f) && fd_queue_oldest(f->half) >= 0 && now - last < LAST_STALL_US &&
	    now - f->stop_us < LAST_LONGEST_US;
}

/* Milliseconds until the oldest incomplete request counts as stalled; -1: all are complete. */
static int half_request_ms_left(const struct fcgi *f)
{
	const struct spool *s = fd_queue_get_data(f->half, fd_queue_oldest(f->half));

	if (s == NULL)
		return -1;
	int64_t left = FCGI_STALL_TIMEOUT * 1000 - (clock_us() - s->state.last_us) / 1000;
	return left > 0 ? (int)left : 0;
}

static void drop_stalled_requests(struct fcgi *f)
{
	int fd;

	while (half_request_ms_left(f) == 0 && !spool_has_more(fd = fd_queue_oldest(f->half)))
		drop_connection(f, fd);
}

static int choose_wait_ms(const struct fcgi *f)
{
	int left = half_request_ms_left(f), idle = f->opt->idle_ms,
	    unsent = outbox_close_stalled(f->out);

	if (f->drain_us || f->stop_us)
		return DRAIN_MS;
	if (f->held)
		return FCGI_HOLD_MS;
	left = left < 0 || (unsent >= 0 && unsent < left) ? unsent : left;
	return left >= 0 && (idle < 0 || left < idle) ? left : idle;
}

/* While draining, stop as soon as nothing more comes. */
static enum fcgi_event handle_silence(struct fcgi *f)
{
	if (f->drain_us)
		begin_stop(f);
	return FCGI_AGAIN;
}

static enum fcgi_event handle_descriptor(struct fcgi *f, int fd, struct http_req *q)
{
	const struct fcgi_opt *o = f->opt;

	if (fd == o->watch_fd)
		return FCGI_STOP;
	if (outbox_has(f->out, fd)) {
		if (outbox_continue(f->out, fd) == OUTBOX_SENT)
			keep_connection(f, fd);
		return FCGI_AGAIN;
	}
	if (fd == o->kept.take) {
		receive_kept_connection(f);
		return FCGI_AGAIN;
	}
	if (fd == o->listen_fd)
		fd = accept_connection(f);
	return fd >= 0 && has_request_arrived(f, fd) && read_or_drop_request(f, fd, q)
	    ? FCGI_REQUEST
	    : FCGI_AGAIN;
}

enum fcgi_event fcgi_next(struct fcgi *f, struct arena *mem, struct http_req *q)
{
	struct epoll_event e;

	f->mem = mem;
	/* epoll_pwait() delivers signals only if no descriptor is ready; under load, signals would
	 * wait forever. */
	bool signalled = pending_signals_deliver(&f->opt->wait_mask);
	drop_stalled_requests(f);
	if (is_stop_due(f) && !may_half_requests_complete(f))
		return FCGI_STOP;
	if (signalled)
		return FCGI_AGAIN;
	int n = epoll_pwait(f->ep, &e, 1, choose_wait_ms(f), &f->opt->wait_mask);
	return n > 0 ? handle_descriptor(f, e.data.fd, q) : n == 0 ? handle_silence(f) : FCGI_AGAIN;
}

/* libfcgi writes the response to a file, from which it is sent as fast as the peer reads. */
static void answer_through_file(
    struct fcgi *f, int file, const struct http_req *q, const struct http_resp *r)
{
	FCGX_Request *x = &f->now->r;
	int fd = x->ipcFd;

	x->ipcFd = file;
	x->keepConnection = 1;
	bool keep = message_write(x->out, f->mem, q, r) && f->now->keep && !f->drain_us;
	FCGX_Finish_r(x);
	bool open = x->ipcFd >= 0;
	x->ipcFd = -1;
	if (fd_queue_has(f->kept, fd))
		unwatch_connection(f, fd);
	if (!open) /* libfcgi could not write to the file, and has closed it */
		close(fd);
	else if (outbox_send(f->out, fd, file, keep) == OUTBOX_SENT)
		keep_connection(f, fd);
}

void fcgi_answer(struct fcgi *f, const struct http_req *q, const struct http_resp *r)
{
	int fd = f->now->r.ipcFd, file = r->body.n > SMALL_BODY ? memory_file_open("response") : -1;

	if (file >= 0) {
		answer_through_file(f, file, q, r);
		return;
	}
	phase_alarm_start(fd);
	f->answering = true;
	bool good = message_write(f->now->r.out, f->mem, q, r);
	finish_response(f, fd, f->now->keep && good && !f->drain_us);
	f->answering = false;
	phase_alarm_stop();
}

void fcgi_drain(struct fcgi *f)
{
	f->drain_us = clock_us() + DRAIN_LONGEST_US;
}

/* False: the channel is full, so no sibling is reading it. */
static bool pass_connection(struct fcgi *f, int fd, int flags)
{
	const struct spool *s = fd_queue_get_data(f->half, fd);
	const int fds[] = { fd, s ? s->fd : -1 };
	bool sent = s
	    ? fdpass_send_several(f->opt->kept.give, &s->state, sizeof s->state, fds, 2, flags)
	    : fdpass_send_several(f->opt->kept.give, "k", 1, fds, 1, flags);

	if (sent)
		drop_connection(f, fd);
	return sent;
}

/* Pass the kept connections, oldest first, and stop at `own`, which must be the youngest; -1: pass
 * all. */
static void pass_connections(struct fcgi *f, int own, int flags)
{
	int fd;

	while ((fd = fd_queue_oldest(f->kept)) >= 0 && fd != own)
		if (!pass_connection(f, fd, flags))
			return;
}

void fcgi_step_aside(struct fcgi *f)
{
	int own = f->now->r.ipcFd;

	if (f->opt->kept.give < 0)
		return;
	if (fd_queue_has(f->kept, own))
		fd_queue_touch(f->kept, own);
	pass_connections(f, own, MSG_DONTWAIT);
}

void fcgi_answer_unavailable(struct fcgi *f)
{
	if (!f->answering)
		last_answer_send(&f->now->r);
}

/* EPOLLEXCLUSIVE cannot be changed: the descriptor is removed and added again. */
void fcgi_hold(struct fcgi *f, bool hold)
{
	const int fds[] = { f->opt->listen_fd, f->opt->kept.take };

	if (f->held == hold)
		return;
	f->held = hold;
	for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++) {
		if (fds[i] < 0)
			continue;
		if (hold)
			epoll_ctl(f->ep, EPOLL_CTL_DEL, fds[i], NULL);
		else
			watch_descriptor(f, fds[i], EPOLLEXCLUSIVE);
	}
	if (hold)
		pass_connections(f, -1, MSG_DONTWAIT);
}

/* Nothing is read from the connection of a parked request. */
struct fcgi_exchange *fcgi_park(struct fcgi *f)
{
	struct fcgi_exchange *x = f->now, *next = new_exchange();

	if (next == NULL)
		return NULL;
	if (fd_queue_has(f->kept, x->r.ipcFd))
		unwatch_connection(f, x->r.ipcFd);
	f->now = next;
	return x;
}

void fcgi_resume(struct fcgi *f, struct fcgi_exchange *x, struct arena *mem)
{
	free(f->now);
	f->now = x;
	f->mem = mem;
}

void fcgi_close(struct fcgi *f, bool hand_over)
{
	if (hand_over && f->opt->kept.give >= 0)
		pass_connections(f, -1, 0);
	while (fd_queue_oldest(f->kept) >= 0)
		drop_oldest_connection(f);
	outbox_free_all(f->out, LAST_UNSENT_S);
	if (f->ep >= 0)
		close(f->ep);
	fd_queue_free(f->kept);
	fd_queue_free(f->half);
	free(f->now);
	free(f);
}
#endif
