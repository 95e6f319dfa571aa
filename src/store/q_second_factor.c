#include "store/q_second_factor.h"
#include "store/q_second_factor.sql.h"
#include "store/store_run.h"

const struct stmt *const q_second_factor_stmts[] = STATEMENTS;

struct enrolled_actor {
	int64_t actor_id;
};
struct factor_outcome {
	bool done;
};
struct factor_confirmed {
	bool done;
	int64_t told;
};
struct recovery_spent {
	bool done, used;
};
struct factor_ended {
	int64_t ended, told;
};
ROW(enrolled_actor, F_I64(enrolled_actor, actor_id));
ROW(second_factor_row, F_BLOB(second_factor_row, sealed), F_I64(second_factor_row, created_at),
    F_I64(second_factor_row, confirmed_at), F_I64(second_factor_row, recovery_codes));
ROW(factor_outcome, F_BOOL(factor_outcome, done));
ROW(factor_confirmed, F_BOOL(factor_confirmed, done), F_I64(factor_confirmed, told));
ROW(recovery_spent, F_BOOL(recovery_spent, done), F_BOOL(recovery_spent, used));
ROW(factor_ended, F_I64(factor_ended, ended), F_I64(factor_ended, told));

enum err q_second_factor_enrol(struct cx *cx, int64_t actor_id, struct blob sealed, bool *done)
{
	const struct arg a[] = { arg_i64(cx, actor_id), arg_blob(sealed) };
	struct enrolled_actor *w = NULL;

	TRY(STORE_RUN(cx, &sql_second_factor_enrol, a, &enrolled_actor_shape, &w, NULL));
	*done = w != NULL;
	return OK;
}

enum err q_second_factor_find(struct cx *cx, int64_t actor_id, struct second_factor_row **out)
{
	const struct arg a[] = { arg_i64(cx, actor_id) };

	*out = NULL;
	return STORE_RUN(cx, &sql_second_factor_find, a, &second_factor_row_shape, out, NULL);
}

enum err q_second_factor_confirm(
    struct cx *cx, const struct second_factor_confirmation *c, bool *done)
{
	const struct arg a[] = { arg_i64(cx, c->actor_id), arg_blob(c->sealed),
		arg_i64(cx, c->step), arg_blobs(cx, c->hashes, c->n), arg_str(c->session_id) };
	struct factor_confirmed *o;

	TRY(STORE_RUN(cx, &sql_second_factor_confirm, a, &factor_confirmed_shape, &o, NULL));
	*done = o->done;
	return OK;
}

enum err q_second_factor_spend(struct cx *cx, int64_t actor_id, struct blob sealed, int64_t step,
    struct blob attempt, bool *done)
{
	const struct arg a[] = { arg_i64(cx, actor_id), arg_blob(sealed), arg_i64(cx, step),
		arg_blob(attempt) };
	struct factor_outcome *o;

	TRY(STORE_RUN(cx, &sql_second_factor_spend, a, &factor_outcome_shape, &o, NULL));
	*done = o->done;
	return OK;
}

enum err q_second_factor_spend_recovery(
    struct cx *cx, int64_t actor_id, struct blob hash, struct blob attempt, bool *done, bool *used)
{
	const struct arg a[] = { arg_i64(cx, actor_id), arg_blob(hash), arg_blob(attempt) };
	struct recovery_spent *o;

	TRY(STORE_RUN(cx, &sql_second_factor_spend_recovery, a, &recovery_spent_shape, &o, NULL));
	*done = o->done;
	*used = o->used;
	return OK;
}

enum err q_second_factor_replace_codes(struct cx *cx, int64_t actor_id, const struct blob *hashes,
    size_t n, struct str session_id, bool *done)
{
	const struct arg a[] = { arg_i64(cx, actor_id), arg_blobs(cx, hashes, n),
		arg_str(session_id) };
	struct factor_outcome *o;

	TRY(STORE_RUN(cx, &sql_second_factor_replace_codes, a, &factor_outcome_shape, &o, NULL));
	*done = o->done;
	return OK;
}

enum err q_second_factor_end(
    struct cx *cx, int64_t actor_id, struct str session_id, struct str event, int64_t *ended)
{
	const struct arg a[] = { arg_i64(cx, actor_id), arg_str(session_id), arg_str(event) };
	struct factor_ended *o;

	TRY(STORE_RUN(cx, &sql_second_factor_end, a, &factor_ended_shape, &o, NULL));
	*ended = o->ended;
	return OK;
}
