#ifndef MOTET_SERVER_START_CHECK_H
#define MOTET_SERVER_START_CHECK_H
#include "base/conf.h"
/*
 * Do the database and this configuration belong together (core/fit.h)? For a master, which asks in
 * a child, so that it has no connection and no key itself. The check takes database_timeout at
 * most. Returns 0, or EX_CONFIG when the database and the configuration do not belong together; the
 * log and standard error say why. The result is also 0 when the database cannot be reached: then
 * the workers ask before they answer their first request.
 */
int start_check_fit(const struct conf *, int secret_fd);
/* Like start_check_fit(), but in this process, for a worker without a master; cx has a signer and a
 * connection. */
int start_check_fit_here(struct cx *);
/* How many connections the database leaves for us, as the last start_check_fit() learnt; 0: not
 * known. */
int64_t start_check_connections(void);
#endif
