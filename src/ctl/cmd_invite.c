#include "core/invite.h"
#include "text/utf8.h"
#include "core/actor.h"
#include "ctl/cmd.h"
#include "ctl/term/out.h"
#include <stdio.h>

struct new_invite_row {
	struct new_invite i;
	int64_t uses;
	struct str code, note;
};
static const struct column new_invite_columns[] = {
	COL_STR(new_invite_row, code, "code"),
	COL_ID(new_invite_row, i.id, "id"),
	COL_NUM(new_invite_row, uses, "uses"),
	COL_TIME(new_invite_row, i.created_at, "created_at"),
	COL_TIME(new_invite_row, i.expires_at, "expires_at"),
	COL_STR(new_invite_row, note, "note"),
};

struct invite_row {
	struct invite_item i;
	struct str state;
};
static const struct column invite_columns[] = {
	COL_ID(invite_row, i.id, "id"),
	COL_STR(invite_row, state, "state"),
	COL_NUM(invite_row, i.used, "used"),
	COL_NUM(invite_row, i.uses, "uses"),
	COL_TIME(invite_row, i.created_at, "created_at"),
	COL_TIME(invite_row, i.expires_at, "expires_at"),
	COL_TIME(invite_row, i.revoked_at, "revoked_at"),
	COL_STR(invite_row, i.note, "note"),
};

struct invite_guest_row {
	struct invite_guest g;
	struct str fid;
};
static const struct column guest_columns[] = {
	COL_STR(invite_guest_row, fid, "fid"),
	COL_TIME(invite_guest_row, g.created_at, "created_at"),
	COL_TIME(invite_guest_row, g.deactivated_at, "deactivated_at"),
};

static struct str option_or_default(const struct ctl *c, enum option_id id, const char *otherwise)
{
	return str_of(ctl_options_has(&c->opt, id) ? c->opt.value[id] : otherwise);
}

static enum err read_invite_terms(struct ctl *c, struct new_invite_row *m, int64_t *seconds)
{
	m->note = option_or_default(c, OPT_NOTE, NULL);
	if (!str_i64(option_or_default(c, OPT_USES, "1"), &m->uses) || m->uses < 1 ||
	    m->uses > INVITE_USES_MAX)
		return ctl_bad_usage(c, "--uses must be a number from 1 to %d", INVITE_USES_MAX);
	if (!conf_seconds(
		option_or_default(c, OPT_EXPIRES, "7d"), INVITE_LIFE_MIN, INVITE_LIFE_MAX, seconds))
		return ctl_bad_usage(
		    c, "--expires must be a time from 1m to ten years, such as 12h or 7d");
	if (m->note.n > INVITE_NOTE_MAX || !utf8_ok(m->note))
		return ctl_bad_usage(
		    c, "--note must be UTF-8 of at most %d bytes", INVITE_NOTE_MAX);
	return OK;
}

/* Print the warning on standard error, which keeps it out of the JSON. */
static void warn_of_registration(const struct ctl *c)
{
	if (c->conf->registration != REGISTRATION_INVITE)
		fputs("motetctl: warning: invites work only while `registration` is invite\n",
		    stderr);
}

enum err cmd_invite_create(struct ctl *c)
{
	struct new_invite *i;
	struct new_invite_row m = { .uses = 0 };
	int64_t seconds;

	TRY(read_invite_terms(c, &m, &seconds));
	ctl_become_owner(c);
	TRY(invite_create(&c->cx, m.uses, seconds, m.note, &m.code, &i));
	m.i = *i;
	const struct listing l = LISTING(new_invite_columns, &m, 1);
	out_one(&c->cx, &l, ctl_options_has(&c->opt, OPT_JSON));
	warn_of_registration(c);
	return OK;
}

static struct str invite_state(const struct invite_item *i)
{
	if (i->revoked_at)
		return STR("revoked");
	if (i->expires_at <= i->now)
		return STR("expired");
	return i->used >= i->uses ? STR("used up") : STR("open");
}

static enum err load_invite_rows(struct ctl *c, int64_t id, struct invite_row **out, size_t *n)
{
	struct invite_item *items;

	TRY(invite_list(&c->cx, id, &items, n));
	*out = arena_alloc(c->cx.mem, *n * sizeof **out + 1);
	for (size_t i = 0; i < *n; i++)
		(*out)[i] = (struct invite_row){ items[i], invite_state(&items[i]) };
	return OK;
}

enum err cmd_invite_list(struct ctl *c)
{
	struct invite_row *r;
	size_t n;

	TRY(load_invite_rows(c, 0, &r, &n));
	const struct listing l = LISTING(invite_columns, r, n);
	out_list(&c->cx, &l, ctl_options_has(&c->opt, OPT_JSON));
	return OK;
}

static enum err read_invite_id(struct ctl *c, int64_t *id)
{
	if (str_i64(str_of(c->word[0]), id) && *id > 0)
		return OK;
	return ctl_bad_usage(
	    c, "%s is not the id of an invite; `motetctl invite list` shows the ids", c->word[0]);
}

enum err cmd_invite_show(struct ctl *c)
{
	struct invite_guest *came;
	struct invite_row *r;
	int64_t id;
	size_t n;

	TRY(read_invite_id(c, &id));
	TRY(load_invite_rows(c, id, &r, &n));
	TRY(q_invite_guests(&c->cx, id, &came, &n));
	struct invite_guest_row *g = arena_alloc(c->cx.mem, n * sizeof *g + 1);
	for (size_t i = 0; i < n; i++)
		g[i] = (struct invite_guest_row){ came[i], actor_fid(&c->cx, came[i].local_name) };
	const struct listing one = LISTING(invite_columns, r, 1),
			     all = LISTING(guest_columns, g, n);
	if (ctl_options_has(&c->opt, OPT_JSON)) {
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

	TRY(read_invite_id(c, &id));
	ctl_become_owner(c);
	TRY(invite_revoke(&c->cx, id));
	printf("invite %lld is revoked; actors that registered with it stay\n", (long long)id);
	return OK;
}
