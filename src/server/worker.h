#ifndef MOTET_SERVER_WORKER_H
#define MOTET_SERVER_WORKER_H
#include "base/conf.h"
#include "base/fdpass.h"
#include "net/net_slots.h"
#include "shm/gate.h"
#include "shm/limits.h"
#include "shm/scoreboard.h"
/*
 * A worker: take a request, let the API answer it, forget it, again. It knows nothing of routes,
 * and of processes only that there may be a master, whose end it notices. Its database connection
 * is its own, made after fork.
 */
struct worker {
	const struct conf *conf;
	int listen_fd;
	struct gate *gate;
	struct limits *limits;
	struct net_slots *outbound;
	struct scoreboard *board;
	struct scoreboard_row *row;
	/* Under a master; else -1 everywhere. */
	int master;    /* its process id, 0: none */
	int death_fd;  /* end of file: it is gone */
	int poke_fd;   /* an octet: we serve */
	int sign_fd;   /* to the signer; -1: this process holds the secret itself … */
	int secret_fd; /* … and reads it here; else -1 */
	struct fdpass kept;
};
/* Serve until told to stop, or max_requests. Returns an exit status. */
int worker_run(const struct worker *);
/* Plain CGI: answer the one request that this process was started for; listen_fd is -1. Another
 * status than 0: nothing was written. */
int worker_serve_cgi(const struct worker *);
/* Would a worker with this configuration be fit to serve: does it answer /readyz? It is asked in
 * this process. `why` is for a person. */
bool worker_rehearse(const struct conf *, char *why, size_t size);
/* Places in the gate for this machine: half its cores, at least one. */
int worker_hash_slots(void);
int worker_count_cores(void);
#endif
