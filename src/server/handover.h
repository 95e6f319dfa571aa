#ifndef MOTET_SERVER_HANDOVER_H
#define MOTET_SERVER_HANDOVER_H
#include "server/listen.h"
#include "shm/scoreboard.h"
#include <sys/types.h>
/*
 * What a master leaves to the program that takes its place in the same process (SIGUSR2):
 * descriptors, which stay open across execve(2), and the workers that go on serving meanwhile. It
 * is told in the environment, as text, because the two are different versions: the first word is
 * the version of that text.
 */
enum handover_fd {
	HANDOVER_LISTEN,
	HANDOVER_SECRET, /* only where the new program may not open the file, because root's rights
			    are given up */
	HANDOVER_PIDFILE,
	HANDOVER_DEATH, /* both ends of the pipe by which children notice the master's death */
	HANDOVER_DEATH_OURS,
	HANDOVER_POKE, /* both ends of the pipe by which workers say that they serve */
	HANDOVER_POKE_THEIRS,
	HANDOVER_GIVE, /* the pair for kept connections: what the older workers leave is taken up by
			  the new ones */
	HANDOVER_TAKE,
	HANDOVER_FDS
};
struct handover {
	char version[32];     /* of the program that was here before */
	int fd[HANDOVER_FDS]; /* -1: there is none */
	struct listener listener;
	pid_t worker[SCOREBOARD_ROWS];
	int nworkers;
};
/* Were we started by handover_export() of another program? */
bool handover_is_pending(void);
/*
 * Read it out of the environment; its descriptors are close-on-exec again. False: `why` says what
 * is wrong with it. It stays there until handover_clear().
 */
bool handover_import(struct handover *, char *why, size_t size);
/* Tell it to a program that is executed next; only after handover_keep_fds() its descriptors stay
 * open for that. False: no memory. */
bool handover_export(const struct handover *);
void handover_keep_fds(const struct handover *, bool across_exec);
/* Nothing is handed over any more. */
void handover_clear(void);
#endif
