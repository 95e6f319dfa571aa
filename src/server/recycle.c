#include "server/recycle.h"
#include "server/backoff.h"

int64_t recycle_due(const struct conf *c, int64_t now_us)
{
	return c->max_age ? now_us + backoff_jitter(c->max_age * INT64_C(1000000)) : INT64_MAX;
}

bool recycle_reason(
    const struct conf *c, int64_t resident, int64_t due_us, int64_t now_us, char *why, size_t size)
{
	if (resident > c->max_rss)
		snprintf(
		    why, size, "it has grown to %lld MiB (max_rss)", (long long)(resident >> 20));
	else if (now_us >= due_us)
		snprintf(why, size, "it is old (max_age)");
	else
		return false;
	return true;
}
