#include "core/resend.h"
#include "base/clock.h"
#include "store/store_run.h"

enum { RESEND_PATIENCE_US = 2000 * 1000, RESEND_NAP_US = 50 * 1000 };

static bool is_answer(enum err e)
{
	return e != ERR_UNCERTAIN && e != ERR_UNAVAILABLE && e != ERR_RETRY;
}

bool resend_again(struct cx *cx, struct resend *s, enum err *e)
{
	if (*e == ERR_UNCERTAIN && !s->doubt)
		*s = (struct resend){ true, false, clock_us() + RESEND_PATIENCE_US };
	if (!s->doubt)
		return false;
	if (is_answer(*e)) {
		bool first = !s->answered;
		s->answered = true;
		return first;
	}
	s->answered &= *e != ERR_UNCERTAIN;
	if (clock_us() < s->until_us && store_run_pause(cx, RESEND_NAP_US))
		return true;
	cx->why.err = *e = ERR_UNCERTAIN;
	return false;
}
