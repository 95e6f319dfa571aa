#include "fcgi/phase_alarm.h"
#include "fcgi/fcgi.h"
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

static volatile int phase_fd = -1;

static void shut_slow_connection(int sig)
{
	int keep = errno;

	(void)sig;
	if (phase_fd >= 0)
		shutdown(phase_fd, SHUT_RDWR);
	errno = keep;
}

bool phase_alarm_init(void)
{
	struct sigaction alarmed = { .sa_handler = shut_slow_connection };

	return sigaction(SIGALRM, &alarmed, NULL) == 0;
}

void phase_alarm_start(int fd)
{
	phase_fd = fd;
	alarm(FCGI_PHASE_TIMEOUT);
}

void phase_alarm_stop(void)
{
	alarm(0);
	phase_fd = -1;
}
