#include "store/q_throttle.h"
#include "store/q_throttle.sql.h"
#include "store/run.h"

const struct stmt *const q_throttle_stmts[] = STATEMENTS;

ROW(throttled, F_BOOL(throttled, taken), F_I64(throttled, wait));

enum err q_throttle_take(struct cx *cx, struct blob key, int64_t cost_ms, int64_t burst, struct throttled **out)
{
	const struct arg a[] = { arg_blob(key), arg_i64(cx, cost_ms), arg_i64(cx, burst) };

	return RUN(cx, &throttle_take, a, &throttled_shape, out, NULL);
}

enum err q_throttle_clear(struct cx *cx, struct blob key)
{
	const struct arg a[] = { arg_blob(key) };

	return RUN(cx, &throttle_clear, a, NULL, NULL, NULL);
}
