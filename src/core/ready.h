#ifndef MOTET_CORE_READY_H
#define MOTET_CORE_READY_H
#include "base/cx.h"
/*
 * Would a write and a signature succeed now? The schema fits, the identity key is of our domain and
 * has begun and not run out, the clocks of host and database agree within SIGNER_SKEW, a row can be
 * written (it is rolled back), and the signer signs. ERR_MISFIT, ERR_CLOCKS, ERR_EPOCH or
 * ERR_UNAVAILABLE says what is missing.
 */
must_check enum err ready_check(struct cx *);
/*
 * The same, and tell the log: when it begins to fail, when that is over, and when the identity
 * certificate ends within 30, 7 and 1 days. Processes that share cx->board tell each of these once.
 */
must_check enum err ready_check_and_log(struct cx *);
#endif
