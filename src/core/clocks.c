#include "core/clocks.h"
#include "base/clock.h"
#include "signer/signer.h"
#include "store/q_key_trial.h"

enum { CLOCKS_FRESH_US = 1000 * 1000 };

enum err clocks_compare(struct cx *cx, int64_t database_now)
{
	int64_t ahead = database_now - clock_now();

	if (ahead <= SIGNER_SKEW && ahead >= -SIGNER_SKEW)
		return OK;
	return fail(cx, ERR_CLOCKS,
	    "the database's clock is %lld seconds %s this host's clock: synchronise both",
	    (long long)(ahead < 0 ? -ahead : ahead), ahead < 0 ? "behind" : "ahead of");
}

enum err clocks_take_time(struct cx *cx, int64_t database_now)
{
	TRY(clocks_compare(cx, database_now));
	cx->now = database_now;
	return OK;
}

/* Only agreement is remembered, so that a corrected clock is noticed at once. */
enum err clocks_check(struct cx *cx)
{
	static int64_t agreed_until_us;
	int64_t now;

	if (clock_us() < agreed_until_us || q_key_trial_clock(cx, &now) != OK)
		return OK;
	TRY(clocks_compare(cx, now));
	agreed_until_us = clock_us() + CLOCKS_FRESH_US;
	return OK;
}
