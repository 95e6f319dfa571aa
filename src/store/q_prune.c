#include "store/q_prune.h"
#include "store/q_prune.sql.h"
#include "store/run.h"

const struct stmt *const q_prune_stmts[] = STATEMENTS;

ROW(pruned, F_BOOL(pruned, mine), F_I64(pruned, rows));

static const struct {
	const struct stmt *st;
	bool keeps;
} kinds[PRUNE_KINDS] = {
	[PRUNE_SESSION] = { &prune_session, true },
	[PRUNE_RAN_OUT] = { &prune_ran_out, true },
	[PRUNE_FOREIGN_SESSION] = { &prune_foreign_session, true },
	[PRUNE_EVENT] = { &prune_event, false },
	[PRUNE_KEY_PACKAGE] = { &prune_key_package, false },
	[PRUNE_NOTICE] = { &prune_notice, false },
	[PRUNE_TRIAL] = { &prune_trial, false },
	[PRUNE_FEDERATION_TOKEN] = { &prune_federation_token, false },
	[PRUNE_REDEEMED_TOKEN] = { &prune_redeemed_token, false },
	[PRUNE_THROTTLE] = { &prune_throttle, false },
	[PRUNE_FOREIGN_SERVER] = { &prune_foreign_server, true },
	[PRUNE_FOREIGN_CERT] = { &prune_foreign_cert, false },
	[PRUNE_FOREIGN_ACTOR] = { &prune_foreign_actor, false },
};

enum err q_prune(struct cx *cx, enum prune_kind kind, int64_t most, int64_t keep, struct pruned **out)
{
	const struct arg a[] = { arg_i64(cx, most), arg_i64(cx, keep) };

	return run(cx, kinds[kind].st, a, kinds[kind].keeps ? 2 : 1, &pruned_shape, (void **)out, NULL);
}
