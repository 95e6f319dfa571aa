#include "ctl/term/qr.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* ANSIUTF8 sets foreground and background, so any terminal shows a code that can be scanned. */
static _Noreturn void exec_qrencode(int in)
{
	const char *type = isatty(STDOUT_FILENO) ? "ANSIUTF8" : "UTF8";
	int quiet = open("/dev/null", O_WRONLY);

	if (quiet >= 0)
		dup2(quiet, STDERR_FILENO);
	dup2(in, STDIN_FILENO);
	execlp("qrencode", "qrencode", "-t", type, "-o", "-", (char *)NULL);
	_exit(127);
}

static bool write_qr_text(int out, struct str text)
{
	for (size_t at = 0; at < text.n;) {
		ssize_t n = write(out, text.s + at, text.n - at);
		if (n < 0 && errno != EINTR)
			return false;
		at += n > 0 ? (size_t)n : 0;
	}
	return true;
}

bool qr_print(struct str text)
{
	int fd[2], status = -1;

	fflush(stdout);
	signal(SIGPIPE, SIG_IGN);
	if (pipe2(fd, O_CLOEXEC) != 0)
		return false;
	pid_t child = fork();
	if (child == 0)
		exec_qrencode(fd[0]);
	close(fd[0]);
	bool fed = child > 0 && write_qr_text(fd[1], text);
	close(fd[1]);
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	return fed && status == 0;
}
