#include "fcgi/pending_signals.h"
#include <stddef.h>

bool pending_signals_deliver(const sigset_t *mask)
{
	sigset_t pending, blocked;

	if (sigpending(&pending) != 0 || sigisemptyset(&pending))
		return false;
	sigprocmask(SIG_SETMASK, mask, &blocked);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	return true;
}
