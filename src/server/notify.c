#include "server/notify.h"
#include "base/clock.h"
#include "base/str.h"
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void notify_systemd(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	size_t n = path ? strlen(path) : 0;

	if (n < 2 || n >= sizeof a.sun_path || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(a.sun_path, path, n);
	if (path[0] == '@')
		a.sun_path[0] = '\0';
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&a,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
	close(fd);
}

void notify_reloading(void)
{
	char text[64];

	snprintf(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_us());
	notify_systemd(text);
}

/* Return 0 if there is no watchdog, or if the watchdog is for another process. */
static int64_t read_watchdog_interval(void)
{
	static int64_t us = -1;
	int64_t pid = getpid();

	if (us >= 0)
		return us;
	us = 0;
	str_i64(str_of(getenv("WATCHDOG_PID")), &pid);
	if (pid == getpid())
		str_i64(str_of(getenv("WATCHDOG_USEC")), &us);
	return us;
}

static int64_t watchdog_pinged_us;

int64_t notify_watchdog_next(void)
{
	return read_watchdog_interval() ? watchdog_pinged_us + read_watchdog_interval() / 2
					: INT64_MAX;
}

bool notify_watchdog_due(int64_t now_us)
{
	if (now_us < notify_watchdog_next())
		return false;
	watchdog_pinged_us = now_us;
	return true;
}
