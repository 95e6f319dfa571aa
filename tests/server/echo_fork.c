/*
 * Failing system calls, linked in place of the real ones (ld --wrap). MOTET_ECHO_FORK=N: the Nth
 * fork() of a process fails; MOTET_ECHO_FORK=N,M: the Nth to the Mth. kill() of a process group or
 * of all processes is only reported on standard error. MOTET_ECHO_UNDEAD: no SIGKILL arrives, as
 * for a process that waits for a disk.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

pid_t __real_fork(void);
pid_t __wrap_fork(void);
int __real_kill(pid_t, int);
int __wrap_kill(pid_t, int);

pid_t __wrap_fork(void)
{
	static long n;
	const char *text = getenv("MOTET_ECHO_FORK");
	char *end;
	long first = text ? strtol(text, &end, 10) : 0,
	     last = text && *end == ',' ? strtol(end + 1, NULL, 10) : first;

	if (++n < first || n > last)
		return __real_fork();
	errno = EAGAIN;
	return -1;
}

int __wrap_kill(pid_t pid, int sig)
{
	if (pid > 0 && sig == SIGKILL && getenv("MOTET_ECHO_UNDEAD"))
		return 0;
	if (pid > 0)
		return __real_kill(pid, sig);
	fprintf(stderr, "kill(%d, %d)\n", (int)pid, sig);
	return 0;
}
