#include "store/q_event.h"
#include "store/q_event.sql.h"
#include "store/store_run.h"

const struct stmt *const q_event_stmts[] = STATEMENTS;

ROW(event, F_I64(event, seq), F_STR(event, namespace), F_I64(event, op), F_STR(event, name),
    F_STR(event, data), F_I64(event, serial), F_BLOB(event, cert), F_I64(event, invalidated_at),
    F_BLOB(event, server_cert), F_I64(event, old_ended_at), F_I64(event, now), F_I64(event, signer),
    F_I64(event, first));
ROW(event_item, F_STR(event_item, session_id), F_I64(event_item, seq), F_BOOL(event_item, fetched),
    F_STR(event_item, namespace), F_I64(event_item, op), F_STR(event_item, name),
    F_I64(event_item, serial), F_I64(event_item, created_at));

enum err q_event_list(struct cx *cx, struct str key, int64_t after, struct event **out, size_t *n)
{
	const struct arg a[] = { arg_str(key), arg_i64(cx, after) };

	return STORE_RUN(cx, &sql_event_list, a, &event_shape, out, n);
}

enum err q_event_list_of_actor(
    struct cx *cx, struct str local, struct str fid, struct event_item **out, size_t *n)
{
	const struct arg a[] = { arg_str(local), arg_str(fid) };

	return STORE_RUN(cx, &sql_event_list_of_actor, a, &event_item_shape, out, n);
}
