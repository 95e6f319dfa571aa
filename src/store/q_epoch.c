#include "store/q_epoch.h"
#include "store/q_epoch.sql.h"
#include "store/store_run.h"

const struct stmt *const q_epoch_stmts[] = STATEMENTS;

struct epoch_existence {
	bool there;
};
ROW(epoch_existence, F_BOOL(epoch_existence, there));
ROW(epoch_look, F_I64(epoch_look, number), F_STR(epoch_look, system_id),
    F_I64(epoch_look, timeline), F_STR(epoch_look, system_now), F_I64(epoch_look, timeline_now),
    F_BOOL(epoch_look, standby));
ROW(epoch_item, F_I64(epoch_item, number), F_STR(epoch_item, cause), F_STR(epoch_item, system_id),
    F_I64(epoch_item, timeline), F_I64(epoch_item, began_at), F_I64(epoch_item, first_event),
    F_I64(epoch_item, voided));
ROW(epoch_void, F_I64(epoch_void, epoch), F_STR(epoch_void, kind), F_STR(epoch_void, whose),
    F_I64(epoch_void, amount));

enum err q_epoch_exists(struct cx *cx, bool *there)
{
	struct epoch_existence *e;

	TRY(store_run(cx, &sql_epoch_exists, NULL, 0, &epoch_existence_shape, (void **)&e, NULL));
	*there = e->there;
	return OK;
}

enum err q_epoch_look(struct cx *cx, struct epoch_look **out)
{
	return store_run(cx, &sql_epoch_look, NULL, 0, &epoch_look_shape, (void **)out, NULL);
}

enum err q_epoch_begin(struct cx *cx, enum epoch_cause cause)
{
	static const struct stmt *const statements[] = {
		[EPOCH_TIMELINE] = &sql_epoch_timeline,
		[EPOCH_MOVED] = &sql_epoch_moved,
		[EPOCH_RESTORED] = &sql_epoch_restored,
		[EPOCH_RESTORED_KEEP] = &sql_epoch_restored_keep,
	};

	enum err e = db_script(cx, statements[cause]->sql);
	db_disconnect(cx->db);
	return e;
}

enum err q_epoch_list(struct cx *cx, struct epoch_item **out, size_t *n)
{
	return store_run(cx, &sql_epoch_list, NULL, 0, &epoch_item_shape, (void **)out, n);
}

enum err q_epoch_voids(struct cx *cx, int64_t number, struct epoch_void **out, size_t *n)
{
	const struct arg a[] = { arg_i64(cx, number) };

	return STORE_RUN(cx, &sql_epoch_voids, a, &epoch_void_shape, out, n);
}
