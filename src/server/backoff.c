#include "server/backoff.h"
#include <sys/random.h>

enum { BACKOFF_FIRST_US = 100000, BACKOFF_LONGEST_US = 30000000 };

int64_t backoff_next(struct backoff *b, int64_t now_us)
{
	int64_t pause = BACKOFF_FIRST_US;
	uint32_t r;

	for (int i = 0; i < b->fails && pause < BACKOFF_LONGEST_US; i++)
		pause *= 2;
	if (pause > BACKOFF_LONGEST_US)
		pause = BACKOFF_LONGEST_US;
	b->fails++;
	if (getrandom(&r, sizeof r, 0) != sizeof r)
		r = 0;
	return now_us + pause * 3 / 4 + (int64_t)(r % (uint32_t)(pause / 2));
}

int64_t backoff_jitter(int64_t n)
{
	uint64_t r = 0;

	if (n < 10 || getrandom(&r, sizeof r, 0) != sizeof r)
		return n;
	return n - n / 10 + (int64_t)(r % (uint64_t)(n / 5 + 1));
}
