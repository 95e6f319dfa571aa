#include "store/store_run.h"

static const struct {
	const char *constraint;
	enum err err;
} constraint_errors[] = {
	{ "idcert_session", ERR_SESSION_ID_IN_USE },
	{ "idcert_public_key", ERR_KEY_IN_USE },
	{ "serial_used_pkey", ERR_CONFLICT }, /* the caller draws another serial */
	/* another request takes the name at this moment: a second attempt will find the name
	 * taken */
	{ "actor_local_name", ERR_RETRY },
	{ "keymaterial_pkey", ERR_CONFLICT },
	/* two requests upload the same KeyPackage, or a last resort, at the same moment */
	{ "key_package_init", ERR_RETRY },
	{ "key_package_last", ERR_RETRY },
	{ "motet_key_package_reused", ERR_BAD_REQUEST },
	{ "motet_key_package_stock", ERR_TOO_MANY },
	{ "server_key_current", ERR_CONFLICT },
	/* two log-ins to one session happen at the same time: the caller tries again */
	{ "session_live", ERR_CONFLICT },
	{ "foreign_session_live", ERR_CONFLICT },
};

enum err store_run(struct cx *cx, const struct stmt *st, const struct arg *a, size_t na,
    const struct shape *sh, void **out, size_t *n)
{
	enum err e = db_run(cx, st, a, na, sh, out, n);

	if (e != ERR_CONFLICT)
		return e;
	for (size_t i = 0; i < sizeof constraint_errors / sizeof constraint_errors[0]; i++)
		if (str_is(str_of(db_constraint(cx)), constraint_errors[i].constraint))
			return cx->why.err = constraint_errors[i].err;
	return fail(cx, ERR_INTERNAL, "%s: constraint %s", st->name, db_constraint(cx));
}

bool store_run_pause(struct cx *cx, int64_t us)
{
	return db_pause(cx, us);
}
