#include "store/q_selftest.h"
#include "store/q_selftest.sql.h"
#include "store/run.h"

const struct stmt *const q_selftest_stmts[] = STATEMENTS;

struct begun {
	bool begun;
};
struct swept {
	int64_t swept;
};
ROW(begun, F_BOOL(begun, begun));
ROW(swept, F_I64(swept, swept));

enum err q_selftest_begin(struct cx *cx, struct str name, const struct blob *traces, size_t ntraces)
{
	const struct arg a[] = { arg_str(name), arg_blobs(cx, traces, ntraces) };
	struct begun *r;

	TRY(RUN(cx, &sql_selftest_begin, a, &begun_shape, &r, NULL));
	return r->begun ? OK
			: fail(cx, ERR_CONFLICT, "there is an actor %.*s", (int)name.n, name.s);
}

enum err q_selftest_forget(struct cx *cx, struct str name)
{
	const struct arg a[] = { arg_str(name) };

	return RUN(cx, &sql_selftest_forget, a, NULL, NULL, NULL);
}

enum err q_selftest_sweep(struct cx *cx, int64_t *swept)
{
	struct swept *r;

	TRY(run(cx, &sql_selftest_sweep, NULL, 0, &swept_shape, (void **)&r, NULL));
	*swept = r->swept;
	return OK;
}
