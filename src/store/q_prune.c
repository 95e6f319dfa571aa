#include "store/q_prune.h"
#include "store/q_prune.sql.h"
#include "store/store_run.h"

const struct stmt *const q_prune_stmts[] = STATEMENTS;

ROW(prune_result, F_BOOL(prune_result, mine), F_I64(prune_result, rows), F_STR(prune_result, next));

static const struct {
	const struct stmt *st;
	bool keeps, pages;
} prune_statements[PRUNE_KINDS] = {
	[PRUNE_SESSION] = { &sql_prune_session, true, false },
	[PRUNE_RAN_OUT] = { &sql_prune_idcert, true, true },
	[PRUNE_FOREIGN_SESSION] = { &sql_prune_foreign_session, true, false },
	[PRUNE_EVENT] = { &sql_prune_event, false, true },
	[PRUNE_KEY_PACKAGE] = { &sql_prune_key_package, false, false },
	[PRUNE_NOTICE] = { &sql_prune_key_package_notice, false, true },
	[PRUNE_TRIAL] = { &sql_prune_key_trial, false, false },
	[PRUNE_FEDERATION_TOKEN] = { &sql_prune_federation_token, false, false },
	[PRUNE_REDEEMED_TOKEN] = { &sql_prune_redeemed_token, false, false },
	[PRUNE_THROTTLE] = { &sql_prune_throttle, false, false },
	[PRUNE_FOREIGN_SERVER] = { &sql_prune_foreign_server, true, false },
	[PRUNE_FOREIGN_CERT] = { &sql_prune_foreign_cert, false, false },
	[PRUNE_FOREIGN_ACTOR] = { &sql_prune_foreign_actor, false, false },
	[PRUNE_OVER_CAP] = { &sql_prune_over_cap, false, true },
};

enum err q_prune(struct cx *cx, enum prune_kind kind, int64_t most, int64_t keep, struct str after,
    struct prune_result **out)
{
	struct arg a[3] = { arg_i64(cx, most) };
	size_t n = 1;

	if (prune_statements[kind].keeps)
		a[n++] = arg_i64(cx, keep);
	if (prune_statements[kind].pages)
		a[n++] = arg_str(after);
	return store_run(
	    cx, prune_statements[kind].st, a, n, &prune_result_shape, (void **)out, NULL);
}
