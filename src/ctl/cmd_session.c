#include "core/session.h"
#include "core/actor.h"
#include "ctl/cmd.h"
#include "ctl/term/out.h"
#include <stdio.h>

struct session_row {
	struct session_item s;
	struct str fid;
};
static const struct column session_columns[] = {
	COL_STR(session_row, fid, "fid"),
	COL_STR(session_row, s.session_id, "session_id"),
	COL_TIME(session_row, s.created_at, "created_at"),
	COL_TIME(session_row, s.not_after, "not_after"),
	COL_ID(session_row, s.serial, "serial"),
};

static enum err find_session_owner(struct ctl *c, struct str *local, int64_t *id)
{
	struct actor_item *a;
	size_t n;

	TRY(actor_read_name(&c->cx, "", str_of(c->word[0]), local));
	TRY(actor_list(&c->cx, *local, &a, &n));
	*id = a->id;
	return OK;
}

enum err cmd_session_list(struct ctl *c)
{
	struct session_item *s;
	struct str local;
	int64_t id = 0;
	size_t n;

	if (c->nwords)
		TRY(find_session_owner(c, &local, &id));
	TRY(session_list(&c->cx, id, &s, &n));
	struct session_row *r = arena_alloc(c->cx.mem, n * sizeof *r + 1);
	for (size_t i = 0; i < n; i++)
		r[i] = (struct session_row){ s[i], actor_fid(&c->cx, s[i].local_name) };
	const struct listing l = LISTING(session_columns, r, n);
	out_list(&c->cx, &l, ctl_options_has(&c->opt, OPT_JSON));
	return OK;
}

enum err cmd_session_revoke(struct ctl *c)
{
	struct str local;
	int64_t id;

	TRY(find_session_owner(c, &local, &id));
	const struct session owner = { .actor_id = id };
	enum err e = session_end(&c->cx, &owner, str_of(c->word[1]));
	if (e == ERR_NOT_FOUND)
		return refuse(&c->cx, e, "",
		    "%s has no session %s; `motetctl session list %s` lists its sessions.",
		    actor_fid(&c->cx, local).s, c->word[1], local.s);
	TRY(e);
	printf("session %s of %s has ended; its ID-Cert is revoked\n", c->word[1],
	    actor_fid(&c->cx, local).s);
	return OK;
}
