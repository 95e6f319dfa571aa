#include "server/signals.h"
#include "fcgi/fcgi.h"
#include <unistd.h>

enum act { IGNORE, DEFAULT, STOP, RELOAD, REOPEN, UPGRADE, CHILD };

static const struct {
	int sig;
	enum act act[3];
} rows[] = {
	/*           master  worker   alone */
	{ SIGTERM, { STOP, STOP, STOP } },
	{ SIGINT, { STOP, IGNORE, STOP } },
	{ SIGQUIT, { STOP, IGNORE, STOP } },
	{ SIGUSR1, { REOPEN, STOP, STOP } }, /* multiwatch stops with it */
	{ SIGUSR2, { UPGRADE, REOPEN, REOPEN } },
	{ SIGHUP, { RELOAD, IGNORE, REOPEN } },
	{ SIGCHLD, { CHILD, DEFAULT, DEFAULT } },
	{ SIGPIPE, { IGNORE, IGNORE, IGNORE } },
};
enum { NROWS = sizeof rows / sizeof rows[0] };

struct signals signals;
static enum role me;

static void act(enum act a)
{
	switch (a) {
	case STOP:
		signals.stop++;
		if (me != ROLE_MASTER)
			fcgi_stop();
		return;
	case RELOAD:
		signals.reload = 1;
		return;
	case REOPEN:
		signals.reopen = 1;
		return;
	case UPGRADE:
		signals.upgrade = 1;
		return;
	case CHILD:
		signals.child = 1;
		return;
	case IGNORE:
	case DEFAULT:
		return;
	}
}

static void caught(int sig)
{
	for (int i = 0; i < NROWS; i++)
		if (rows[i].sig == sig)
			act(rows[i].act[me]);
}

static void install(int sig, enum act a)
{
	struct sigaction sa = { .sa_handler = a == IGNORE ? SIG_IGN
		    : a == DEFAULT			  ? SIG_DFL
							  : caught };

	sigaction(sig, &sa, NULL);
}

void signals_take(enum role role, sigset_t *wait)
{
	sigset_t ours;

	sigemptyset(&ours);
	for (int i = 0; i < NROWS; i++)
		sigaddset(&ours, rows[i].sig);
	sigprocmask(SIG_BLOCK, &ours, NULL);
	me = role;
	signals = (struct signals){ .stop = 0 };
	for (int i = 0; i < NROWS; i++)
		install(rows[i].sig, rows[i].act[role]);
	sigemptyset(wait);
}

void signals_ignore(sigset_t *wait)
{
	me = ROLE_WORKER;
	for (int i = 0; i < NROWS; i++)
		install(rows[i].sig, rows[i].sig == SIGUSR2 ? REOPEN : IGNORE);
	sigemptyset(wait);
}

/* Whatever the web server has blocked or ignored. */
void signals_once(int64_t seconds)
{
	sigset_t none;

	for (int i = 0; i < NROWS; i++)
		install(rows[i].sig, rows[i].sig == SIGPIPE ? IGNORE : DEFAULT);
	install(SIGALRM, DEFAULT);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	alarm((unsigned)seconds);
}

void signals_send(pid_t pid, int sig)
{
	if (pid > 0)
		kill(pid, sig);
}
