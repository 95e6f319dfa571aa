#include "store/q_throttle.h"
#include "store/q_throttle.sql.h"
#include "store/run.h"

const struct stmt *const q_throttle_stmts[] = STATEMENTS;

struct wait {
	int64_t wait;
};
struct guess {
	int64_t wait;
	bool known;
};
ROW(wait, F_I64(wait, wait));
ROW(guess, F_I64(guess, wait), F_BOOL(guess, known));

enum err q_throttle_try(struct cx *cx, const struct budget *own, const struct budget *shared,
    struct blob known, int64_t *wait)
{
	const struct arg a[] = { arg_blob(own->key), arg_i64(cx, own->cost_ms),
		arg_i64(cx, own->burst), arg_blob(shared->key), arg_i64(cx, shared->cost_ms),
		arg_i64(cx, shared->burst), arg_blob(known) };
	struct wait *w;

	TRY(RUN(cx, &sql_throttle_try, a, &wait_shape, &w, NULL));
	*wait = w->wait;
	return OK;
}

enum err q_throttle_guess(struct cx *cx, const struct budget *own, struct blob strangers,
    struct blob known, int64_t *wait, bool *is_known)
{
	const struct arg a[] = { arg_blob(own->key), arg_blob(strangers), arg_blob(known),
		arg_i64(cx, own->cost_ms), arg_i64(cx, own->burst) };
	struct guess *g;

	TRY(RUN(cx, &sql_throttle_guess, a, &guess_shape, &g, NULL));
	*wait = g->wait;
	*is_known = g->known;
	return OK;
}

enum err q_throttle_wrong(struct cx *cx, const struct budget *shared)
{
	const struct arg a[] = { arg_blob(shared->key), arg_i64(cx, shared->cost_ms),
		arg_i64(cx, shared->burst) };

	return RUN(cx, &sql_throttle_wrong, a, NULL, NULL, NULL);
}

enum err q_throttle_right(struct cx *cx, struct blob own, struct blob known, int64_t seconds)
{
	const struct arg a[] = { arg_blob(own), arg_blob(known), arg_i64(cx, seconds) };

	return RUN(cx, &sql_throttle_right, a, NULL, NULL, NULL);
}
