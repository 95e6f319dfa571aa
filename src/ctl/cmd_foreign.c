#include "core/foreign.h"
#include "ctl/cmd.h"
#include "ctl/term/out.h"
#include <stdio.h>

static const struct column foreign_columns[] = {
	COL_STR(foreign_item, place, "place"),
	COL_STR(foreign_item, state, "state"),
	COL_TIME(foreign_item, checked_at, "checked_at"),
	COL_TIME(foreign_item, fresh_until, "fresh_until"),
	COL_TIME(foreign_item, blocked_at, "blocked_at"),
	COL_NUM(foreign_item, certificates, "certificates"),
	COL_NUM(foreign_item, sessions, "sessions"),
	COL_STR(foreign_item, domain, "domain"),
	COL_STR(foreign_item, api, "api"),
	COL_STR(foreign_item, said, "said"),
};

enum err cmd_foreign_list(struct ctl *c)
{
	struct foreign_item *v;
	size_t n;

	TRY(foreign_list(&c->cx, &v, &n));
	const struct listing l = LISTING(foreign_columns, v, n);
	out_list(&c->cx, &l, ctl_options_has(&c->opt, OPT_JSON));
	return OK;
}

enum err cmd_foreign_show(struct ctl *c)
{
	struct foreign_item *v;

	TRY(foreign_show(&c->cx, str_of(c->word[0]), &v));
	const struct listing l = LISTING(foreign_columns, v, 1);
	out_one(&c->cx, &l, ctl_options_has(&c->opt, OPT_JSON));
	return OK;
}

enum err cmd_foreign_refresh(struct ctl *c)
{
	int64_t n;

	TRY(foreign_refresh(&c->cx, str_of(c->word[0]), &n));
	printf(
	    "deleted %lld cached entries of %s; the server is asked again when they are needed\n",
	    (long long)n, c->word[0]);
	return OK;
}

enum err cmd_foreign_block(struct ctl *c)
{
	int64_t n;

	ctl_become_owner(c);
	TRY(foreign_block(&c->cx, str_of(c->word[0]), &n));
	printf("%s and its subdomains are blocked; %lld sessions were closed\n", c->word[0],
	    (long long)n);
	return OK;
}

enum err cmd_foreign_unblock(struct ctl *c)
{
	ctl_become_owner(c);
	TRY(foreign_unblock(&c->cx, str_of(c->word[0])));
	printf("%s is no longer blocked\n", c->word[0]);
	return OK;
}
