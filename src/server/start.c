#include "server/start.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_listening_socket(int fd)
{
	int yes = 0;
	socklen_t n = sizeof yes;

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &n) == 0 && yes;
}

static int64_t read_number_variable(const char *name)
{
	int64_t n = 0;

	str_i64(str_of(getenv(name)), &n);
	return n;
}

static bool is_started_by_handover(const struct conf *c)
{
	(void)c;
	return handover_is_pending();
}

static bool is_started_by_systemd(const struct conf *c)
{
	(void)c;
	return read_number_variable("LISTEN_PID") == getpid() &&
	    read_number_variable("LISTEN_FDS") >= 1 && is_listening_socket(3);
}

static bool is_started_by_spawner(const struct conf *c)
{
	(void)c;
	return is_listening_socket(0);
}

bool start_is_cgi(void)
{
	return getenv("GATEWAY_INTERFACE") && getenv("REQUEST_METHOD");
}

static bool is_started_as_cgi(const struct conf *c)
{
	(void)c;
	return start_is_cgi();
}

static bool is_listen_set(const struct conf *c)
{
	return c->listen[0] != '\0';
}

enum start start_mode(const struct conf *c)
{
	static bool (*const fits[])(const struct conf *) = {
		[START_HANDOVER] = is_started_by_handover,
		[START_SYSTEMD] = is_started_by_systemd,
		[START_FD0] = is_started_by_spawner,
		[START_CGI] = is_started_as_cgi,
		[START_OWN] = is_listen_set,
	};
	enum start mode = START_HANDOVER;

	while (mode < START_NOTHING && !fits[mode](c))
		mode++;
	return mode;
}

static void open_standard_descriptors(void)
{
	int fd;

	while ((fd = open("/dev/null", O_RDWR)) >= 0 && fd <= 2)
		;
	if (fd > 2)
		close(fd);
}

static bool is_descriptor_kept(int fd, int listener, const struct handover *h)
{
	for (int i = 0; h && i < HANDOVER_FDS; i++)
		if (h->fd[i] == fd)
			return true;
	return fd == listener;
}

static void close_descriptors_from(int first, int listener, const struct handover *h)
{
	DIR *d = opendir("/proc/self/fd");
	struct dirent *e;
	int64_t fd;

	for (fd = first; d == NULL && fd < 1024; fd++)
		if (!is_descriptor_kept((int)fd, listener, h))
			close((int)fd);
	while (d && (e = readdir(d)) != NULL)
		if (str_i64(str_of(e->d_name), &fd) && fd >= first &&
		    !is_descriptor_kept((int)fd, listener, h) && fd != dirfd(d))
			close((int)fd);
	if (d)
		closedir(d);
}

int start_clean_descriptors(enum start mode, const struct handover *h)
{
	int fd = -1;

	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	if (mode == START_SYSTEMD)
		fd = 3;
	if (h) {
		fd = h->fd[HANDOVER_LISTEN];
		handover_keep_fds(h, false);
		handover_clear();
	}
	if (mode == START_FD0) {
		fd = fcntl(0, F_DUPFD, 3);
		close(0);
	}
	open_standard_descriptors();
	close_descriptors_from(3, fd, h);
	if (fd >= 0)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

void start_print_cgi_error(void)
{
	static const char body[] =
	    "{\"errcode\":500,\"error\":\"P2CORE_INTERNAL\","
	    "\"message\":\"The server cannot start; see the error log of the web server.\"}\n";

	printf("Status: 500 Internal Server Error\r\nContent-Type: application/json\r\n"
	       "Cache-Control: no-store\r\nX-P2-Error: P2CORE_INTERNAL\r\n"
	       "Content-Length: %zu\r\n\r\n%s",
	    sizeof body - 1, body);
	fflush(stdout);
}
