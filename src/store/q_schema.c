#include "store/q_schema.h"
#include "store/q_schema.sql.h"
#include "store/run.h"

const struct stmt *const q_schema_stmts[] = STATEMENTS;

struct flag {
	bool there;
};
ROW(flag, F_BOOL(flag, there));
ROW(schema_state, F_I64(schema_state, version), F_I64(schema_state, compat),
    F_I64(schema_state, now));
ROW(schema_item, F_I64(schema_item, version), F_STR(schema_item, checksum),
    F_I64(schema_item, applied_at));

enum err q_schema_state(struct cx *cx, struct schema_state **out)
{
	return run(cx, &sql_schema_state, NULL, 0, &schema_state_shape, (void **)out, NULL);
}

enum err q_schema_list(struct cx *cx, struct schema_item **out, size_t *n)
{
	return run(cx, &sql_schema_list, NULL, 0, &schema_item_shape, (void **)out, n);
}

enum err q_schema_exists(struct cx *cx, bool *there)
{
	struct flag *f;

	TRY(run(cx, &sql_schema_exists, NULL, 0, &flag_shape, (void **)&f, NULL));
	*there = f->there;
	return OK;
}

enum err q_schema_lock(struct cx *cx)
{
	return run(cx, &sql_schema_lock, NULL, 0, NULL, NULL, NULL);
}

enum err q_schema_grant(struct cx *cx, struct str role)
{
	const struct arg a[] = { arg_str(role) };

	return RUN(cx, &sql_schema_grant, a, NULL, NULL, NULL);
}
