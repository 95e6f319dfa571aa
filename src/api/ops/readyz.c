#include "api/common/render.h"
#include "api/routes.h"
#include "base/clock.h"
#include "core/identity.h"
#include "core/schema.h"

/* Can we sign with the current identity key? Checked once for each key. */
static enum err check_signing(struct cx *cx)
{
	static int64_t proven;
	struct server_key *k;

	TRY(identity_current(cx, &k));
	if (k->serial == proven)
		return OK;
	TRY(identity_check_secret(cx, k));
	proven = k->serial;
	return OK;
}

static enum err check_readiness(struct cx *cx)
{
	TRY(schema_check_version(cx));
	return check_signing(cx);
}

/*
 * The database answers, the schema fits this program, and the signer can sign: checked at most once
 * a second, since /readyz has no rate limit.
 */
static enum err check_readiness_cached(struct cx *cx)
{
	static struct {
		int64_t until_us;
		enum err err;
		struct fail why;
	} last;
	enum { A_SECOND = 1000000 };

	if (clock_us() >= last.until_us) {
		last.err = check_readiness(cx);
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
