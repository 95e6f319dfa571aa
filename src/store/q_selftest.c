#include "store/q_selftest.h"
#include "store/q_selftest.sql.h"
#include "store/store_run.h"

const struct stmt *const q_selftest_stmts[] = STATEMENTS;

struct selftest_begun {
	bool begun;
};
struct selftest_swept {
	int64_t swept;
};
ROW(selftest_begun, F_BOOL(selftest_begun, begun));
ROW(selftest_swept, F_I64(selftest_swept, swept));

enum err q_selftest_begin(struct cx *cx, struct str name, const struct blob *traces, size_t ntraces)
{
	const struct arg a[] = { arg_str(name), arg_blobs(cx, traces, ntraces) };
	struct selftest_begun *r;

	TRY(STORE_RUN(cx, &sql_selftest_begin, a, &selftest_begun_shape, &r, NULL));
	return r->begun
	    ? OK
	    : fail(cx, ERR_CONFLICT, "the actor %.*s exists already", (int)name.n, name.s);
}

enum err q_selftest_forget(struct cx *cx, struct str name)
{
	const struct arg a[] = { arg_str(name) };

	return STORE_RUN(cx, &sql_selftest_forget, a, NULL, NULL, NULL);
}

enum err q_selftest_sweep(struct cx *cx, int64_t *swept)
{
	struct selftest_swept *r;

	TRY(store_run(cx, &sql_selftest_sweep, NULL, 0, &selftest_swept_shape, (void **)&r, NULL));
	*swept = r->swept;
	return OK;
}
