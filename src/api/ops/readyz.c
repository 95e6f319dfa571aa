#include "api/common/render.h"
#include "api/routes.h"
#include "base/clock.h"
#include "core/identity.h"
#include "core/schema.h"

/* The identity is ours, and can sign: once known, of a key this stays so. */
static enum err signs(struct cx *cx)
{
	static int64_t proven;
	struct server_key *k;

	TRY(identity_current(cx, &k));
	if (k->serial == proven)
		return OK;
	TRY(identity_prove(cx, k));
	proven = k->serial;
	return OK;
}

static enum err look(struct cx *cx)
{
	TRY(schema_fits(cx));
	return signs(cx);
}

/* The database answers, its schema is one for this program, and the identity: found out once a
 * second at most, since anybody may ask without limit. */
static enum err ready(struct cx *cx)
{
	static struct {
		int64_t until_us;
		enum err err;
		struct fail why;
	} last;
	enum { A_SECOND = 1000000 };

	if (clock_us() >= last.until_us) {
		last.err = look(cx);
		last.why = cx->why;
		last.until_us = clock_us() + A_SECOND;
	}
	cx->why = last.why;
	return last.err;
}

enum err ops_get_readyz(struct call *c)
{
	TRY(ready(c->cx));
	return reply_text(c, 200, "application/json", STR("{\"status\":\"ready\"}"));
}
