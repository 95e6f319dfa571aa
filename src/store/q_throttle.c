#include "store/q_throttle.h"
#include "store/q_throttle.sql.h"
#include "store/store_run.h"

const struct stmt *const q_throttle_stmts[] = STATEMENTS;

struct throttle_wait {
	int64_t wait;
};
struct throttle_guess_result {
	int64_t wait;
	bool known;
};
ROW(throttle_wait, F_I64(throttle_wait, wait));
ROW(throttle_guess_result, F_I64(throttle_guess_result, wait),
    F_BOOL(throttle_guess_result, known));

enum err q_throttle_try(struct cx *cx, const struct throttle_budget *own,
    const struct throttle_budget *shared, struct blob known, int64_t *wait)
{
	const struct arg a[] = { arg_blob(own->key), arg_i64(cx, own->cost_ms),
		arg_i64(cx, own->burst), arg_blob(shared->key), arg_i64(cx, shared->cost_ms),
		arg_i64(cx, shared->burst), arg_blob(known) };
	struct throttle_wait *w;

	TRY(STORE_RUN(cx, &sql_throttle_try, a, &throttle_wait_shape, &w, NULL));
	*wait = w->wait;
	return OK;
}

enum err q_throttle_guess(struct cx *cx, const struct throttle_budget *own, struct blob strangers,
    struct blob known, int64_t *wait, bool *is_known)
{
	const struct arg a[] = { arg_blob(own->key), arg_blob(strangers), arg_blob(known),
		arg_i64(cx, own->cost_ms), arg_i64(cx, own->burst) };
	struct throttle_guess_result *g;

	TRY(STORE_RUN(cx, &sql_throttle_guess, a, &throttle_guess_result_shape, &g, NULL));
	*wait = g->wait;
	*is_known = g->known;
	return OK;
}

enum err q_throttle_record_wrong(struct cx *cx, const struct throttle_budget *shared)
{
	const struct arg a[] = { arg_blob(shared->key), arg_i64(cx, shared->cost_ms),
		arg_i64(cx, shared->burst) };

	return STORE_RUN(cx, &sql_throttle_record_wrong, a, NULL, NULL, NULL);
}

enum err q_throttle_record_right(struct cx *cx, struct blob own, struct blob known, int64_t seconds)
{
	const struct arg a[] = { arg_blob(own), arg_blob(known), arg_i64(cx, seconds) };

	return STORE_RUN(cx, &sql_throttle_record_right, a, NULL, NULL, NULL);
}
