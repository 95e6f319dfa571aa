#ifndef MOTET_SERVER_RECYCLE_H
#define MOTET_SERVER_RECYCLE_H
#include "base/conf.h"
/*
 * This decides when to replace a healthy worker, by max_age and max_rss. (A worker counts
 * max_requests itself.) The master checks this, so that idle workers are included; the memory of a
 * worker is the value that it last wrote to the scoreboard.
 */
/* Return when a worker that is started now reaches max_age, plus or minus a tenth; INT64_MAX:
 * never. */
int64_t recycle_due(const struct conf *, int64_t now_us);
/* Should this worker be replaced? `resident` is in octets, `due_us` from recycle_due(). True: `why`
 * is for the log. */
bool recycle_reason(
    const struct conf *, int64_t resident, int64_t due_us, int64_t now_us, char *why, size_t size);
#endif
