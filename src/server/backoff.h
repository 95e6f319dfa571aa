#ifndef MOTET_SERVER_BACKOFF_H
#define MOTET_SERVER_BACKOFF_H
#include <stdint.h>
/*
 * Pauses that double from 0.1 s to 30 s, each a quarter longer or shorter by chance, so that what
 * failed together does not come back together.
 */
struct backoff {
	int fails; /* in a row; 0: all is well */
};
/* Count one more failure; returns when to try again (clock_us()). */
int64_t backoff_next(struct backoff *, int64_t now_us);
/* n, a tenth more or less, so that what was born together does not end together. */
int64_t backoff_jitter(int64_t n);
#endif
