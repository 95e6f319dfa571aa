#ifndef MOTET_SIGNER_SIGNER_PROCESS_H
#define MOTET_SIGNER_SIGNER_PROCESS_H
#include "base/conf.h"
#include "signer/signer.h"
#include "base/fdpass.h"
#include <signal.h>
/*
 * The signer: the one process under our master that holds the secret, and what workers use to reach
 * it.
 *
 * All of them share one SEQPACKET pair that the master made. A worker makes a pair for the answer,
 * sends one end of it along with the question, and waits at the other: so answers cannot go astray,
 * neither side keeps state, and either may be replaced at any time; what was asked while no signer
 * was there waits in the pair for the next one. A reload replaces it.
 */
enum {
	SIGNER_SEALED = 128,
	SIGNER_TBS = 8192,
	SIGNER_CLAIMS = CACHE_CLAIMS_MAX,
	SIGNER_TEXTS = 1024,
	SIGNER_TIMEOUT_MS = 2000
};
/* What a signal can do to the child: it is let in by the mask `wait` only, and asks for the log to
 * be reopened by setting *reopen. */
struct signer_signals {
	sigset_t wait;
	volatile sig_atomic_t *reopen;
};
/*
 * The child's life, until nobody is left who could ask: read the secret from secret_fd, write an
 * octet to ready_fd (unless -1), answer. Returns an exit status: 78 when the secret could not be
 * read, which has been logged.
 */
int signer_process_run(
    const struct conf *, int take_fd, int ready_fd, int secret_fd, const struct signer_signals *);
/*
 * Read the secret from fd, which is closed then, to sign with it in this process: the child, and a
 * worker that was spawned alone. False when it cannot be read, which has been logged.
 */
bool signer_process_load_secret(const struct conf *, int fd, struct ca_local *);

/* Who signs, for a worker: every function fails with ERR_UNAVAILABLE when no answer came in
 * SIGNER_TIMEOUT_MS. */
struct signer_client {
	struct ca ca;
	int give_fd;
};
void signer_process_client_init(struct signer_client *, int give_fd);
#endif
