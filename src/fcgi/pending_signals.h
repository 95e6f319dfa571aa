#ifndef MOTET_FCGI_PENDING_SIGNALS_H
#define MOTET_FCGI_PENDING_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/*
 * Let the blocked signals that are pending arrive, as far as *mask does not block them. True:
 * signals arrived. Before waiting again, the caller must then return to its own caller, which reads
 * the flags that the handlers have set: these signals will not interrupt a later wait.
 */
bool pending_signals_deliver(const sigset_t *mask);

#endif
