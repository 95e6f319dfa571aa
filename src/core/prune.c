#include "core/prune.h"
#include "base/conf.h"
#include <unistd.h>

enum { BATCH = 500, TRIES = 20, NAP_US = 25 * 1000 };	/* a statement of some milliseconds; what another one may hold the turn for */

const struct prune_row prune_rows[PRUNE_KINDS] = {
	[PRUNE_SESSION] = { "session", "ended sessions" },
	[PRUNE_RAN_OUT] = { "session_ran_out", "sessions whose ID-Cert ran out" },
	[PRUNE_FOREIGN_SESSION] = { "foreign_session", "sessions of guests" },
	[PRUNE_EVENT] = { "event", "event stores of sessions that are gone" },
	[PRUNE_KEY_PACKAGE] = { "key_package", "KeyPackages" },
	[PRUNE_NOTICE] = { "key_package_notice", "notices of a low stock" },
	[PRUNE_TRIAL] = { "key_trial", "key trials" },
	[PRUNE_FEDERATION_TOKEN] = { "federation_token", "federation tokens" },
	[PRUNE_REDEEMED_TOKEN] = { "redeemed_token", "redemptions of federation tokens" },
	[PRUNE_THROTTLE] = { "throttle", "counts of wrong passwords" },
	[PRUNE_FOREIGN_SERVER] = { "foreign_server", "other servers" },
	[PRUNE_FOREIGN_CERT] = { "foreign_cert", "certificates of other servers" },
	[PRUNE_FOREIGN_ACTOR] = { "foreign_actor", "lists of actors' certificates" },
};

enum err prune_count(struct cx *cx, int64_t rows[PRUNE_KINDS])
{
	struct pruned *p;

	for (int k = 0; k < PRUNE_KINDS; k++) {
		TRY(q_prune(cx, (enum prune_kind)k, 0, cx->conf->prune_after, &p));
		rows[k] = p->rows;
	}
	return OK;
}

/* Whoever has the turn has it for one statement. */
static enum err batch(struct cx *cx, enum prune_kind kind, int64_t *rows)
{
	struct pruned *p;

	for (int try = 0; try < TRIES; try++) {
		TRY(q_prune(cx, kind, BATCH, cx->conf->prune_after, &p));
		*rows = p->rows;
		if (p->mine)
			return OK;
		usleep(NAP_US);
	}
	return fail(cx, ERR_RETRY, "somebody else is pruning this database");
}

enum err prune_run(struct cx *cx, prune_step *step, void *arg, int64_t rows[PRUNE_KINDS])
{
	int64_t n;

	memset(rows, 0, PRUNE_KINDS * sizeof *rows);
	for (int k = 0; k < PRUNE_KINDS; k++)
		do {
			TRY(batch(cx, (enum prune_kind)k, &n));
			rows[k] += n;
			if (n && !step(arg, rows))
				return OK;
		} while (n);
	return OK;
}
