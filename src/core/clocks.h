#ifndef MOTET_CORE_CLOCKS_H
#define MOTET_CORE_CLOCKS_H
#include "base/cx.h"
/*
 * The database's clock decides what is valid and what has expired; the signer uses this host's. If
 * the two differ by more than SIGNER_SKEW, one of them is wrong and nobody knows which. Then no
 * request may be granted or refused because of the time: ERR_CLOCKS (503).
 */
/* Compare this host's clock with the database's time, which a statement has just returned. */
must_check enum err clocks_compare(struct cx *, int64_t database_now);
/* Compare the clocks as above, and make the database's time that of this request (cx->now). */
must_check enum err clocks_take_time(struct cx *, int64_t database_now);
/* Ask the database for its time, at most once a second, and compare the clocks. A database that
 * does not answer says nothing about its clock: OK. */
must_check enum err clocks_check(struct cx *);
#endif
