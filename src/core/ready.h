#ifndef MOTET_CORE_READY_H
#define MOTET_CORE_READY_H
#include "base/cx.h"
/*
 * Check that a write and a signature would succeed now: the schema fits, the identity key belongs
 * to our domain, its certificate is valid now, the clocks of host and database differ by at most
 * SIGNER_SKEW, a row can be written (the write is rolled back), and the signer signs. ERR_MISFIT,
 * ERR_CLOCKS, ERR_EPOCH or ERR_UNAVAILABLE says what is missing.
 */
must_check enum err ready_check(struct cx *);
/*
 * Do ready_check(), and log when it begins to fail, when it succeeds again, and when the identity
 * certificate expires within 30, 7 and 1 days. Processes that share cx->board log each of these
 * only once.
 */
must_check enum err ready_check_and_log(struct cx *);
#endif
