#ifndef MOTET_SERVER_RECYCLE_H
#define MOTET_SERVER_RECYCLE_H
#include "base/conf.h"
/*
 * When a worker has served long enough though it is in good health: max_age and max_rss. (It counts
 * max_requests by itself.) The master looks, so that an idle worker is seen too; its memory is what
 * it last told on the scoreboard.
 */
/* When one that is born now is too old, give or take a tenth; INT64_MAX: never. */
int64_t recycle_due(const struct conf *, int64_t now_us);
/* Why this one, which is due then, should go; false: it should not. */
bool recycle_reason(
    const struct conf *, int64_t resident, int64_t due_us, int64_t now_us, char *why, size_t size);
#endif
