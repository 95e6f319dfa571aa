#ifndef MOTET_CORE_RESEND_H
#define MOTET_CORE_RESEND_H
#include "base/cx.h"
/*
 * Send a writing statement until its outcome is known. After ERR_UNCERTAIN it may or may not be
 * committed; the caller sends the same statement again, which recognises the result of an earlier
 * attempt by a value in it (a serial, a hash):
 *
 *	struct resend s = { .doubt = false };
 *	do
 *		e = q_…(cx, …);
 *	while (resend_again(&s, e));
 *
 * While the outcome is unknown, an unavailable database is waited for, about two seconds in total.
 */
struct resend {
	bool doubt; /* an earlier attempt may be committed */
	int64_t until_us;
};
/* Whether to send it again; waits 50 ms before it returns true. */
bool resend_again(struct resend *, enum err);
#endif
