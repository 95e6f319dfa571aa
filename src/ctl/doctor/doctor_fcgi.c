#include "ctl/doctor/doctor_fcgi.h"
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* FastCGI 1.0, 8: the types of records; every record is of request 1. */
enum { BEGIN = 1, PARAMS = 4, STDIN = 5, RESPONDER = 1, WAIT_S = 5, ANSWER = 4096 };

static int dial(const struct sockaddr *a, socklen_t n)
{
	const struct timeval wait = { .tv_sec = WAIT_S };
	int fd = socket(a->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
	if (connect(fd, a, n) == 0)
		return fd;
	int why = errno;
	close(fd);
	errno = why;
	return -1;
}

static int dial_unix(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof un.sun_path)
		return errno = ENAMETOOLONG, -1;
	memcpy(un.sun_path, path, strlen(path));
	return dial((const struct sockaddr *)&un, sizeof un);
}

static int dial_host(const char *listen)
{
	const char *colon = strrchr(listen, ':');
	char host[64];
	struct addrinfo *a = NULL,
			want = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };

	snprintf(host, sizeof host, "%.*s", colon ? (int)(colon - listen) : 0, listen);
	if (host[0] == '[') {
		memmove(host, host + 1, strlen(host));
		host[strcspn(host, "]")] = '\0';
	}
	if (colon == NULL || getaddrinfo(host, colon + 1, &want, &a) != 0)
		return errno = EADDRNOTAVAIL, -1;
	int fd = dial(a->ai_addr, a->ai_addrlen), why = errno;
	freeaddrinfo(a);
	errno = why;
	return fd;
}

static void record(struct buf *b, uint8_t type, struct str body)
{
	const uint8_t head[] = { 1, type, 0, 1, (uint8_t)(body.n >> 8), (uint8_t)body.n, 0, 0 };

	buf_put(b, head, sizeof head);
	buf_str(b, body);
}

static void param(struct buf *b, const char *name, const char *value)
{
	const uint8_t lengths[] = { (uint8_t)strlen(name), 0x80, 0, (uint8_t)(strlen(value) >> 8),
		(uint8_t)strlen(value) };

	buf_put(b, lengths, sizeof lengths);
	buf_z(b, name);
	buf_z(b, value);
}

static struct str request(struct arena *mem, const struct conf *c)
{
	struct buf b = { .mem = mem }, params = { .mem = mem };

	param(&params, "REQUEST_METHOD", "GET");
	param(&params, "REQUEST_URI", arena_printf(mem, "%s/healthz", c->base_path));
	param(&params, "SERVER_PROTOCOL", "HTTP/1.1");
	param(&params, "GATEWAY_INTERFACE", "CGI/1.1");
	param(&params, "REMOTE_ADDR", "127.0.0.1");
	record(&b, BEGIN, (struct str){ "\0\1\0\0\0\0\0\0", 8 });
	record(&b, PARAMS, buf_done(&params));
	record(&b, PARAMS, STR(""));
	record(&b, STDIN, STR(""));
	return buf_done(&b);
}

static bool converse(int fd, struct str request, char *why, size_t size)
{
	char answer[ANSWER];
	size_t n = 0;
	ssize_t got = 0;

	if (send(fd, request.s, request.n, MSG_NOSIGNAL) != (ssize_t)request.n)
		return snprintf(why, size, "%s", strerror(errno)), false;
	while (n < sizeof answer && (got = recv(fd, answer + n, sizeof answer - n, 0)) > 0) {
		n += (size_t)got;
		if (memmem(answer, n, "Status: 200", 11))
			return true;
	}
	bool ours = n && memmem(answer, n, "X-P2-Error", 10);
	snprintf(why, size, "%s",
	    ours
		? "this motetd has another base_path: was it started anew after the configuration was changed?"
		: n	  ? "what answers is not motetd"
		: got < 0 ? "no answer within 5 seconds"
			  : "the connection was closed without an answer");
	return false;
}

bool doctor_fcgi_ask(const struct conf *c, char *why, size_t size)
{
	int fd = c->listen[0] == '/' ? dial_unix(c->listen) : dial_host(c->listen);
	struct arena *mem = arena_new(1 << 20);

	if (fd < 0)
		snprintf(why, size, "%s", strerror(errno));
	bool fine = fd >= 0 && converse(fd, request(mem, c), why, size);
	arena_free(mem);
	if (fd >= 0)
		close(fd);
	return fine;
}
