#include "core/prune.h"
#include "base/conf.h"
#include "base/log.h"
#include <unistd.h>

enum {
	PRUNE_BATCH = 500, /* rows that one statement deletes, which takes some milliseconds */
	PRUNE_TRIES = 20,
	PRUNE_NAP_US = 25 * 1000 /* pause between tries for a lock that another process holds */
};

const struct prune_row prune_rows[PRUNE_KINDS] = {
	[PRUNE_SESSION] = { "session", "ended sessions" },
	[PRUNE_RAN_OUT] = { "session_ran_out", "sessions whose ID-Cert expired" },
	[PRUNE_FOREIGN_SESSION] = { "foreign_session", "sessions of foreign actors" },
	[PRUNE_EVENT] = { "event", "events of sessions that no longer exist" },
	[PRUNE_KEY_PACKAGE] = { "key_package", "KeyPackages" },
	[PRUNE_NOTICE] = { "key_package_notice", "low-stock notices" },
	[PRUNE_TRIAL] = { "key_trial", "key trials" },
	[PRUNE_FEDERATION_TOKEN] = { "federation_token", "federation tokens" },
	[PRUNE_REDEEMED_TOKEN] = { "redeemed_token", "redemptions of federation tokens" },
	[PRUNE_THROTTLE] = { "throttle", "counts of wrong passwords" },
	[PRUNE_FOREIGN_SERVER] = { "foreign_server", "other servers" },
	[PRUNE_FOREIGN_CERT] = { "foreign_cert", "certificates of other servers" },
	[PRUNE_FOREIGN_ACTOR] = { "foreign_actor", "certificate lists of foreign actors" },
	[PRUNE_OVER_CAP] = { "over_cap", "oldest rows of tables that exceeded their limit" },
};

static enum err count_prunable_rows(struct cx *cx, enum prune_kind kind, int64_t *rows)
{
	struct prune_result *p;
	struct str after = STR("");

	*rows = 0;
	do {
		TRY(q_prune(cx, kind, 0, cx->conf->prune_after, after, &p));
		*rows += p->rows;
		after = p->next;
	} while (after.s);
	return OK;
}

enum err prune_count(struct cx *cx, int64_t rows[PRUNE_KINDS])
{
	for (int k = 0; k < PRUNE_KINDS; k++)
		TRY(count_prunable_rows(cx, (enum prune_kind)k, &rows[k]));
	return OK;
}

/* The lock is held for one statement. */
static enum err prune_batch(
    struct cx *cx, enum prune_kind kind, struct str after, struct prune_result **p)
{
	for (int try = 0; try < PRUNE_TRIES; try++) {
		TRY(q_prune(cx, kind, PRUNE_BATCH, cx->conf->prune_after, after, p));
		if ((*p)->mine)
			return OK;
		usleep(PRUNE_NAP_US);
	}
	return fail(cx, ERR_RETRY, "another process is pruning this database");
}

static enum err prune_all_of_kind(struct cx *cx, enum prune_kind kind, prune_step *step, void *arg,
    int64_t rows[PRUNE_KINDS], bool *more)
{
	struct prune_result *p;
	struct str after = STR("");

	do {
		TRY(prune_batch(cx, kind, after, &p));
		rows[kind] += p->rows;
		after = p->next;
		if (p->rows || after.s)
			*more = step(arg, rows);
	} while (*more && (p->rows || after.s));
	return OK;
}

enum err prune_run(struct cx *cx, prune_step *step, void *arg, int64_t rows[PRUNE_KINDS])
{
	enum err first = OK;
	bool more = true;

	memset(rows, 0, PRUNE_KINDS * sizeof *rows);
	for (int k = 0; k < PRUNE_KINDS && more; k++) {
		enum err e = prune_all_of_kind(cx, (enum prune_kind)k, step, arg, rows, &more);
		if (e == ERR_RETRY)
			return e;
		if (e != OK)
			log_warn("pruning %s: %s", prune_rows[k].what, cx->why.log);
		first = first != OK ? first : e;
	}
	return first;
}
