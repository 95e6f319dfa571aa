#include "core/fit.h"
#include "core/identity.h"
#include "core/schema.h"

static bool known_to_fit;

void fit_forget(void)
{
	known_to_fit = false;
}

void fit_remember(void)
{
	known_to_fit = true;
}

enum err fit_check(struct cx *cx)
{
	struct server_key *k;

	if (known_to_fit)
		return OK;
	TRY(schema_check_version(cx));
	TRY(identity_current(cx, &k));
	TRY(identity_check_secret(cx, k));
	known_to_fit = cx->ca != NULL;
	return OK;
}
