#include "ctl/doctor/doctor_fcgi.h"
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* Record types of FastCGI 1.0, 8. Every record belongs to request 1. */
enum {
	FCGI_BEGIN_REQUEST = 1,
	FCGI_PARAMS = 4,
	FCGI_STDIN = 5,
	HEALTH_WAIT_S = 5,
	HEALTH_ANSWER_SIZE = 4096
};

static int connect_to_motetd(const struct sockaddr *a, socklen_t n)
{
	const struct timeval wait = { .tv_sec = HEALTH_WAIT_S };
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

static int connect_to_motetd_path(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof un.sun_path)
		return errno = ENAMETOOLONG, -1;
	memcpy(un.sun_path, path, strlen(path));
	return connect_to_motetd((const struct sockaddr *)&un, sizeof un);
}

static int connect_to_motetd_port(const char *listen)
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
	int fd = connect_to_motetd(a->ai_addr, a->ai_addrlen), why = errno;
	freeaddrinfo(a);
	errno = why;
	return fd;
}

static void put_health_record(struct buf *b, uint8_t type, struct str body)
{
	const uint8_t head[] = { 1, type, 0, 1, (uint8_t)(body.n >> 8), (uint8_t)body.n, 0, 0 };

	buf_put(b, head, sizeof head);
	buf_str(b, body);
}

static void put_health_param(struct buf *b, const char *name, const char *value)
{
	const uint8_t lengths[] = { (uint8_t)strlen(name), 0x80, 0, (uint8_t)(strlen(value) >> 8),
		(uint8_t)strlen(value) };

	buf_put(b, lengths, sizeof lengths);
	buf_z(b, name);
	buf_z(b, value);
}

static struct str make_health_request(struct arena *mem, const struct conf *c)
{
	struct buf b = { .mem = mem }, params = { .mem = mem };

	put_health_param(&params, "REQUEST_METHOD", "GET");
	put_health_param(&params, "REQUEST_URI", arena_printf(mem, "%s/healthz", c->base_path));
	put_health_param(&params, "SERVER_PROTOCOL", "HTTP/1.1");
	put_health_param(&params, "GATEWAY_INTERFACE", "CGI/1.1");
	put_health_param(&params, "REMOTE_ADDR", "127.0.0.1");
	put_health_record(&b, FCGI_BEGIN_REQUEST, (struct str){ "\0\1\0\0\0\0\0\0", 8 });
	put_health_record(&b, FCGI_PARAMS, buf_done(&params));
	put_health_record(&b, FCGI_PARAMS, STR(""));
	put_health_record(&b, FCGI_STDIN, STR(""));
	return buf_done(&b);
}

static bool exchange_health(int fd, struct str request, char *why, size_t size)
{
	char answer[HEALTH_ANSWER_SIZE];
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
	    ours ? "motetd uses another base_path; restart motetd if you changed the configuration"
		: n	  ? "the answer is not from motetd"
		: got < 0 ? "no answer within 5 seconds"
			  : "the connection was closed without an answer");
	return false;
}

bool doctor_fcgi_check_health(const struct conf *c, char *why, size_t size)
{
	int fd = c->listen[0] == '/' ? connect_to_motetd_path(c->listen)
				     : connect_to_motetd_port(c->listen);
	struct arena *mem = arena_new(1 << 20);

	if (fd < 0)
		snprintf(why, size, "%s", strerror(errno));
	bool fine = fd >= 0 && exchange_health(fd, make_health_request(mem, c), why, size);
	arena_free(mem);
	if (fd >= 0)
		close(fd);
	return fine;
}
