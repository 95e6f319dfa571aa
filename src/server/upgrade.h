#ifndef MOTET_SERVER_UPGRADE_H
#define MOTET_SERVER_UPGRADE_H
#include "server/command_line.h"
#include "server/handover.h"
/*
 * SIGUSR2 replaces our program with a new one. First, a rehearsal: a child runs `motetd -t -t` of
 * the new program with our arguments, which reads the configuration and answers /readyz as a worker
 * would. If the rehearsal fails, nothing changes, and its last output line is logged. If it
 * succeeds, we execute the new program in this process, so that the process id stays and
 * supervisors (systemd, a shell, a pid file, a container) notice nothing. Our workers serve until
 * the workers of the new program serve.
 */
enum { UPGRADE_SECONDS = 60 }; /* the time limit of a rehearsal */
/* The last line of a successful rehearsal. The exit status alone is not enough, because other
 * programs exit with 0, too. */
#define UPGRADE_FIT "motetd " PACKAGE_VERSION " is fit to take over"
struct upgrade {
	pid_t pid;	/* process id of the rehearsal; 0: none is running */
	int said;	/* the pipe that carries its output */
	int64_t end_us; /* when the rehearsal is killed (clock_us()) */
};
/* Start a rehearsal. `mask` is the signal mask for the child. False: the rehearsal did not start,
 * which is logged. */
bool upgrade_rehearse(struct upgrade *, const struct command_line *, const struct handover *,
    const sigset_t *mask, int64_t now_us);
/* Did the rehearsal, which exited with this status, succeed? The result is logged in both cases. */
bool upgrade_end_rehearsal(struct upgrade *, int status);
/* Kill a rehearsal that is past its time limit; INT64_MAX as now_us kills it in any case. After
 * that, wait for the rehearsal and call upgrade_end_rehearsal(). */
void upgrade_kill_late(struct upgrade *, int64_t now_us);
/* Execute the new program. Returns only if that failed, which is logged; nothing has changed
 * then. */
void upgrade_execute(const struct command_line *, const struct handover *);
#endif
