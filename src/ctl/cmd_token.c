#include "core/actor.h"
#include "core/federation_token.h"
#include "ctl/cmd.h"
#include "ctl/term/out.h"
#include <stdio.h>

struct token_status {
	bool enabled;
};
static const struct column token_status_columns[] = { COL_BOOL(token_status, enabled, "enabled") };

enum err cmd_token_status(struct ctl *c)
{
	struct token_status s;

	TRY(federation_token_status(&c->cx, &s.enabled));
	const struct listing l = LISTING(token_status_columns, &s, 1);
	if (ctl_options_has(&c->opt, OPT_JSON))
		out_one(&c->cx, &l, true);
	else
		printf("this server issues %sfederation tokens\n", s.enabled ? "" : "no ");
	return OK;
}

static enum err switch_tokens(struct ctl *c, bool enabled)
{
	TRY(federation_token_switch(&c->cx, enabled));
	printf("this server now issues %sfederation tokens\n", enabled ? "" : "no ");
	return OK;
}

enum err cmd_token_on(struct ctl *c)
{
	return switch_tokens(c, true);
}

enum err cmd_token_off(struct ctl *c)
{
	return switch_tokens(c, false);
}

struct token_row {
	struct federation_token_item t;
	struct str fid, state;
};
static const struct column token_columns[] = {
	COL_STR(token_row, fid, "fid"),
	COL_STR(token_row, t.audience, "server"),
	COL_STR(token_row, state, "state"),
	COL_TIME(token_row, t.issued_at, "issued_at"),
	COL_TIME(token_row, t.expires_at, "expires_at"),
	COL_STR(token_row, t.jti, "jti"),
};

static struct str token_state(const struct federation_token_item *t)
{
	if (t->deleted_at)
		return STR("deleted");
	if (t->redeemed_at)
		return STR("redeemed");
	if (t->expires_at <= t->now)
		return STR("expired");
	return t->stands ? STR("issued") : STR("ended");
}

/* Find the actor that the command line names; if it names none, set the id to 0: all actors. */
static enum err find_token_owner(struct ctl *c, struct actor_ref *who)
{
	*who = (struct actor_ref){ .id = 0 };
	return c->nwords ? actor_find(&c->cx, "", str_of(c->word[0]), who) : OK;
}

enum err cmd_token_list(struct ctl *c)
{
	struct actor_ref who;
	struct federation_token_item *t;
	size_t n;

	TRY(find_token_owner(c, &who));
	TRY(federation_token_list(&c->cx, who.id, &t, &n));
	struct token_row *r = arena_alloc(c->cx.mem, n * sizeof *r + 1);
	for (size_t i = 0; i < n; i++)
		r[i] = (struct token_row){ t[i], actor_fid(&c->cx, t[i].local_name),
			token_state(&t[i]) };
	const struct listing l = LISTING(token_columns, r, n);
	out_list(&c->cx, &l, ctl_options_has(&c->opt, OPT_JSON));
	return OK;
}

enum err cmd_token_delete(struct ctl *c)
{
	bool all = ctl_options_has(&c->opt, OPT_ALL);
	struct actor_ref who;
	int64_t n;

	if (all == (c->nwords > 0))
		return ctl_bad_usage(c, "name one actor, or give --all");
	TRY(find_token_owner(c, &who));
	TRY(federation_token_delete(&c->cx, who.id, &n));
	printf("%lld federation token%s deleted\n", (long long)n, n == 1 ? "" : "s");
	return OK;
}
