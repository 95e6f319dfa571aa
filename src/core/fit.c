#include "core/fit.h"
#include "core/identity.h"
#include "core/schema.h"
#include "store/q_doctor.h"

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

enum err fit_count_connections(struct cx *cx, int64_t *n)
{
	struct doctor_connections *k;

	TRY(q_doctor_connections(cx, &k));
	*n = k->room;
	return OK;
}
