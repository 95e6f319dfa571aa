#include "store/q_probe.h"
#include "store/q_probe.sql.h"
#include "store/store_run.h"

const struct stmt *const q_probe_stmts[] = STATEMENTS;

struct probe_taken {
	bool taken;
};
struct probe_there {
	bool there;
};
ROW(probe_taken, F_BOOL(probe_taken, taken));
ROW(probe_there, F_BOOL(probe_there, there));

enum err q_probe_add(struct cx *cx, struct blob token_hash)
{
	const struct arg a[] = { arg_blob(token_hash) };

	return STORE_RUN(cx, &sql_probe_add, a, NULL, NULL, NULL);
}

enum err q_probe_take(struct cx *cx, struct blob token_hash, bool *taken)
{
	const struct arg a[] = { arg_blob(token_hash) };
	struct probe_taken *r;

	TRY(STORE_RUN(cx, &sql_probe_take, a, &probe_taken_shape, &r, NULL));
	*taken = r != NULL;
	return OK;
}

enum err q_probe_exists(struct cx *cx, struct blob token_hash, bool *there)
{
	const struct arg a[] = { arg_blob(token_hash) };
	struct probe_there *r;

	TRY(STORE_RUN(cx, &sql_probe_exists, a, &probe_there_shape, &r, NULL));
	*there = r->there;
	return OK;
}

enum err q_probe_clear(struct cx *cx, struct blob token_hash)
{
	const struct arg a[] = { arg_blob(token_hash) };

	return STORE_RUN(cx, &sql_probe_clear, a, NULL, NULL, NULL);
}
