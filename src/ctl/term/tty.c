#include "ctl/term/tty.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
enum { ENDS = sizeof ends / sizeof ends[0] };

static volatile sig_atomic_t caught;

static void remember(int sig)
{
	caught = sig;
}

static ssize_t read_line(int tty, char *line, size_t size)
{
	size_t n = 0;

	while (n < size && !caught) {
		ssize_t got = read(tty, line + n, size - n);
		if (got < 0 && errno != EINTR)
			return -1;
		if (got == 0)
			break;
		const char *end = got > 0 ? memchr(line + n, '\n', (size_t)got) : NULL;
		if (end)
			return end - line;
		n += got > 0 ? (size_t)got : 0;
	}
	return (ssize_t)n;
}

static ssize_t ask(int tty, const char *prompt, char *line, size_t size)
{
	struct termios was, hidden;

	if (tcgetattr(tty, &was) != 0)
		return -1;
	hidden = was;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(tty, TCSAFLUSH, &hidden);
	dprintf(tty, "%s", prompt);
	ssize_t n = read_line(tty, line, size);
	int why = errno;
	tcsetattr(tty, TCSAFLUSH, &was);
	dprintf(tty, "\n");
	errno = why;
	return n;
}

ssize_t tty_read_hidden(int tty, const char *prompt, char *line, size_t size)
{
	const struct sigaction mine = { .sa_handler =
					    remember }; /* no SA_RESTART: read() has to return */
	struct sigaction theirs[ENDS];

	caught = 0;
	for (int i = 0; i < ENDS; i++) {
		sigaction(ends[i], NULL, &theirs[i]);
		if (theirs[i].sa_handler != SIG_IGN) /* under nohup(1), say */
			sigaction(ends[i], &mine, NULL);
	}
	ssize_t n = ask(tty, prompt, line, size);
	for (int i = 0; i < ENDS; i++)
		sigaction(ends[i], &theirs[i], NULL);
	if (caught)
		raise(caught);
	return n;
}
