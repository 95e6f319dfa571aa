#ifndef MOTET_FCGI_PENDING_SIGNALS_H
#define MOTET_FCGI_PENDING_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/*
 * Let the blocked signals that are pending arrive, as far as *mask does not block them. True: there
 * were some. The caller must then let its own caller read what their handlers have set, before it
 * waits: what arrived here does not interrupt a later wait.
 */
bool pending_signals_deliver(const sigset_t *mask);

#endif
