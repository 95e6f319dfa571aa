#ifndef MOTET_CORE_FIT_H
#define MOTET_CORE_FIT_H
#include "base/cx.h"
/*
 * Do the database and the configuration belong together: does the schema fit this program, is the
 * identity key of our domain, and does the secret of cx->ca (NULL: not checked) open it? ERR_MISFIT
 * says what does not fit. Another error means that it is not known yet: the database is away, or
 * there is no identity key. A positive answer is remembered, for this process and those that it
 * forks.
 */
must_check enum err fit_check(struct cx *);
/* How many connections the database leaves for the servers' role (store/q_doctor.h). */
must_check enum err fit_count_connections(struct cx *, int64_t *n);
/* The configuration may have changed: forget the answer, so that the next fit_check() asks
 * again. */
void fit_forget(void);
/* Another process has checked this and found that it fits: remember that. */
void fit_remember(void);
#endif
