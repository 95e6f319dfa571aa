#include "server/signals.h"
#include "fcgi/fcgi.h"
#include <unistd.h>

enum signal_act {
	ACT_IGNORE,
	ACT_DEFAULT,
	ACT_STOP,
	ACT_RELOAD,
	ACT_REOPEN,
	ACT_UPGRADE,
	ACT_CHILD
};

static const struct {
	int sig;
	enum signal_act act[3];
} signal_rows[] = {
	/*           master  worker   alone */
	{ SIGTERM, { ACT_STOP, ACT_STOP, ACT_STOP } },
	{ SIGINT, { ACT_STOP, ACT_IGNORE, ACT_STOP } },
	{ SIGQUIT, { ACT_STOP, ACT_IGNORE, ACT_STOP } },
	{ SIGUSR1,
	    { ACT_REOPEN, ACT_STOP, ACT_STOP } }, /* multiwatch stops its children with SIGUSR1 */
	{ SIGUSR2, { ACT_UPGRADE, ACT_REOPEN, ACT_REOPEN } },
	{ SIGHUP, { ACT_RELOAD, ACT_IGNORE, ACT_REOPEN } },
	{ SIGCHLD, { ACT_CHILD, ACT_DEFAULT, ACT_DEFAULT } },
	{ SIGPIPE, { ACT_IGNORE, ACT_IGNORE, ACT_IGNORE } },
};
enum { SIGNAL_ROWS = sizeof signal_rows / sizeof signal_rows[0] };

struct signals signals;
static enum role signal_role;

static void set_signal_flag(enum signal_act a)
{
	switch (a) {
	case ACT_STOP:
		signals.stop++;
		if (signal_role != ROLE_MASTER)
			fcgi_stop();
		return;
	case ACT_RELOAD:
		signals.reload = 1;
		return;
	case ACT_REOPEN:
		signals.reopen = 1;
		return;
	case ACT_UPGRADE:
		signals.upgrade = 1;
		return;
	case ACT_CHILD:
		signals.child = 1;
		return;
	case ACT_IGNORE:
	case ACT_DEFAULT:
		return;
	}
}

static void handle_signal(int sig)
{
	for (int i = 0; i < SIGNAL_ROWS; i++)
		if (signal_rows[i].sig == sig)
			set_signal_flag(signal_rows[i].act[signal_role]);
}

static void install_signal(int sig, enum signal_act a)
{
	struct sigaction sa = { .sa_handler = a == ACT_IGNORE ? SIG_IGN
		    : a == ACT_DEFAULT			      ? SIG_DFL
							      : handle_signal };

	sigaction(sig, &sa, NULL);
}

void signals_install(enum role role, sigset_t *wait)
{
	sigset_t ours;

	sigemptyset(&ours);
	for (int i = 0; i < SIGNAL_ROWS; i++)
		sigaddset(&ours, signal_rows[i].sig);
	sigprocmask(SIG_BLOCK, &ours, NULL);
	signal_role = role;
	signals = (struct signals){ .stop = 0 };
	for (int i = 0; i < SIGNAL_ROWS; i++)
		install_signal(signal_rows[i].sig, signal_rows[i].act[role]);
	sigemptyset(wait);
}

void signals_install_signer(sigset_t *wait)
{
	signal_role = ROLE_WORKER;
	for (int i = 0; i < SIGNAL_ROWS; i++)
		install_signal(
		    signal_rows[i].sig, signal_rows[i].sig == SIGUSR2 ? ACT_REOPEN : ACT_IGNORE);
	sigemptyset(wait);
}

/* Unblock the signals that the web server has blocked, and stop ignoring those that it ignored. */
void signals_reset_for_cgi(int64_t seconds)
{
	sigset_t none;

	for (int i = 0; i < SIGNAL_ROWS; i++)
		install_signal(
		    signal_rows[i].sig, signal_rows[i].sig == SIGPIPE ? ACT_IGNORE : ACT_DEFAULT);
	install_signal(SIGALRM, ACT_DEFAULT);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	alarm((unsigned)seconds);
}

void signals_send(pid_t pid, int sig)
{
	if (pid > 0)
		kill(pid, sig);
}
