#ifndef MOTET_SERVER_WORKER_H
#define MOTET_SERVER_WORKER_H
#include "base/conf.h"
#include "base/fdpass.h"
#include "net/net_slots.h"
#include "shm/gate.h"
#include "shm/limits.h"
#include "shm/scoreboard.h"
/*
 * A worker: read a request, let api_serve() answer it, free its memory, repeat. This code knows no
 * routes. A worker exits when its master dies. Each worker has its own database connection, opened
 * after fork.
 */
struct worker {
	const struct conf *conf;
	int listen_fd;
	struct gate *gate;
	struct limits *limits;
	struct net_slots *outbound;
	struct scoreboard *board;
	struct scoreboard_row *row;
	/* These members are set under a master; without a master, `master` is 0 and the descriptors
	 * are -1, except secret_fd. */
	int master;    /* process id of the master */
	int death_fd;  /* end of file here says that the master has died */
	int poke_fd;   /* an octet written here says that this worker serves */
	int sign_fd;   /* leads to the signer; -1: this process signs itself … */
	int secret_fd; /* … and reads the secret here; else -1 */
	struct fdpass kept;
};
/* Serve until told to stop, or for max_requests. Returns an exit status. */
int worker_run(const struct worker *);
/* As plain CGI, answer one request from the environment and standard input; listen_fd is -1.
 * Returns an exit status; if it is not 0, nothing was written. */
int worker_serve_cgi(const struct worker *);
/* Ask /readyz in this process: would a worker with this configuration serve? False: `why` is for a
 * person. */
bool worker_rehearse(const struct conf *, char *why, size_t size);
#endif
