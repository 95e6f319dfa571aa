#ifndef MOTET_SERVER_SIGNALS_H
#define MOTET_SERVER_SIGNALS_H
#include <signal.h>
#include <stdint.h>
#include <sys/types.h>
/*
 * What each signal does in each role is a table in signals.c. Handlers only set a flag, and tell
 * the transport to stop. Signals are blocked except while a process waits, so work is never
 * interrupted.
 */
enum role {
	ROLE_MASTER,
	ROLE_WORKER, /* a worker of our master, which handles ^C and hang-ups of the terminal */
	ROLE_ALONE   /* a worker spawned by another program, without our master */
};
/* Set by handlers, cleared by the code that acts on them; `stop` counts the signals. */
struct signals {
	volatile sig_atomic_t stop, reload, reopen, upgrade, child;
};
extern struct signals signals;
/* Like kill(2), but do nothing for a pid of 0 or less, which kill(2) takes for a process group or
 * for all processes. */
void signals_send(pid_t, int sig);
/* Block the signals of the table and install the handlers of `role`; *wait is the mask to use while
 * waiting. */
void signals_install(enum role, sigset_t *wait);
/* For plain CGI: nothing is caught or blocked, SIGPIPE is ignored, other signals end the process,
 * and SIGALRM ends the process after `seconds`. */
void signals_reset_for_cgi(int64_t seconds);
/*
 * For the signer, which exits when all its clients have exited: ignore all signals except SIGUSR2
 * (reopen the log), which arrives only while the signer waits with the mask *wait. The master
 * blocks the signals before it forks.
 */
void signals_install_signer(sigset_t *wait);
#endif
