#include "core/actor.h"
#include "ctl/term/ask.h"
#include "ctl/cmd.h"
#include "ctl/term/out.h"
#include <stdio.h>

struct actor_row {
	struct actor_item a;
	struct str fid;
};
static const struct column actor_columns[] = {
	COL_STR(actor_row, a.local_name, "name"),
	COL_STR(actor_row, fid, "fid"),
	COL_BOOL(actor_row, a.admin, "admin"),
	COL_BOOL(actor_row, a.totp, "second_factor"),
	COL_NUM(actor_row, a.sessions, "sessions"),
	COL_NUM(actor_row, a.certificates, "certificates"),
	COL_TIME(actor_row, a.created_at, "created_at"),
	COL_TIME(actor_row, a.deactivated_at, "deactivated_at"),
	COL_ID(actor_row, a.id, "id"),
};

/* Read the actor that the command line names by local name, or by federation ID of this server. */
static enum err read_local_name(struct ctl *c, struct str *local)
{
	return actor_read_name(&c->cx, "", str_of(c->word[0]), local);
}

static enum err load_actor_rows(struct ctl *c, struct str local, struct actor_row **out, size_t *n)
{
	struct actor_item *items;

	TRY(actor_list(&c->cx, local, &items, n));
	struct actor_row *r = *out = arena_alloc(c->cx.mem, *n * sizeof *r + 1);
	for (size_t i = 0; i < *n; i++)
		r[i] = (struct actor_row){ items[i], actor_fid(&c->cx, items[i].local_name) };
	return OK;
}

struct added_actor {
	struct actor_row row;
	struct str password;
};
static const struct column added_actor_columns[] = {
	COL_STR(added_actor, row.a.local_name, "name"),
	COL_STR(added_actor, row.fid, "fid"),
	COL_BOOL(added_actor, row.a.admin, "admin"),
	COL_TIME(added_actor, row.a.created_at, "created_at"),
	COL_ID(added_actor, row.a.id, "id"),
	COL_STR(added_actor, password, "password"),
};

static void print_actor_done(struct ctl *c, struct str local, const char *what)
{
	printf("%s %s\n", actor_fid(&c->cx, local).s, what);
}

/* Only a generated password is printed: who gave another one knows it. */
static enum err print_added_actor(struct ctl *c, struct str local, struct str password)
{
	struct actor_row *r;
	size_t n;

	TRY(load_actor_rows(c, local, &r, &n));
	struct added_actor a = { .row = r[0] };
	if (ctl_options_has(&c->opt, OPT_GENERATE))
		a.password = password;
	const struct listing l = LISTING(added_actor_columns, &a, 1);
	out_one(&c->cx, &l, true);
	return OK;
}

enum err cmd_actor_add(struct ctl *c)
{
	struct str local, password;
	int64_t id;

	TRY(read_local_name(c, &local));
	TRY(ask_password(c, &password));
	if (ctl_options_has(&c->opt, OPT_ADMIN))
		ctl_become_owner(c);
	TRY(actor_add(&c->cx, local, password, ctl_options_has(&c->opt, OPT_ADMIN), &id));
	if (ctl_options_has(&c->opt, OPT_JSON))
		return print_added_actor(c, local, password);
	print_actor_done(
	    c, local, ctl_options_has(&c->opt, OPT_ADMIN) ? "added as an administrator" : "added");
	ask_print_generated(c, password);
	return OK;
}

enum err cmd_actor_list(struct ctl *c)
{
	struct actor_row *r;
	size_t n;

	TRY(load_actor_rows(c, (struct str){ NULL, 0 }, &r, &n));
	const struct listing l = LISTING(actor_columns, r, n);
	out_list(&c->cx, &l, ctl_options_has(&c->opt, OPT_JSON));
	return OK;
}

enum err cmd_actor_show(struct ctl *c)
{
	struct str local;
	struct actor_row *r;
	size_t n;

	TRY(read_local_name(c, &local));
	TRY(load_actor_rows(c, local, &r, &n));
	const struct listing l = LISTING(actor_columns, r, n);
	out_one(&c->cx, &l, ctl_options_has(&c->opt, OPT_JSON));
	return OK;
}

enum err cmd_actor_passwd(struct ctl *c)
{
	struct str local, password;
	struct actor_row *r;
	size_t n;

	TRY(read_local_name(c, &local));
	TRY(load_actor_rows(c, local, &r, &n)); /* refuse an unknown name before the prompt */
	TRY(ask_password(c, &password));
	TRY(actor_set_password(&c->cx, local, password));
	print_actor_done(c, local, "has a new password; open sessions stay open");
	ask_print_generated(c, password);
	return OK;
}

enum err cmd_actor_deactivate(struct ctl *c)
{
	struct str local;

	TRY(read_local_name(c, &local));
	ctl_become_owner(c);
	TRY(actor_deactivate(&c->cx, local));
	print_actor_done(c, local,
	    "is deactivated: its sessions are closed, its ID-Certs are revoked, and its name "
	    "cannot be registered again");
	return OK;
}

static enum err switch_admin(struct ctl *c, bool admin)
{
	struct str local;

	TRY(read_local_name(c, &local));
	ctl_become_owner(c);
	TRY(actor_set_admin(&c->cx, local, admin));
	print_actor_done(c, local, admin ? "is an administrator" : "is no longer an administrator");
	return OK;
}

enum err cmd_admin_grant(struct ctl *c)
{
	return switch_admin(c, true);
}

enum err cmd_admin_revoke(struct ctl *c)
{
	return switch_admin(c, false);
}
