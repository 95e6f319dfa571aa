#include "core/prune.h"
#include "ctl/cmd.h"
#include "ctl/term/out.h"
#include "ctl/term/progress.h"
#include <stdio.h>

struct prune_kind_row {
	struct str name, what;
	int64_t rows;
};
static const struct column prune_columns[] = {
	COL_STR(prune_kind_row, name, "kind"),
	COL_NUM(prune_kind_row, rows, "rows"),
	COL_STR(prune_kind_row, what, "what"),
};

static bool show_pruned_rows(void *arg, const int64_t rows[PRUNE_KINDS])
{
	struct progress *p = arg;
	int64_t all = 0;
	int last = 0;

	if (!progress_due(p))
		return true;
	for (int k = 0; k < PRUNE_KINDS; k++) {
		all += rows[k];
		last = rows[k] ? k : last;
	}
	progress_line(p, "%lld rows deleted, %lld of them %s", (long long)all,
	    (long long)rows[last], prune_rows[last].what);
	return true;
}

static enum err run_or_count(struct ctl *c, int64_t rows[PRUNE_KINDS])
{
	struct progress p;

	if (ctl_options_has(&c->opt, OPT_DRY_RUN))
		return prune_count(&c->cx, rows);
	progress_begin(&p);
	enum err e = prune_run(&c->cx, show_pruned_rows, &p, rows);
	progress_end(&p);
	return e;
}

enum err cmd_prune(struct ctl *c)
{
	int64_t rows[PRUNE_KINDS];
	struct prune_kind_row r[PRUNE_KINDS];

	TRY(run_or_count(c, rows));
	for (int k = 0; k < PRUNE_KINDS; k++)
		r[k] = (struct prune_kind_row){ str_of(prune_rows[k].name),
			str_of(prune_rows[k].what), rows[k] };
	const struct listing l = LISTING(prune_columns, r, PRUNE_KINDS);
	out_list(&c->cx, &l, ctl_options_has(&c->opt, OPT_JSON));
	return OK;
}
