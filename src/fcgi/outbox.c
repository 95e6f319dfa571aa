#include "fcgi/outbox.h"
#ifdef USE_EPOLL
#include "base/clock.h"
#include "fcgi/fd_queue.h"
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

struct outbox {
	int file;
	off_t at, end;
	bool keep;
	int64_t began_us, last_us;
};

struct outboxes {
	int ep;
	struct fd_queue *fds; /* the connections, each with its struct outbox, in the order of their
				 last progress */
	off_t octets;
};

struct outboxes *outbox_new_set(int ep, size_t cap)
{
	struct outboxes *o = calloc(1, sizeof *o);

	if (o)
		*o = (struct outboxes){ .ep = ep, .fds = fd_queue_new(cap) };
	return o;
}

bool outbox_has(const struct outboxes *o, int fd)
{
	return fd_queue_get_data(o->fds, fd) != NULL;
}

static void free_outbox(struct outbox *b)
{
	close(b->file);
	free(b);
}

/* Give the connection back to the caller (keep), or close it. */
static enum outbox_result end_outbox(struct outboxes *o, int fd, bool keep)
{
	struct outbox *b = fd_queue_get_data(o->fds, fd);

	epoll_ctl(o->ep, EPOLL_CTL_DEL, fd, NULL);
	fd_queue_remove(o->fds, fd);
	o->octets -= b->end;
	free_outbox(b);
	if (!keep)
		close(fd);
	return keep ? OUTBOX_SENT : OUTBOX_CLOSED;
}

/* False: the peer has left. */
static bool send_some(struct outbox *b, int fd)
{
	static uint8_t some[65536];

	while (b->at < b->end) {
		ssize_t n = pread(b->file, some, sizeof some, b->at);
		if (n <= 0)
			return false;
		n = send(fd, some, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
		b->at += n;
		b->last_us = clock_us();
	}
	return true;
}

static void limit_outbox_octets(struct outboxes *o)
{
	while (o->octets > OUTBOX_OCTETS)
		end_outbox(o, fd_queue_oldest(o->fds), false);
}

static enum outbox_result keep_outbox(struct outboxes *o, int fd, struct outbox *b)
{
	struct epoll_event e = { .events = EPOLLOUT, .data.fd = fd };

	if (fd_queue_is_full(o->fds))
		end_outbox(o, fd_queue_oldest(o->fds), false);
	if (epoll_ctl(o->ep, EPOLL_CTL_ADD, fd, &e) != 0) {
		free_outbox(b);
		close(fd);
		return OUTBOX_CLOSED;
	}
	fd_queue_add(o->fds, fd);
	fd_queue_set_data(o->fds, fd, b);
	o->octets += b->end;
	limit_outbox_octets(o);
	return outbox_has(o, fd) ? OUTBOX_WAITS : OUTBOX_CLOSED;
}

enum outbox_result outbox_send(struct outboxes *o, int fd, int file, bool keep)
{
	struct outbox *b = malloc(sizeof *b);
	struct stat st;

	if (b == NULL || fstat(file, &st) != 0) {
		free(b);
		close(file);
		close(fd);
		return OUTBOX_CLOSED;
	}
	*b = (struct outbox){ .file = file,
		.end = st.st_size,
		.keep = keep,
		.began_us = clock_us(),
		.last_us = clock_us() };
	bool good = send_some(b, fd);
	if (good && b->at < b->end)
		return keep_outbox(o, fd, b);
	free_outbox(b);
	if (good && keep)
		return OUTBOX_SENT;
	close(fd);
	return OUTBOX_CLOSED;
}

enum outbox_result outbox_continue(struct outboxes *o, int fd)
{
	struct outbox *b = fd_queue_get_data(o->fds, fd);

	if (!send_some(b, fd))
		return end_outbox(o, fd, false);
	fd_queue_touch(o->fds, fd);
	return b->at < b->end ? OUTBOX_WAITS : end_outbox(o, fd, b->keep);
}

static int64_t count_us_left(const struct outbox *b)
{
	int64_t stall = b->last_us + OUTBOX_STALL * INT64_C(1000000),
		longest = b->began_us + OUTBOX_LONGEST * INT64_C(1000000);

	return (stall < longest ? stall : longest) - clock_us();
}

/* If this process was busy or stopped, the peer may have gone on reading meanwhile. */
static bool has_peer_read(const struct outbox *b, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return clock_us() - b->began_us < OUTBOX_LONGEST * INT64_C(1000000) && poll(&p, 1, 0) > 0 &&
	    p.revents == POLLOUT;
}

int outbox_close_stalled(struct outboxes *o)
{
	int fd;

	while ((fd = fd_queue_oldest(o->fds)) >= 0) {
		const struct outbox *b = fd_queue_get_data(o->fds, fd);
		int64_t left = count_us_left(b);
		if (left > 0)
			return (int)(left / 1000) + 1;
		if (has_peer_read(b, fd))
			return 0;
		end_outbox(o, fd, false);
	}
	return -1;
}

void outbox_free_all(struct outboxes *o, int seconds)
{
	int64_t end = clock_us() + seconds * INT64_C(1000000);
	int fd;

	if (o == NULL)
		return;
	while ((fd = fd_queue_oldest(o->fds)) >= 0) {
		struct pollfd p = { .fd = fd, .events = POLLOUT };
		int64_t left = (end - clock_us()) / 1000;
		enum outbox_result r = left > 0 && poll(&p, 1, left < 100 ? (int)left : 100) > 0
		    ? outbox_continue(o, fd)
		    : OUTBOX_WAITS;
		if (r == OUTBOX_SENT)
			close(fd);
		else if (r == OUTBOX_WAITS && left <= 0)
			end_outbox(o, fd, false);
		else if (r == OUTBOX_WAITS)
			fd_queue_touch(o->fds, fd);
	}
	fd_queue_free(o->fds);
	free(o);
}
#endif
