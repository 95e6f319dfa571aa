#include "store/q_event.h"
#include "store/q_event.sql.h"
#include "store/run.h"

const struct stmt *const q_event_stmts[] = STATEMENTS;

ROW(event, F_I64(event, seq), F_STR(event, namespace), F_I64(event, op), F_STR(event, name), F_STR(event, data), F_I64(event, serial),
    F_BLOB(event, cert), F_I64(event, invalidated_at), F_BLOB(event, server_cert), F_I64(event, old_ended_at), F_I64(event, now),
    F_I64(event, signer));

enum err q_event_list(struct cx *cx, struct str key, int64_t after, struct event **out, size_t *n)
{
	const struct arg a[] = { arg_str(key), arg_i64(cx, after) };

	return RUN(cx, &event_list, a, &event_shape, out, n);
}
