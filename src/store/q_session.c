#include "store/q_session.h"
#include "store/q_session.sql.h"
#include "store/store_run.h"

const struct stmt *const q_session_stmts[] = STATEMENTS;

struct foreign_sessions_ended {
	int64_t ended, told;
};
struct home_session_ended {
	int64_t serial;
};
ROW(foreign_sessions_ended, F_I64(foreign_sessions_ended, ended),
    F_I64(foreign_sessions_ended, told));
ROW(home_session_ended, F_I64(home_session_ended, serial));
ROW(session, F_I64(session, actor_id), F_STR(session, serial_text), F_STR(session, local_name),
    F_STR(session, fid), F_STR(session, domain), F_STR(session, session_id), F_BOOL(session, admin),
    F_I64(session, not_after), F_STR(session, password), F_BLOB(session, totp), F_STR(session, key),
    F_I64(session, now), F_BOOL(session, unconfirmed), F_STR(session, ended_why));
ROW(session_item, F_STR(session_item, local_name), F_STR(session_item, session_id),
    F_I64(session_item, serial), F_I64(session_item, created_at), F_I64(session_item, not_after));
ROW(own_session, F_STR(own_session, session_id), F_STR(own_session, serial),
    F_I64(own_session, created_at), F_I64(own_session, not_after));

static enum err read_home_serial(struct cx *cx, struct session *s)
{
	if (s && s->actor_id && !str_i64(s->serial_text, &s->serial))
		return fail(cx, ERR_INTERNAL, "the serial number of a session is not a number");
	return OK;
}

enum err q_session_find(struct cx *cx, struct blob hash, bool password, struct session **out)
{
	const struct arg a[] = { arg_blob(hash), arg_bool(password) };

	*out = NULL;
	TRY(STORE_RUN(cx, &sql_session_find, a, &session_shape, out, NULL));
	return read_home_serial(cx, *out);
}

enum err q_session_find_rotated(struct cx *cx, struct blob hash, struct session **out)
{
	const struct arg a[] = { arg_blob(hash) };

	*out = NULL;
	TRY(STORE_RUN(cx, &sql_session_find_rotated, a, &session_shape, out, NULL));
	if (*out)
		(*out)->rotated = true;
	return read_home_serial(cx, *out);
}

enum err q_session_end(struct cx *cx, int64_t actor_id, struct str session_id, int64_t *ended)
{
	const struct arg a[] = { arg_i64(cx, actor_id), arg_str(session_id) };
	struct home_session_ended *e;

	TRY(STORE_RUN(cx, &sql_session_end, a, &home_session_ended_shape, &e, NULL));
	*ended = e->serial != 0;
	return OK;
}

enum err q_session_end_foreign(
    struct cx *cx, struct str fid, struct str session_id, struct str event, int64_t *ended)
{
	const struct arg a[] = { arg_str(fid), arg_str(session_id), arg_str(event) };
	struct foreign_sessions_ended *c;

	TRY(STORE_RUN(cx, &sql_session_end_foreign, a, &foreign_sessions_ended_shape, &c, NULL));
	*ended = c->ended;
	return OK;
}

enum err q_session_list(struct cx *cx, int64_t actor_id, struct session_item **out, size_t *n)
{
	const struct arg a[] = { arg_i64(cx, actor_id) };

	return STORE_RUN(cx, &sql_session_list, a, &session_item_shape, out, n);
}

enum err q_session_list_own(
    struct cx *cx, int64_t actor_id, struct str fid, struct own_session **out, size_t *n)
{
	const struct arg a[] = { arg_i64(cx, actor_id), arg_str(fid) };

	return STORE_RUN(cx, &sql_session_list_own, a, &own_session_shape, out, n);
}
