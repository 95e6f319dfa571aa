#include "fcgi/fdpass.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

union control {
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
	union control c = { .room = { 0 } };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1 };
	ssize_t sent;

	memcpy(&io.iov_base, &p, sizeof p);	/* iov_base has no const, sendmsg() only reads */
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

static int descriptor(struct msghdr *m)
{
	int fd = -1;
	struct cmsghdr *h = CMSG_FIRSTHDR(m);

	if (h && h->cmsg_level == SOL_SOCKET && h->cmsg_type == SCM_RIGHTS && h->cmsg_len == CMSG_LEN(sizeof fd))
		memcpy(&fd, CMSG_DATA(h), sizeof fd);
	return fd;
}

ssize_t fdpass_recv(int sock, void *p, size_t n, int *fd, int flags)
{
	struct iovec io = { .iov_base = p, .iov_len = n };
	union control c = { .room = { 0 } };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1, .msg_control = c.room, .msg_controllen = sizeof c.room };

	*fd = -1;
	ssize_t got = recvmsg(sock, &m, flags | MSG_CMSG_CLOEXEC);
	if (got <= 0)
		return got;
	*fd = descriptor(&m);
	if (!(m.msg_flags & MSG_TRUNC))
		return got;
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = EMSGSIZE;
	return -1;
}
