#ifndef MOTET_SERVER_UPGRADE_H
#define MOTET_SERVER_UPGRADE_H
#include "server/handover.h"
#include "server/command_line.h"
/*
 * A new program takes the place of ours (SIGUSR2). First it rehearses: as a child, `motetd -t -t`
 * with our arguments, which reads the configuration and answers /readyz as a worker would. When it
 * ends well we execute it in this very process: so the process id stays, and whoever supervises us
 * - systemd, a shell, a pid file, a container - sees nothing. The workers go on until those of the
 * new program serve. When it does not end well, nothing changes, and the log says what it said.
 */
enum { UPGRADE_SECONDS = 60 }; /* for a rehearsal */
/* The last word of one that ended well: other programs end with status 0, too. */
#define UPGRADE_FIT "motetd " PACKAGE_VERSION " is fit to take over"
struct upgrade {
	pid_t pid;	/* of the rehearsal; 0: there is none */
	int said;	/* what it writes */
	int64_t end_us; /* it is killed then */
};
/* `mask` is the signal mask for the child. False: it could not begin, which has been logged. */
bool upgrade_rehearse(struct upgrade *, const struct command_line *, const struct handover *,
    const sigset_t *mask, int64_t now_us);
/* The rehearsal ended: did it end well? If not, that has been logged. */
bool upgrade_end_rehearsal(struct upgrade *, int status);
/* Kill it when it is late, or `now_us` is INT64_MAX. upgrade_end_rehearsal() comes later. */
void upgrade_kill_late(struct upgrade *, int64_t now_us);
/* Returns only when it failed, which has been logged; then all is as before. */
void upgrade_execute(const struct command_line *, const struct handover *);
#endif
