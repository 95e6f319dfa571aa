#include "base/fdpass.h"
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

union fd_control {
	struct cmsghdr align;
	char room[CMSG_SPACE(sizeof(int[FDPASS_MOST]))];
};

bool fdpass_pair(struct fdpass *p, int send_ms)
{
	int ends[2];
	struct timeval wait = { .tv_sec = send_ms / 1000, .tv_usec = send_ms % 1000 * 1000 };

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return false;
	setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
	*p = (struct fdpass){ .give = ends[0], .take = ends[1] };
	return true;
}

static void put_descriptors(struct msghdr *m, union fd_control *c, const int *fds, int count)
{
	const size_t size = (size_t)count * sizeof *fds;

	m->msg_control = c->room;
	m->msg_controllen = CMSG_SPACE(size);
	struct cmsghdr *h = CMSG_FIRSTHDR(m);
	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(h), fds, size);
}

bool fdpass_send_several(int sock, const void *p, size_t n, const int *fds, int count, int flags)
{
	struct iovec io = { .iov_len = n };
	union fd_control c = { .room = { 0 } };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1 };
	ssize_t sent;

	memcpy(&io.iov_base, &p, sizeof p); /* iov_base lacks a const, but sendmsg() only reads */
	if (count > 0)
		put_descriptors(&m, &c, fds, count);
	while ((sent = sendmsg(sock, &m, flags | MSG_NOSIGNAL)) < 0 && errno == EINTR)
		;
	return sent == (ssize_t)n;
}

bool fdpass_send(int sock, const void *p, size_t n, int fd)
{
	return fdpass_send_several(sock, p, n, &fd, fd >= 0, 0);
}

static void close_descriptors(int *fds, int n)
{
	while (n > 0) {
		close(fds[--n]);
		fds[n] = -1;
	}
}

/* Store the descriptors that came with a message in fds, and return their number. If the message is
 * truncated or has more than `most` descriptors, close them all and return -1. */
static int take_descriptors(struct msghdr *m, int *fds, int most)
{
	int all[sizeof(union fd_control) / sizeof(int)], n = 0;
	struct cmsghdr *h = CMSG_FIRSTHDR(m);

	if (h && h->cmsg_level == SOL_SOCKET && h->cmsg_type == SCM_RIGHTS)
		n = (int)((h->cmsg_len - CMSG_LEN(0)) / sizeof *fds);
	if (n > 0)
		memcpy(all, CMSG_DATA(h), (size_t)n * sizeof *fds);
	if (n > most || (m->msg_flags & (MSG_TRUNC | MSG_CTRUNC))) {
		close_descriptors(all, n);
		return -1;
	}
	memcpy(fds, all, (size_t)n * sizeof *fds);
	return n;
}

/* recvmsg() returns 0 when all senders have closed, and for an empty message; poll() tells which.
 */
static bool has_no_sender(int sock)
{
	struct pollfd p = { .fd = sock };

	return poll(&p, 1, 0) == 1 && (p.revents & POLLHUP);
}

ssize_t fdpass_recv_several(int sock, void *p, size_t n, int *fds, int most, int flags)
{
	struct iovec io = { .iov_base = p, .iov_len = n };
	union fd_control c = { .room = { 0 } };
	struct msghdr m = { .msg_iov = &io,
		.msg_iovlen = 1,
		.msg_control = c.room,
		.msg_controllen = sizeof c.room };

	for (int i = 0; i < most; i++)
		fds[i] = -1;
	ssize_t got = recvmsg(sock, &m, flags | MSG_CMSG_CLOEXEC);
	if (got < 0)
		return got;
	int came = take_descriptors(&m, fds, most);
	if (got == 0 && came == 0 && has_no_sender(sock))
		return 0;
	if (got > 0 && came >= 0)
		return got;
	close_descriptors(fds, came);
	errno = EMSGSIZE;
	return -1;
}

ssize_t fdpass_recv(int sock, void *p, size_t n, int *fd, int flags)
{
	return fdpass_recv_several(sock, p, n, fd, 1, flags);
}
