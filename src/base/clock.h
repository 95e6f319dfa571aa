#ifndef MOTET_BASE_CLOCK_H
#define MOTET_BASE_CLOCK_H
#include <stdint.h>
#include <time.h>
/* Two clocks: monotonic microseconds for durations and deadlines, seconds since 1970 for what is
 * written down. */
static inline int64_t clock_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}
static inline int64_t clock_now(void)
{
	return (int64_t)time(NULL);
}
#endif
