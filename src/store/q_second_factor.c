#include "store/q_second_factor.h"
#include "store/q_second_factor.sql.h"
#include "store/run.h"

const struct stmt *const q_second_factor_stmts[] = STATEMENTS;

struct whose {
	int64_t actor_id;
};
struct outcome {
	bool done;
};
struct confirmed {
	bool done;
	int64_t told;
};
struct recovered {
	bool done, used;
};
struct ended {
	int64_t ended, told;
};
ROW(whose, F_I64(whose, actor_id));
ROW(second_factor, F_BLOB(second_factor, sealed), F_I64(second_factor, created_at),
    F_I64(second_factor, confirmed_at), F_I64(second_factor, recovery_codes));
ROW(outcome, F_BOOL(outcome, done));
ROW(confirmed, F_BOOL(confirmed, done), F_I64(confirmed, told));
ROW(recovered, F_BOOL(recovered, done), F_BOOL(recovered, used));
ROW(ended, F_I64(ended, ended), F_I64(ended, told));

enum err q_second_factor_enrol(struct cx *cx, int64_t actor_id, struct blob sealed, bool *done)
{
	const struct arg a[] = { arg_i64(cx, actor_id), arg_blob(sealed) };
	struct whose *w = NULL;

	TRY(RUN(cx, &sql_second_factor_enrol, a, &whose_shape, &w, NULL));
	*done = w != NULL;
	return OK;
}

enum err q_second_factor_find(struct cx *cx, int64_t actor_id, struct second_factor **out)
{
	const struct arg a[] = { arg_i64(cx, actor_id) };

	*out = NULL;
	return RUN(cx, &sql_second_factor_find, a, &second_factor_shape, out, NULL);
}

enum err q_second_factor_confirm(
    struct cx *cx, const struct second_factor_confirmation *c, bool *done)
{
	const struct arg a[] = { arg_i64(cx, c->actor_id), arg_blob(c->sealed),
		arg_i64(cx, c->step), arg_blobs(cx, c->hashes, c->n), arg_str(c->session_id) };
	struct confirmed *o;

	TRY(RUN(cx, &sql_second_factor_confirm, a, &confirmed_shape, &o, NULL));
	*done = o->done;
	return OK;
}

enum err q_second_factor_spend(struct cx *cx, int64_t actor_id, struct blob sealed, int64_t step,
    struct blob attempt, bool *done)
{
	const struct arg a[] = { arg_i64(cx, actor_id), arg_blob(sealed), arg_i64(cx, step),
		arg_blob(attempt) };
	struct outcome *o;

	TRY(RUN(cx, &sql_second_factor_spend, a, &outcome_shape, &o, NULL));
	*done = o->done;
	return OK;
}

enum err q_second_factor_recover(
    struct cx *cx, int64_t actor_id, struct blob hash, struct blob attempt, bool *done, bool *used)
{
	const struct arg a[] = { arg_i64(cx, actor_id), arg_blob(hash), arg_blob(attempt) };
	struct recovered *o;

	TRY(RUN(cx, &sql_second_factor_recovery_spend, a, &recovered_shape, &o, NULL));
	*done = o->done;
	*used = o->used;
	return OK;
}

enum err q_second_factor_codes(struct cx *cx, int64_t actor_id, const struct blob *hashes, size_t n,
    struct str session_id, bool *done)
{
	const struct arg a[] = { arg_i64(cx, actor_id), arg_blobs(cx, hashes, n),
		arg_str(session_id) };
	struct outcome *o;

	TRY(RUN(cx, &sql_second_factor_recovery_new, a, &outcome_shape, &o, NULL));
	*done = o->done;
	return OK;
}

enum err q_second_factor_end(
    struct cx *cx, int64_t actor_id, struct str session_id, struct str event, int64_t *ended)
{
	const struct arg a[] = { arg_i64(cx, actor_id), arg_str(session_id), arg_str(event) };
	struct ended *o;

	TRY(RUN(cx, &sql_second_factor_end, a, &ended_shape, &o, NULL));
	*ended = o->ended;
	return OK;
}
