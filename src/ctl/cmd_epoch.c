#include "core/epoch.h"
#include "core/schema.h"
#include "ctl/cmd.h"
#include "ctl/term/out.h"
#include <stdio.h>

static const struct column epoch_columns[] = {
	COL_NUM(epoch_item, number, "number"),
	COL_STR(epoch_item, cause, "cause"),
	COL_TIME(epoch_item, began_at, "began_at"),
	COL_STR(epoch_item, system_id, "system_id"),
	COL_NUM(epoch_item, timeline, "timeline"),
	COL_NUM(epoch_item, voided, "voided"),
};
static const struct column void_columns[] = {
	COL_STR(epoch_void, kind, "kind"),
	COL_STR(epoch_void, whose, "whose"),
	COL_NUM(epoch_void, amount, "amount"),
};

enum err cmd_epoch_list(struct ctl *c)
{
	struct epoch_item *e;
	size_t n;

	TRY(ctl_need(c, NEEDS_SCHEMA));
	TRY(q_epoch_list(&c->cx, &e, &n));
	const struct listing l = LISTING(epoch_columns, e, n);
	out_list(&c->cx, &l, ctl_options_has(&c->opt, OPT_JSON));
	return OK;
}

static enum err print_epoch_voids(struct ctl *c, int64_t number)
{
	struct epoch_void *v;
	size_t n;

	TRY(q_epoch_voids(&c->cx, number, &v, &n));
	const struct listing l = LISTING(void_columns, v, n);
	out_list(&c->cx, &l, ctl_options_has(&c->opt, OPT_JSON));
	return OK;
}

enum err cmd_epoch_show(struct ctl *c)
{
	int64_t number = -1;

	TRY(ctl_need(c, NEEDS_SCHEMA));
	if (c->nwords == 1 && (!str_i64(str_of(c->word[0]), &number) || number < 1))
		return ctl_bad_usage(c, "%s is not the number of an epoch", c->word[0]);
	return print_epoch_voids(c, number);
}

static enum err begin_told_epoch(
    struct ctl *c, enum epoch_cause cause, struct epoch_look **before, struct epoch_look **after)
{
	ctl_become_owner(c);
	TRY(ctl_need(c, NEEDS_SCHEMA));
	TRY(q_epoch_look(&c->cx, before));
	TRY(q_epoch_begin(&c->cx, cause));
	return q_epoch_look(&c->cx, after);
}

enum err cmd_epoch_restored(struct ctl *c)
{
	bool keep = ctl_options_has(&c->opt, OPT_KEEP_CERTIFICATES);
	struct epoch_look *before, *after;

	TRY(begin_told_epoch(c, keep ? EPOCH_RESTORED_KEEP : EPOCH_RESTORED, &before, &after));
	printf("epoch %lld has begun: the database counts as restored. Servers answer again within "
	       "a second. These became void:\n",
	    (long long)after->number);
	return print_epoch_voids(c, after->number);
}

/* If the database has not changed, there is nothing to accept. If the same database is on a new
 * timeline, it was promoted, not moved: what a promotion makes void becomes void. */
enum err cmd_epoch_moved(struct ctl *c)
{
	struct epoch_look *before, *after;

	TRY(begin_told_epoch(c, EPOCH_MOVED, &before, &after));
	if (before->number == after->number)
		printf(
		    "nothing to do: this is still the database of epoch %lld, and servers use it\n",
		    (long long)after->number);
	else if (epoch_is_foreign(before))
		printf("epoch %lld has begun: the database counts as moved. Servers answer again "
		       "within a second.\n",
		    (long long)after->number);
	else {
		printf(
		    "epoch %lld has begun: the database was not moved, but promoted or recovered, "
		    "as its new timeline shows. These became void:\n",
		    (long long)after->number);
		return print_epoch_voids(c, after->number);
	}
	return OK;
}
