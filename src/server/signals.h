#ifndef MOTET_SERVER_SIGNALS_H
#define MOTET_SERVER_SIGNALS_H
#include <signal.h>
#include <stdint.h>
#include <sys/types.h>
/*
 * What a signal means to whom is a row of the table in signals.c. Handlers only set a flag (and
 * tell the transport to stop); the signals are blocked but while a process waits, so nothing is
 * ever interrupted in the middle.
 */
enum role {
	ROLE_MASTER,
	ROLE_WORKER, /* under our master: ^C and hang-ups of a terminal are the master's business */
	ROLE_ALONE   /* spawned by somebody else */
};
struct signals {
	volatile sig_atomic_t stop, reload, reopen, upgrade,
	    child; /* set by handlers, cleared by who acts on them; `stop` counts */
};
extern struct signals signals;
/* kill(), but only to one process: for 0 and below nothing is done, which kill() would take for a
 * group or for everybody. */
void signals_send(pid_t, int sig);
/* Block the signals of the table, handle them as `role` does; *wait is the mask to wait with. */
void signals_install(enum role, sigset_t *wait);
/* Plain CGI: signals end the process, as they do any program, and so does the alarm after so many
 * seconds; but for SIGPIPE, nothing is caught or blocked. */
void signals_reset_for_cgi(int64_t seconds);
/* The signer answers to nobody: it ends when everybody who could ask it has ended. Only a request
 * to reopen the log interrupts it, while it waits with the mask *wait; the master has blocked all
 * of them before it forks. */
void signals_install_signer(sigset_t *wait);
#endif
