#ifndef MOTET_SIGNER_SIGNER_PROCESS_H
#define MOTET_SIGNER_SIGNER_PROCESS_H
#include "base/conf.h"
#include "signer/signer.h"
#include "base/fdpass.h"
#include <signal.h>
/*
 * The signer process: the only process under a master that holds the secret of secret_file; and the
 * client with which workers ask it.
 *
 * All processes share one SOCK_SEQPACKET pair that the master creates. For each question a worker
 * creates another pair, sends one end along with the question, and waits for the answer at the
 * other end. So an answer reaches only the worker that asked, neither side keeps state, and either
 * can be replaced at any time: questions wait in the shared pair until a signer takes them. A
 * reload replaces the signer.
 */
enum {			     /* limits of one message; signer_process.c refuses anything longer */
	SIGNER_SEALED = 128, /* the most octets of a sealed key or second factor */
	SIGNER_TBS = 8192,   /* the most octets of a TBSCertificate */
	SIGNER_CLAIMS = CACHE_CLAIMS_MAX, /* cache statements */
	SIGNER_TEXTS = 1024,		  /* the most octets of all texts of a federation token */
	SIGNER_TIMEOUT_MS = 2000,	  /* how long a worker waits for an answer */
};
/* Signals of the signer process. Between two questions the signer waits with the mask `wait`, so
 * signals arrive only then. A handler sets *reopen to have the log reopened. */
struct signer_signals {
	sigset_t wait;
	volatile sig_atomic_t *reopen;
};
/*
 * Run the signer process: read the secret from secret_fd, write one octet to ready_fd (unless it is
 * -1), then answer questions from take_fd until every process that could ask has closed its end.
 * Returns the exit status: 0; EX_CONFIG (78) when the secret cannot be read, which is logged;
 * EX_OSERR when ready_fd cannot be written.
 */
int signer_process_run(
    const struct conf *, int take_fd, int ready_fd, int secret_fd, const struct signer_signals *);
/*
 * Read the secret from fd and set up *ca to sign in this process. The signer process and a worker
 * started without a master use this. Closes fd on success. If the secret cannot be read, this is
 * logged and the result is false.
 */
bool signer_process_load_secret(const struct conf *, int fd, struct ca_local *ca);

/* The client in a worker. Its functions return what the signer answers; ERR_UNAVAILABLE when no
 * answer comes within SIGNER_TIMEOUT_MS, or when two signers in a row exit without an answer. */
struct signer_client {
	struct ca ca;
	int give_fd; /* borrowed: the worker's end of the shared pair */
};
void signer_process_client_init(struct signer_client *, int give_fd);
#endif
