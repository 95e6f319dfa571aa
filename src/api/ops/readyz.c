#include "api/common/render.h"
#include "api/routes.h"
#include "base/clock.h"
#include "core/ready.h"

/* Readiness is checked at most once a second, since /readyz has no rate limit. */
static enum err check_readiness_cached(struct cx *cx)
{
	static struct {
		int64_t until_us;
		enum err err;
		struct fail why;
	} last;
	enum { A_SECOND = 1000000 };

	if (clock_us() >= last.until_us) {
		last.err = cx->board ? ready_check_and_log(cx) : ready_check(cx);
		last.why = cx->why;
		last.until_us = clock_us() + A_SECOND;
	}
	cx->why = last.why;
	return last.err;
}

enum err ops_get_readyz(struct call *c)
{
	TRY(check_readiness_cached(c->cx));
	return reply_text(c, 200, "application/json", STR("{\"status\":\"ready\"}"));
}
