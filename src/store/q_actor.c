#include "store/q_actor.h"
#include "store/q_actor.sql.h"
#include "store/store_run.h"

const struct stmt *const q_actor_stmts[] = STATEMENTS;

struct actor_id_row {
	int64_t id;
};
ROW(actor_id_row, F_I64(actor_id_row, id));
ROW(unused_actor, F_I64(unused_actor, id), F_STR(unused_actor, password));
ROW(actor_ref, F_I64(actor_ref, id), F_STR(actor_ref, local_name));
ROW(actor_login, F_I64(actor_login, id), F_STR(actor_login, password), F_BLOB(actor_login, totp),
    F_I64(actor_login, now));
ROW(actor_item, F_I64(actor_item, id), F_STR(actor_item, local_name), F_BOOL(actor_item, admin),
    F_I64(actor_item, created_at), F_I64(actor_item, deactivated_at), F_I64(actor_item, sessions),
    F_I64(actor_item, certificates), F_BOOL(actor_item, totp));

static enum err change_actor(
    struct cx *cx, const struct stmt *st, const struct arg *a, size_t n, int64_t *id)
{
	struct actor_id_row *i = NULL;

	TRY(store_run(cx, st, a, n, &actor_id_row_shape, (void **)&i, NULL));
	*id = i ? i->id : 0;
	return OK;
}

enum err q_actor_unused(struct cx *cx, struct str local, struct unused_actor **out)
{
	const struct arg a[] = { arg_str(local) };

	*out = NULL;
	return STORE_RUN(cx, &sql_actor_unused, a, &unused_actor_shape, out, NULL);
}

enum err q_actor_find(struct cx *cx, int64_t id, struct str local, struct actor_ref **out)
{
	const struct arg a[] = { arg_i64(cx, local.s ? 0 : id), arg_str(local) };

	*out = NULL;
	return STORE_RUN(cx, &sql_actor_find, a, &actor_ref_shape, out, NULL);
}

enum err q_actor_insert(
    struct cx *cx, struct str local, struct str password, bool admin, int64_t *id)
{
	const struct arg a[] = { arg_str(local), arg_str(password), arg_bool(admin) };

	return change_actor(cx, &sql_actor_insert, a, 3, id);
}

enum err q_actor_login(struct cx *cx, struct str local, struct actor_login **out)
{
	const struct arg a[] = { arg_str(local) };

	return STORE_RUN(cx, &sql_actor_login, a, &actor_login_shape, out, NULL);
}

enum err q_actor_set_password(struct cx *cx, struct str local, struct str password, int64_t *id)
{
	const struct arg a[] = { arg_str(local), arg_str(password) };

	return change_actor(cx, &sql_actor_set_password, a, 2, id);
}

enum err q_actor_rehash(
    struct cx *cx, struct str local, struct str old, struct str newer, int64_t *id)
{
	const struct arg a[] = { arg_str(local), arg_str(old), arg_str(newer) };

	return change_actor(cx, &sql_actor_rehash, a, 3, id);
}

enum err q_actor_set_admin(struct cx *cx, struct str local, bool admin, int64_t *id)
{
	const struct arg a[] = { arg_str(local), arg_bool(admin) };

	return change_actor(cx, &sql_actor_set_admin, a, 2, id);
}

enum err q_actor_deactivate(struct cx *cx, struct str local, int64_t *id)
{
	const struct arg a[] = { arg_str(local) };

	return change_actor(cx, &sql_actor_deactivate, a, 1, id);
}

enum err q_actor_list(struct cx *cx, struct str local, struct actor_item **out, size_t *n)
{
	const struct arg a[] = { arg_str(local) };

	return STORE_RUN(cx, &sql_actor_list, a, &actor_item_shape, out, n);
}
