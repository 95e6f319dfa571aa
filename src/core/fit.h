#ifndef MOTET_CORE_FIT_H
#define MOTET_CORE_FIT_H
#include "base/cx.h"
/*
 * Check that the database and the configuration belong together: the schema fits this program, the
 * identity key belongs to our domain, and the secret of cx->ca opens that key (not checked if
 * cx->ca is NULL). ERR_MISFIT says what does not fit. Another error means that the answer is not
 * known yet: the database is unavailable, or there is no identity key. A positive answer is
 * remembered by this process and by those that it forks.
 */
must_check enum err fit_check(struct cx *);
/* Get the number of connections that the servers may have together (store/q_doctor.h). */
must_check enum err fit_count_connections(struct cx *, int64_t *n);
/* Forget the answer, since the configuration may have changed: the next fit_check() asks again. */
void fit_forget(void);
/* Note that another process has found that the database and the configuration belong together. */
void fit_remember(void);
#endif
