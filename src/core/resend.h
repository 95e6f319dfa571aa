#ifndef MOTET_CORE_RESEND_H
#define MOTET_CORE_RESEND_H
#include "base/cx.h"
/*
 * A statement that writes, sent until it is known what became of it. After ERR_UNCERTAIN it may
 * have been done or not; the caller sends the very same again, and knows by something in it (a
 * serial, a hash) what an earlier try of its own has done:
 *
 *	struct resend s = { .doubt = false };
 *	do
 *		e = q_…(cx, …);
 *	while (resend_again(&s, e));
 *
 * While there is doubt, a database that is away is waited for, some two seconds in all: whoever
 * gets an error then would have to guess.
 */
struct resend {
	bool doubt; /* an earlier try may have been done */
	int64_t until_us;
};
/* Send it again? Waits a moment before it says so. */
bool resend_again(struct resend *, enum err);
#endif
