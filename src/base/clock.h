#ifndef MOTET_BASE_CLOCK_H
#define MOTET_BASE_CLOCK_H
#include <stdbool.h>
#include <stdint.h>
#include <time.h>
/*
 * Two clocks: clock_us() in monotonic microseconds, for durations and deadlines; clock_now() in
 * seconds since 1970, for times that are stored or sent.
 */
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
/* Has the time exactly 10 decimal digits? Some signed texts put times one after another without a
 * separator, so readers split such a text by this length. */
static inline bool clock_is_ten_digits(int64_t t)
{
	return t >= INT64_C(1000000000) && t <= INT64_C(9999999999);
}
#endif
