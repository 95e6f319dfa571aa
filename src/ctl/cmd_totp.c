#include "core/actor.h"
#include "core/second_factor.h"
#include "ctl/cmd.h"
#include "ctl/term/out.h"
#include "ctl/term/qr.h"
#include <stdio.h>

/* Find the actor that the command line names; the actor must exist. */
static enum err find_totp_actor(struct ctl *c, struct actor_ref *who)
{
	return actor_find(&c->cx, "", str_of(c->word[0]), who);
}

static struct second_factor_caller motetctl_place(const struct actor_ref *who)
{
	return (struct second_factor_caller){ who->id, STR(""), who->local_name, STR("motetctl") };
}

struct totp_row {
	struct str fid, state;
	struct second_factor_row t;
};
static const struct column totp_columns[] = {
	COL_STR(totp_row, fid, "fid"),
	COL_STR(totp_row, state, "state"),
	COL_TIME(totp_row, t.created_at, "created_at"),
	COL_TIME(totp_row, t.confirmed_at, "confirmed_at"),
	COL_NUM(totp_row, t.recovery_codes, "recovery_codes"),
};

enum err cmd_totp_show(struct ctl *c)
{
	struct actor_ref who;
	struct second_factor_row *t;

	TRY(find_totp_actor(c, &who));
	TRY(second_factor_find(&c->cx, who.id, &t));
	struct totp_row r = { .fid = actor_fid(&c->cx, who.local_name), .state = STR("none") };
	if (t) {
		r.t = *t;
		r.state = t->confirmed_at ? STR("confirmed") : STR("pending");
	}
	const struct listing l = LISTING(totp_columns, &r, 1);
	out_one(&c->cx, &l, ctl_options_has(&c->opt, OPT_JSON));
	return OK;
}

static const struct column totp_secret_columns[] = { COL_STR(second_factor_secret, text, "secret"),
	COL_STR(second_factor_secret, uri, "uri") };

/* The messages of core/ are for actors; an operator needs to know which command to run. */
static enum err reword_for_operator(struct ctl *c, enum err e, const char *name)
{
	if (e == ERR_CONFLICT)
		return refuse(&c->cx, e, "",
		    "%s already has a second factor; `motetctl totp reset %s` removes it.", name,
		    name);
	if (e == ERR_NOT_FOUND)
		return refuse(&c->cx, e, "",
		    "%s has no second factor to confirm or remove; see `motetctl totp show %s`.",
		    name, name);
	return e;
}

enum err cmd_totp_enrol(struct ctl *c)
{
	struct second_factor_secret s;
	struct actor_ref who;

	TRY(find_totp_actor(c, &who));
	const char *name = str_z(c->cx.mem, who.local_name);
	TRY(reword_for_operator(c, second_factor_enrol(&c->cx, who.id, who.local_name, &s), name));
	const struct listing l = LISTING(totp_secret_columns, &s, 1);
	if (ctl_options_has(&c->opt, OPT_JSON)) {
		out_one(&c->cx, &l, true);
		return OK;
	}
	if (!qr_print(s.uri))
		puts("(install the program qrencode to get a QR code here)");
	out_one(&c->cx, &l, false);
	printf("Log-ins need no code yet. Add the secret to an authenticator app, then run:\n"
	       "motetctl totp confirm %s CODE\n",
	    name);
	return OK;
}

struct recovery_code_row {
	struct str text;
};
static const struct column recovery_code_columns[] = { COL_STR(
    recovery_code_row, text, "recovery_code") };

enum err cmd_totp_confirm(struct ctl *c)
{
	struct str texts[SECOND_FACTOR_CODES];
	struct recovery_code_row codes[SECOND_FACTOR_CODES];
	struct actor_ref who;

	TRY(find_totp_actor(c, &who));
	const struct second_factor_caller p = motetctl_place(&who);
	TRY(reword_for_operator(c, second_factor_confirm(&c->cx, &p, str_of(c->word[1]), texts),
	    str_z(c->cx.mem, who.local_name)));
	for (int i = 0; i < SECOND_FACTOR_CODES; i++)
		codes[i] = (struct recovery_code_row){ texts[i] };
	const struct listing l = LISTING(recovery_code_columns, codes, SECOND_FACTOR_CODES);
	out_list(&c->cx, &l, ctl_options_has(&c->opt, OPT_JSON));
	if (!ctl_options_has(&c->opt, OPT_JSON))
		puts("Each recovery code works once, in place of a code from the app.\n"
		     "The codes are not shown again.");
	return OK;
}

enum err cmd_totp_reset(struct ctl *c)
{
	struct actor_ref who;

	TRY(find_totp_actor(c, &who));
	const struct second_factor_caller p = motetctl_place(&who);
	ctl_become_owner(c);
	TRY(reword_for_operator(
	    c, second_factor_remove(&c->cx, &p, true), str_z(c->cx.mem, who.local_name)));
	printf("%s no longer has a second factor: the password is enough to log in\n",
	    actor_fid(&c->cx, who.local_name).s);
	return OK;
}
