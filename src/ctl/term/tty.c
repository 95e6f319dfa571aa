#include "ctl/term/tty.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int tty_end_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
enum { TTY_END_SIGNALS = sizeof tty_end_signals / sizeof tty_end_signals[0] };

static volatile sig_atomic_t tty_signal;

static void note_tty_signal(int sig)
{
	tty_signal = sig;
}

static ssize_t read_tty_line(int tty, char *line, size_t size)
{
	size_t n = 0;

	while (n < size && !tty_signal) {
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

static ssize_t prompt_hidden(int tty, const char *prompt, char *line, size_t size)
{
	struct termios was, hidden;

	if (tcgetattr(tty, &was) != 0)
		return -1;
	hidden = was;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(tty, TCSAFLUSH, &hidden);
	dprintf(tty, "%s", prompt);
	ssize_t n = read_tty_line(tty, line, size);
	int why = errno;
	tcsetattr(tty, TCSAFLUSH, &was);
	dprintf(tty, "\n");
	errno = why;
	return n;
}

ssize_t tty_read_hidden(int tty, const char *prompt, char *line, size_t size)
{
	/* without SA_RESTART, a signal ends read() */
	const struct sigaction mine = { .sa_handler = note_tty_signal };
	struct sigaction theirs[TTY_END_SIGNALS];

	tty_signal = 0;
	for (int i = 0; i < TTY_END_SIGNALS; i++) {
		sigaction(tty_end_signals[i], NULL, &theirs[i]);
		if (theirs[i].sa_handler != SIG_IGN) /* nohup(1) ignores SIGHUP */
			sigaction(tty_end_signals[i], &mine, NULL);
	}
	ssize_t n = prompt_hidden(tty, prompt, line, size);
	for (int i = 0; i < TTY_END_SIGNALS; i++)
		sigaction(tty_end_signals[i], &theirs[i], NULL);
	if (tty_signal)
		raise(tty_signal);
	return n;
}
