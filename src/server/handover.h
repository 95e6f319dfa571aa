#ifndef MOTET_SERVER_HANDOVER_H
#define MOTET_SERVER_HANDOVER_H
#include "server/listen.h"
#include "shm/scoreboard.h"
#include <sys/types.h>
/*
 * What a master passes to the program that replaces it in the same process (SIGUSR2): descriptors,
 * which stay open across execve(2), and the process ids of the workers, which keep serving. The
 * handover is a text in an environment variable, because the two programs may be of different
 * versions. The text begins with the version of its format.
 */
enum handover_fd {
	HANDOVER_LISTEN,
	HANDOVER_SECRET, /* only if the new program cannot open secret_file, because root privileges
			    were dropped */
	HANDOVER_PIDFILE,
	HANDOVER_DEATH, /* both ends of the pipe that tells children that the master died */
	HANDOVER_DEATH_OURS,
	HANDOVER_POKE, /* both ends of the pipe on which workers report that they serve */
	HANDOVER_POKE_THEIRS,
	HANDOVER_GIVE, /* the channel for kept connections: new workers take over those of older
			  workers */
	HANDOVER_TAKE,
	HANDOVER_FDS
};
struct handover {
	char version[32];     /* version of the program that ran before */
	int fd[HANDOVER_FDS]; /* -1: none */
	struct listener listener;
	pid_t worker[SCOREBOARD_ROWS];
	int nworkers;
};
/* Does the environment hold a handover? */
bool handover_is_pending(void);
/*
 * Read the handover from the environment, and make its descriptors close-on-exec again. The
 * handover stays in the environment until handover_clear(). False: the handover cannot be read;
 * `why` is for the log.
 */
bool handover_import(struct handover *, char *why, size_t size);
/* Write the handover to the environment for the next execve(2). If that execve(2) happens in this
 * process, also call handover_keep_fds(). False: out of memory. */
bool handover_export(const struct handover *);
/* Keep the descriptors open across execve(2), or make them close-on-exec again. */
void handover_keep_fds(const struct handover *, bool across_exec);
/* Remove the handover from the environment. */
void handover_clear(void);
#endif
