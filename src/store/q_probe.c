#include "store/q_probe.h"
#include "store/q_probe.sql.h"
#include "store/run.h"

const struct stmt *const q_probe_stmts[] = STATEMENTS;

struct taken {
	bool taken;
};
struct there {
	bool there;
};
ROW(taken, F_BOOL(taken, taken));
ROW(there, F_BOOL(there, there));

enum err q_probe_add(struct cx *cx, struct blob token_hash)
{
	const struct arg a[] = { arg_blob(token_hash) };

	return RUN(cx, &sql_probe_add, a, NULL, NULL, NULL);
}

enum err q_probe_take(struct cx *cx, struct blob token_hash, bool *taken)
{
	const struct arg a[] = { arg_blob(token_hash) };
	struct taken *r;

	TRY(RUN(cx, &sql_probe_take, a, &taken_shape, &r, NULL));
	*taken = r != NULL;
	return OK;
}

enum err q_probe_there(struct cx *cx, struct blob token_hash, bool *there)
{
	const struct arg a[] = { arg_blob(token_hash) };
	struct there *r;

	TRY(RUN(cx, &sql_probe_there, a, &there_shape, &r, NULL));
	*there = r->there;
	return OK;
}

enum err q_probe_clear(struct cx *cx, struct blob token_hash)
{
	const struct arg a[] = { arg_blob(token_hash) };

	return RUN(cx, &sql_probe_clear, a, NULL, NULL, NULL);
}
