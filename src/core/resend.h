#ifndef MOTET_CORE_RESEND_H
#define MOTET_CORE_RESEND_H
#include "base/cx.h"
/*
 * Send a writing statement until its outcome is known. After ERR_UNCERTAIN the statement may or may
 * not be committed; the caller sends the same statement again, which recognises the result of an
 * earlier try by a value in it (a serial number, a hash):
 *
 *	struct resend s = { .doubt = false };
 *	do
 *		e = q_…(cx, …);
 *	while (resend_again(cx, &s, &e));
 *
 * An earlier try may still be running when the next try begins. The next try then waits for the
 * locks of the earlier try, but the snapshot of the next try is older than the commit of the
 * earlier try and does not show its result. Therefore the first answer after a lost one is not
 * trusted: the statement is sent once more, and that answer counts.
 *
 * While the outcome is unknown, an unavailable database is waited for, about two seconds in total.
 * If the database stays unavailable, *e becomes ERR_UNCERTAIN: the client learns that its request
 * may have taken effect.
 */
struct resend {
	bool doubt;    /* an earlier try, whose answer was lost, may be committed */
	bool answered; /* a try after the lost one got an answer */
	int64_t until_us;
};
/* Should the statement be sent again? Waits 50 ms if the database did not answer. */
bool resend_again(struct cx *, struct resend *, enum err *);
#endif
