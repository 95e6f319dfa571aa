#ifndef MOTET_FCGI_PENDING_SIGNALS_H
#define MOTET_FCGI_PENDING_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/*
 * Let the blocked signals that are pending arrive, as far as *mask does not block them. True: there
 * were some. The caller must then return to its own caller, which reads what their handlers have
 * set, before it waits again: these signals will not interrupt a later wait.
 */
bool pending_signals_deliver(const sigset_t *mask);

#endif
