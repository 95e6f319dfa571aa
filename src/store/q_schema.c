#include "store/q_schema.h"
#include "store/q_schema.sql.h"
#include "store/store_run.h"

const struct stmt *const q_schema_stmts[] = STATEMENTS;

struct schema_there {
	bool there;
};
ROW(schema_there, F_BOOL(schema_there, there));
ROW(schema_state, F_I64(schema_state, version), F_I64(schema_state, compat),
    F_I64(schema_state, now));
ROW(schema_item, F_I64(schema_item, version), F_STR(schema_item, checksum),
    F_I64(schema_item, applied_at));

enum err q_schema_state(struct cx *cx, struct schema_state **out)
{
	return store_run(cx, &sql_schema_state, NULL, 0, &schema_state_shape, (void **)out, NULL);
}

enum err q_schema_list(struct cx *cx, struct schema_item **out, size_t *n)
{
	return store_run(cx, &sql_schema_list, NULL, 0, &schema_item_shape, (void **)out, n);
}

enum err q_schema_exists(struct cx *cx, bool *there)
{
	struct schema_there *f;

	TRY(store_run(cx, &sql_schema_exists, NULL, 0, &schema_there_shape, (void **)&f, NULL));
	*there = f->there;
	return OK;
}

enum err q_schema_lock(struct cx *cx)
{
	return store_run(cx, &sql_schema_lock, NULL, 0, NULL, NULL, NULL);
}

enum err q_schema_try_write(struct cx *cx)
{
	return store_run(cx, &sql_schema_try_write, NULL, 0, NULL, NULL, NULL);
}

enum err q_schema_grant(struct cx *cx, struct str role)
{
	const struct arg a[] = { arg_str(role) };

	return STORE_RUN(cx, &sql_schema_grant, a, NULL, NULL, NULL);
}
