#include "server/upgrade.h"
#include "base/log.h"
#include "server/signals.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define UPGRADE_UNCHANGED "; the old program stays"
enum { REHEARSAL_WORDS = 2, REHEARSAL_OUTPUT = 1 << 16 };

/* execvp() runs a file that is not a program as a script of sh, even a truncated program. So
 * execvp() is used only for a name that has to be searched in PATH. */
static void execute_program(char **argv)
{
	if (strchr(argv[0], '/'))
		execv(argv[0], argv);
	else
		execvp(argv[0], argv);
}

/* The result of the rehearsal is the last line of its output. The rehearsal inherits only standard
 * input and the handover. */
static void run_rehearsal_child(
    const struct command_line *o, const struct handover *h, int said, const sigset_t *mask)
{
	char **argv = calloc((size_t)o->argc + REHEARSAL_WORDS + 1, sizeof *argv), test[] = "-t";

	if (argv == NULL || !handover_export(h) || dup2(said, 1) < 0 || dup2(said, 2) < 0)
		_exit(127);
	argv[0] = o->argv[0];
	argv[1] = argv[REHEARSAL_WORDS] = test;
	memcpy(argv + 1 + REHEARSAL_WORDS, o->argv + 1, (size_t)(o->argc - 1) * sizeof *argv);
	sigprocmask(SIG_SETMASK, mask, NULL);
	execute_program(argv);
	dprintf(2, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

bool upgrade_rehearse(struct upgrade *u, const struct command_line *o, const struct handover *h,
    const sigset_t *mask, int64_t now_us)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
		log_error("upgrade: %s" UPGRADE_UNCHANGED, strerror(errno));
		return false;
	}
	pid_t pid = fork();
	if (pid == 0)
		run_rehearsal_child(o, h, ends[1], mask);
	close(ends[1]);
	if (pid < 0) {
		log_error("upgrade: %s" UPGRADE_UNCHANGED, strerror(errno));
		close(ends[0]);
		return false;
	}
	*u = (struct upgrade){
		.pid = pid, .said = ends[0], .end_us = now_us + UPGRADE_SECONDS * INT64_C(1000000)
	};
	return true;
}

static void read_last_line(int fd, char *line, size_t size)
{
	static char text[REHEARSAL_OUTPUT];
	ssize_t got, n = 0;
	struct str rest, one = STR("");

	while (
	    n < REHEARSAL_OUTPUT && (got = read(fd, text + n, (size_t)(REHEARSAL_OUTPUT - n))) > 0)
		n += got;
	for (rest = (struct str){ text, (size_t)n }; rest.n;) {
		struct str next;
		str_cut(rest, '\n', &next, &rest);
		one = next.n ? next : one;
	}
	snprintf(line, size, "%.*s", (int)one.n, one.s);
}

/* Is this the text UPGRADE_FIT of any version? */
static bool is_fit_message(const char *said)
{
	static const char end[] = " is fit to take over";
	size_t n = strlen(said);

	return str_starts(str_of(said), "motetd ") && n > sizeof end &&
	    memcmp(said + n - (sizeof end - 1), end, sizeof end) == 0;
}

bool upgrade_end_rehearsal(struct upgrade *u, int status)
{
	char said[512];
	read_last_line(u->said, said, sizeof said);
	bool good = WIFEXITED(status) && WEXITSTATUS(status) == 0 && is_fit_message(said);

	close(u->said);
	*u = (struct upgrade){ .pid = 0 };
	if (good)
		log_info("upgrade: %s; its workers start", said);
	else
		log_error(
		    "upgrade: rehearsal of the new program failed (%s %d): %s" UPGRADE_UNCHANGED,
		    WIFSIGNALED(status) ? "signal" : "exit status",
		    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
		    said[0] ? said : "no output");
	return good;
}

void upgrade_kill_late(struct upgrade *u, int64_t now_us)
{
	if (u->pid && now_us >= u->end_us) {
		signals_send(u->pid, SIGKILL);
		u->end_us = INT64_MAX;
	}
}

void upgrade_execute(const struct command_line *o, const struct handover *h)
{
	if (!handover_export(h)) {
		log_error("upgrade: %s" UPGRADE_UNCHANGED, strerror(errno));
		return;
	}
	handover_keep_fds(h, true);
	execute_program(o->argv);
	int why = errno;
	handover_keep_fds(h, false);
	handover_clear();
	log_error("upgrade: %s: %s" UPGRADE_UNCHANGED, o->argv[0], strerror(why));
}
