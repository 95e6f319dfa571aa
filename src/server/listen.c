#include "server/listen.h"
#include "base/clock.h"
#include "base/log.h"
#include <arpa/inet.h>
#include <errno.h>
#include <grp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

enum { LISTEN_BACKLOG = 511, LISTEN_WAIT_US = 5 * 1000 * 1000, LISTEN_NAP_US = 50 * 1000 };

union listen_address {
	struct sockaddr any;
	struct sockaddr_un un;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static int report_listen_error(
    char *why, size_t size, int status, const char *what, const char *detail)
{
	snprintf(why, size, "listen: %s: %s", what, detail);
	return status;
}

static bool parse_octal_mode(const char *s, mode_t *mode)
{
	mode_t m = 0;
	const char *p = s;

	for (; *p >= '0' && *p <= '7' && m <= 0777; p++)
		m = m * 8 + (mode_t)(*p - '0');
	*mode = m;
	return p > s && *p == '\0' && m <= 0777;
}

static socklen_t parse_unix_listen(const char *path, union listen_address *a)
{
	size_t n = strlen(path);

	if (n >= sizeof a->un.sun_path)
		return 0;
	a->un.sun_family = AF_UNIX;
	memcpy(a->un.sun_path, path, n + 1);
	return sizeof a->un;
}

static socklen_t parse_loopback_host(const char *host, in_port_t port, union listen_address *a)
{
	if (inet_pton(AF_INET, host, &a->in.sin_addr) == 1 &&
	    ntohl(a->in.sin_addr.s_addr) >> 24 == 127) {
		a->in.sin_family = AF_INET;
		a->in.sin_port = port;
		return sizeof a->in;
	}
	if (inet_pton(AF_INET6, host, &a->in6.sin6_addr) == 1 &&
	    IN6_IS_ADDR_LOOPBACK(&a->in6.sin6_addr)) {
		a->in6.sin6_family = AF_INET6;
		a->in6.sin6_port = port;
		return sizeof a->in6;
	}
	return 0;
}

static socklen_t parse_inet_listen(const char *text, union listen_address *a)
{
	const char *colon = strrchr(text, ':');
	char host[64];
	int64_t port;

	if (colon == NULL || !str_i64(str_of(colon + 1), &port) || port < 1 || port > 65535)
		return 0;
	struct str h = { text, (size_t)(colon - text) };
	if (h.n > 2 && h.s[0] == '[' && h.s[h.n - 1] == ']')
		h = (struct str){ h.s + 1, h.n - 2 };
	if (str_is(h, "localhost"))
		h = STR("127.0.0.1");
	snprintf(host, sizeof host, "%.*s", (int)h.n, h.s);
	return parse_loopback_host(host, htons((uint16_t)port), a);
}

static socklen_t parse_listen_address(const char *text, union listen_address *a)
{
	memset(a, 0, sizeof *a);
	return text[0] == '/' ? parse_unix_listen(text, a) : parse_inet_listen(text, a);
}

bool listen_valid(const struct conf *c, char *why, size_t size)
{
	union listen_address a;
	mode_t mode;

	if (parse_listen_address(c->listen, &a) == 0)
		return !report_listen_error(why, size, 1, c->listen,
		    c->listen[0] == '/'
			? "this path is too long for a Unix socket"
			: "is neither an absolute path nor host:port on a loopback address");
	if (!parse_octal_mode(c->listen_mode, &mode))
		return !report_listen_error(
		    why, size, 1, "listen_mode", "must be an octal number such as 0660");
	if (c->listen_group[0] && getgrnam(c->listen_group) == NULL)
		return !report_listen_error(why, size, 1, "listen_group", "no such group");
	return true;
}

static bool is_dead_socket(const union listen_address *a)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool dead = fd >= 0 && connect(fd, &a->any, sizeof a->un) != 0 && errno == ECONNREFUSED;
	if (fd >= 0)
		close(fd);
	return dead;
}
/* The workers of a master that was killed serve their last requests first. */
static bool wait_for_dead_socket(const char *path, const union listen_address *a)
{
	const int64_t end = clock_us() + LISTEN_WAIT_US;
	if (is_dead_socket(a))
		return true;
	log_info("%s: another process still listens there; waiting until it ends", path);
	while (clock_us() < end) {
		usleep(LISTEN_NAP_US);
		if (is_dead_socket(a))
			return true;
	}
	return false;
}
/* Remove an unused socket file from the path. Returns 0 if the path is free now, else an exit
 * status. */
static int remove_dead_socket(
    const char *path, const union listen_address *a, char *why, size_t size)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return 0;
	if (!S_ISSOCK(st.st_mode))
		return report_listen_error(
		    why, size, EX_CONFIG, path, "exists and is not a socket");
	if (!wait_for_dead_socket(path, a))
		return report_listen_error(
		    why, size, EX_OSERR, path, "another process listens there already");
	return unlink(path) == 0 ? 0
				 : report_listen_error(why, size, EX_OSERR, path, strerror(errno));
}

/* Until this call, the umask of bind_listen_socket() lets only our own user connect. */
static int set_socket_access(const struct conf *c, struct listener *l, char *why, size_t size)
{
	struct group *g = c->listen_group[0] ? getgrnam(c->listen_group) : NULL;
	struct stat st;
	mode_t mode;

	parse_octal_mode(c->listen_mode, &mode);
	if (g && chown(c->listen, (uid_t)-1, g->gr_gid) != 0)
		return report_listen_error(why, size, EX_CONFIG, c->listen_group, strerror(errno));
	if (chmod(c->listen, mode) != 0 || lstat(c->listen, &st) != 0)
		return report_listen_error(why, size, EX_OSERR, c->listen, strerror(errno));
	snprintf(l->path, sizeof l->path, "%s", c->listen);
	l->dev = st.st_dev;
	l->ino = st.st_ino;
	l->changed = st.st_ctim;
	return 0;
}

static int bind_listen_socket(const struct conf *c, const union listen_address *a, socklen_t n,
    struct listener *l, char *why, size_t size)
{
	int on = 1;
	mode_t old = umask(0177);

	if (a->any.sa_family != AF_UNIX)
		setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	int rc = bind(l->fd, &a->any, n);
	umask(old);
	if (rc != 0)
		return report_listen_error(why, size, EX_OSERR, c->listen, strerror(errno));
	rc = a->any.sa_family == AF_UNIX ? set_socket_access(c, l, why, size) : 0;
	if (rc == 0 && listen(l->fd, LISTEN_BACKLOG) != 0)
		rc = report_listen_error(why, size, EX_OSERR, c->listen, strerror(errno));
	return rc;
}

int listen_open(const struct conf *c, struct listener *l, char *why, size_t size)
{
	union listen_address a;
	int rc = 0;

	*l = (struct listener){ .fd = -1 };
	if (!listen_valid(c, why, size))
		return EX_CONFIG;
	socklen_t n = parse_listen_address(c->listen, &a);
	if (a.any.sa_family == AF_UNIX && (rc = remove_dead_socket(c->listen, &a, why, size)) != 0)
		return rc;
	l->fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (l->fd < 0)
		return report_listen_error(why, size, EX_OSERR, c->listen, strerror(errno));
	return bind_listen_socket(c, &a, n, l, why, size);
}

static bool is_same_socket(const struct listener *l, const struct stat *st)
{
	return st->st_dev == l->dev && st->st_ino == l->ino &&
	    st->st_ctim.tv_sec == l->changed.tv_sec && st->st_ctim.tv_nsec == l->changed.tv_nsec;
}

void listen_unlink(struct listener *l)
{
	struct stat st;

	if (l->path[0] && lstat(l->path, &st) == 0 && is_same_socket(l, &st))
		unlink(l->path);
	l->path[0] = '\0';
}
