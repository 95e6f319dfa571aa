#include "core/actor.h"
#include "core/keypackage.h"
#include "ctl/cmd.h"
#include "ctl/term/out.h"

struct keypackage_row {
	struct keypackage_stat k;
	struct str fid;
};
static const struct column keypackage_columns[] = {
	COL_STR(keypackage_row, fid, "fid"),
	COL_STR(keypackage_row, k.session_id, "session_id"),
	COL_ID(keypackage_row, k.serial, "serial"),
	COL_NUM(keypackage_row, k.suite, "suite"),
	COL_NUM(keypackage_row, k.stock, "stock"),
	COL_BOOL(keypackage_row, k.last_resort, "last_resort"),
	COL_BOOL(keypackage_row, k.last_resort_used, "last_resort_used"),
	COL_NUM(keypackage_row, k.spent, "spent"),
};

/* Fails when there is no such actor. */
static enum err read_keypackage_owner(struct ctl *c, struct str *local)
{
	struct actor_item *a;
	size_t n;

	TRY(actor_read_name(&c->cx, "", str_of(c->word[0]), local));
	return actor_list(&c->cx, *local, &a, &n);
}

enum err cmd_keypackage_stats(struct ctl *c)
{
	struct str local = { NULL, 0 };
	struct keypackage_stat *k;
	size_t n;

	if (c->nwords)
		TRY(read_keypackage_owner(c, &local));
	TRY(keypackage_stats(&c->cx, local, &k, &n));
	struct keypackage_row *r = arena_alloc(c->cx.mem, n * sizeof *r + 1);
	for (size_t i = 0; i < n; i++)
		r[i] = (struct keypackage_row){ k[i], actor_fid(&c->cx, k[i].local_name) };
	const struct listing l = LISTING(keypackage_columns, r, n);
	out_list(&c->cx, &l, ctl_options_has(&c->opt, OPT_JSON));
	return OK;
}
