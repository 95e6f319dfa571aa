#include "core/resend.h"
#include "base/clock.h"
#include <unistd.h>

enum { RESEND_PATIENCE_US = 2000 * 1000, RESEND_NAP_US = 50 * 1000 };

bool resend_again(struct resend *s, enum err e)
{
	if (e == ERR_UNCERTAIN && !s->doubt)
		*s = (struct resend){ true, clock_us() + RESEND_PATIENCE_US };
	if (!s->doubt || (e != ERR_UNCERTAIN && e != ERR_UNAVAILABLE && e != ERR_RETRY))
		return false;
	if (clock_us() >= s->until_us)
		return false;
	usleep(RESEND_NAP_US);
	return true;
}
