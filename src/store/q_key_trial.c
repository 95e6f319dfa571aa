#include "store/q_key_trial.h"
#include "store/q_key_trial.sql.h"
#include "store/store_run.h"

const struct stmt *const q_key_trial_stmts[] = STATEMENTS;

struct trial_clock {
	int64_t now;
};
struct trial_created {
	int64_t expires;
};
struct foreign_completion {
	bool done;
	int64_t told;
};
struct home_completion {
	bool done, current;
	int64_t told;
};
ROW(trial_clock, F_I64(trial_clock, now));
ROW(trial_created, F_I64(trial_created, expires));
ROW(foreign_completion, F_BOOL(foreign_completion, done), F_I64(foreign_completion, told));
ROW(home_completion, F_BOOL(home_completion, done), F_BOOL(home_completion, current),
    F_I64(home_completion, told));
ROW(key_trial_row, F_STR(key_trial_row, trial), F_STR(key_trial_row, for_fid),
    F_STR(key_trial_row, for_session), F_BOOL(key_trial_row, used), F_BOOL(key_trial_row, over),
    F_I64(key_trial_row, now));

static struct arg empty_as_null(struct str s)
{
	return arg_str(s.n ? s : (struct str){ NULL, 0 });
}

enum err q_key_trial_clock(struct cx *cx, int64_t *now)
{
	struct trial_clock *c;

	TRY(store_run(cx, &sql_key_trial_clock, NULL, 0, &trial_clock_shape, (void **)&c, NULL));
	*now = c->now;
	return OK;
}

enum err q_key_trial_new(struct cx *cx, struct str trial, struct str fid, struct str session_id,
    int64_t expires, struct blob asked_from)
{
	const struct arg a[] = { arg_str(trial), empty_as_null(fid), empty_as_null(session_id),
		arg_i64(cx, expires), arg_blob(asked_from) };
	struct trial_created *c;

	return STORE_RUN(cx, &sql_key_trial_new, a, &trial_created_shape, &c, NULL);
}

enum err q_key_trial_find(struct cx *cx, struct str trial, struct key_trial_row **out)
{
	const struct arg a[] = { arg_str(trial) };

	*out = NULL;
	return STORE_RUN(cx, &sql_key_trial_find, a, &key_trial_row_shape, out, NULL);
}

enum err q_key_trial_open(struct cx *cx, struct str serial, struct str fid, struct str own_domain,
    struct blob asked_from, struct key_trial_row **out, size_t *n)
{
	const struct arg a[] = { arg_str(serial), empty_as_null(fid), arg_str(own_domain),
		arg_blob(asked_from) };

	return STORE_RUN(cx, &sql_key_trial_open, a, &key_trial_row_shape, out, n);
}

enum err q_key_trial_complete_foreign(struct cx *cx, const struct key_trial_done *t, bool *done)
{
	const struct arg a[] = { arg_str(t->trial), arg_blob(t->token_hash), arg_blob(t->signature),
		arg_str(t->fid), arg_str(t->domain), arg_str(t->session_id), arg_str(t->serial),
		arg_blob(t->key), arg_blob(t->cert), arg_i64(cx, t->not_after), arg_str(t->event) };
	struct foreign_completion *d;

	TRY(STORE_RUN(cx, &sql_key_trial_complete_foreign, a, &foreign_completion_shape, &d, NULL));
	*done = d->done;
	return OK;
}

enum err q_key_trial_complete_home(
    struct cx *cx, const struct key_trial_done *t, bool *done, bool *current)
{
	const struct arg a[] = { arg_str(t->trial), arg_blob(t->token_hash), arg_blob(t->signature),
		arg_str(t->fid), arg_str(t->local), arg_i64(cx, t->serial64) };
	struct home_completion *d;

	TRY(STORE_RUN(cx, &sql_key_trial_complete_home, a, &home_completion_shape, &d, NULL));
	*done = d->done;
	*current = d->current;
	return OK;
}
