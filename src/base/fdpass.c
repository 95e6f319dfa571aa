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
	char room[CMSG_SPACE(sizeof(int))];
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

bool fdpass_send(int sock, const void *p, size_t n, int fd)
{
	struct iovec io = { .iov_len = n };
	union fd_control c = { .room = { 0 } };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1 };
	ssize_t sent;

	memcpy(&io.iov_base, &p, sizeof p); /* iov_base lacks a const, but sendmsg() only reads */
	if (fd >= 0) {
		m.msg_control = c.room;
		m.msg_controllen = sizeof c.room;
		struct cmsghdr *h = CMSG_FIRSTHDR(&m);
		h->cmsg_level = SOL_SOCKET;
		h->cmsg_type = SCM_RIGHTS;
		h->cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(h), &fd, sizeof fd);
	}
	while ((sent = sendmsg(sock, &m, MSG_NOSIGNAL)) < 0 && errno == EINTR)
		;
	return sent == (ssize_t)n;
}

/* The descriptor that came with a message, or -1 if none did. A message that is truncated or has
 * several: close them all and return -2. */
static int take_descriptor(struct msghdr *m)
{
	int fds[sizeof(union fd_control) / sizeof(int)], n = 0;
	struct cmsghdr *h = CMSG_FIRSTHDR(m);

	if (h && h->cmsg_level == SOL_SOCKET && h->cmsg_type == SCM_RIGHTS)
		n = (int)((h->cmsg_len - CMSG_LEN(0)) / sizeof *fds);
	if (n > 0)
		memcpy(fds, CMSG_DATA(h), (size_t)n * sizeof *fds);
	if (n <= 1 && !(m->msg_flags & (MSG_TRUNC | MSG_CTRUNC)))
		return n ? fds[0] : -1;
	while (n > 0)
		close(fds[--n]);
	return -2;
}

/* recvmsg() returns 0 for an empty message as well; poll() tells the two apart. */
static bool has_no_sender(int sock)
{
	struct pollfd p = { .fd = sock };

	return poll(&p, 1, 0) == 1 && (p.revents & POLLHUP);
}

static ssize_t drop_message(int fd)
{
	if (fd >= 0)
		close(fd);
	errno = EMSGSIZE;
	return -1;
}

ssize_t fdpass_recv(int sock, void *p, size_t n, int *fd, int flags)
{
	struct iovec io = { .iov_base = p, .iov_len = n };
	union fd_control c = { .room = { 0 } };
	struct msghdr m = { .msg_iov = &io,
		.msg_iovlen = 1,
		.msg_control = c.room,
		.msg_controllen = sizeof c.room };

	*fd = -1;
	ssize_t got = recvmsg(sock, &m, flags | MSG_CMSG_CLOEXEC);
	if (got < 0)
		return got;
	int came = take_descriptor(&m);
	if (got == 0 && came == -1 && has_no_sender(sock))
		return 0;
	if (got == 0 || came == -2)
		return drop_message(came);
	*fd = came;
	return got;
}
