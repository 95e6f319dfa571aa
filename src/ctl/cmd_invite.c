#include "core/invite.h"
#include "text/utf8.h"
#include "core/actor.h"
#include "ctl/cmd.h"
#include "ctl/term/out.h"
#include <stdio.h>

struct made {
	struct new_invite i;
	int64_t uses;
	struct str code, note;
};
static const struct column made_columns[] = {
	COL_STR(made, code, "code"),
	COL_ID(made, i.id, "id"),
	COL_NUM(made, uses, "uses"),
	COL_TIME(made, i.created_at, "created_at"),
	COL_TIME(made, i.expires_at, "expires_at"),
	COL_STR(made, note, "note"),
};

struct row {
	struct invite_item i;
	struct str state;
};
static const struct column columns[] = {
	COL_ID(row, i.id, "id"),
	COL_STR(row, state, "state"),
	COL_NUM(row, i.used, "used"),
	COL_NUM(row, i.uses, "uses"),
	COL_TIME(row, i.created_at, "created_at"),
	COL_TIME(row, i.expires_at, "expires_at"),
	COL_TIME(row, i.revoked_at, "revoked_at"),
	COL_STR(row, i.note, "note"),
};

struct guest {
	struct invite_guest g;
	struct str fid;
};
static const struct column guest_columns[] = {
	COL_STR(guest, fid, "fid"),
	COL_TIME(guest, g.created_at, "created_at"),
	COL_TIME(guest, g.deactivated_at, "deactivated_at"),
};

static struct str option(const struct ctl *c, enum option_id id, const char *otherwise)
{
	return str_of(options_has(&c->opt, id) ? c->opt.value[id] : otherwise);
}

static enum err terms(struct ctl *c, struct made *m, int64_t *seconds)
{
	m->note = option(c, OPT_NOTE, NULL);
	if (!str_i64(option(c, OPT_USES, "1"), &m->uses) || m->uses < 1 ||
	    m->uses > INVITE_USES_MAX)
		return ctl_bad_usage(c, "--uses is a number from 1 to %d", INVITE_USES_MAX);
	if (!conf_seconds(option(c, OPT_EXPIRES, "7d"), INVITE_LIFE_MIN, INVITE_LIFE_MAX, seconds))
		return ctl_bad_usage(
		    c, "--expires is a time from a minute to ten years, such as 12h or 7d");
	if (m->note.n > INVITE_NOTE_MAX || !utf8_ok(m->note))
		return ctl_bad_usage(c, "--note has at most %d bytes of UTF-8", INVITE_NOTE_MAX);
	return OK;
}

/* On standard error, so that it is in nobody's JSON. */
static void look_at_registration(const struct ctl *c)
{
	if (c->conf->registration != REGISTRATION_INVITE)
		fputs(
		    "motetctl: nobody is asked for an invite while `registration` is not invite\n",
		    stderr);
}

enum err cmd_invite_create(struct ctl *c)
{
	struct new_invite *i;
	struct made m = { .uses = 0 };
	int64_t seconds;

	TRY(terms(c, &m, &seconds));
	TRY(invite_create(&c->cx, m.uses, seconds, m.note, &m.code, &i));
	m.i = *i;
	const struct listing l = LISTING(made_columns, &m, 1);
	out_one(&c->cx, &l, options_has(&c->opt, OPT_JSON));
	look_at_registration(c);
	return OK;
}

static struct str state(const struct invite_item *i)
{
	if (i->revoked_at)
		return STR("revoked");
	if (i->expires_at <= i->now)
		return STR("expired");
	return i->used >= i->uses ? STR("used up") : STR("open");
}

static enum err rows(struct ctl *c, int64_t id, struct row **out, size_t *n)
{
	struct invite_item *items;

	TRY(invite_list(&c->cx, id, &items, n));
	*out = arena_alloc(c->cx.mem, *n * sizeof **out + 1);
	for (size_t i = 0; i < *n; i++)
		(*out)[i] = (struct row){ items[i], state(&items[i]) };
	return OK;
}

enum err cmd_invite_list(struct ctl *c)
{
	struct row *r;
	size_t n;

	TRY(rows(c, 0, &r, &n));
	const struct listing l = LISTING(columns, r, n);
	out_list(&c->cx, &l, options_has(&c->opt, OPT_JSON));
	return OK;
}

static enum err named(struct ctl *c, int64_t *id)
{
	if (str_i64(str_of(c->word[0]), id) && *id > 0)
		return OK;
	return ctl_bad_usage(
	    c, "%s is not the id of an invite; `motetctl invite list` shows them", c->word[0]);
}

enum err cmd_invite_show(struct ctl *c)
{
	struct invite_guest *came;
	struct row *r;
	int64_t id;
	size_t n;

	TRY(named(c, &id));
	TRY(rows(c, id, &r, &n));
	TRY(q_invite_guests(&c->cx, id, &came, &n));
	struct guest *g = arena_alloc(c->cx.mem, n * sizeof *g + 1);
	for (size_t i = 0; i < n; i++)
		g[i] = (struct guest){ came[i], actor_fid(&c->cx, came[i].local_name) };
	const struct listing one = LISTING(columns, r, 1), all = LISTING(guest_columns, g, n);
	if (options_has(&c->opt, OPT_JSON)) {
		out_list(&c->cx, &all, true);
		return OK;
	}
	out_one(&c->cx, &one, false);
	putchar('\n');
	out_list(&c->cx, &all, false);
	return OK;
}

enum err cmd_invite_revoke(struct ctl *c)
{
	int64_t id;

	TRY(named(c, &id));
	TRY(invite_revoke(&c->cx, id));
	printf(
	    "invite %lld is revoked: nobody registers by it any more; who has come by it stays\n",
	    (long long)id);
	return OK;
}
