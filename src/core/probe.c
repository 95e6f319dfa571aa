#include "core/probe.h"
#include "crypto/token.h"
#include "store/q_probe.h"

enum { PROBE_TOKEN_KIND = 'p' };

enum err probe_new(struct cx *cx, struct str *token)
{
	uint8_t hash[TOKEN_HASH];

	*token = token_new(cx->mem, PROBE_TOKEN_KIND, hash);
	return q_probe_add(cx, (struct blob){ hash, sizeof hash });
}

enum err probe_take(struct cx *cx, struct str token)
{
	uint8_t hash[TOKEN_HASH];
	bool taken = false;

	if (token_ok(token, PROBE_TOKEN_KIND, hash))
		TRY(q_probe_take(cx, (struct blob){ hash, sizeof hash }, &taken));
	return taken ? OK : refuse(cx, ERR_NO_ROUTE, NULL, "%s", err_text(ERR_NO_ROUTE));
}

enum err probe_unused(struct cx *cx, struct str token, bool *unused)
{
	uint8_t hash[TOKEN_HASH];

	if (!token_ok(token, PROBE_TOKEN_KIND, hash))
		return fail(cx, ERR_INTERNAL, "not a probe token");
	TRY(q_probe_exists(cx, (struct blob){ hash, sizeof hash }, unused));
	return q_probe_clear(cx, (struct blob){ hash, sizeof hash });
}
