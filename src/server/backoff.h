#ifndef MOTET_SERVER_BACKOFF_H
#define MOTET_SERVER_BACKOFF_H
#include <stdint.h>
/* Pauses between retries: they double from 0.1 s to 30 s. Each pause is randomly up to a quarter
 * longer or shorter, so that processes that failed together do not retry together. */
struct backoff {
	int fails; /* failures in a row; the caller sets this to 0 after a success */
};
/* Count one more failure; returns when to retry (clock_us()). */
int64_t backoff_next(struct backoff *, int64_t now_us);
/* Return n, changed at random by up to a tenth, so that workers that were started together are not
 * replaced together. */
int64_t backoff_jitter(int64_t n);
#endif
