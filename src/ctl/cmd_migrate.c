#include "base/install_path.h"
#include "core/schema.h"
#include "ctl/cmd.h"
#include "ctl/term/out.h"
#include "db/db.h"
#include <stdio.h>

struct schema_row {
	struct schema_step step;
	struct str state;
};
static const struct column schema_columns[] = {
	COL_NUM(schema_row, step.version, "version"),
	COL_STR(schema_row, state, "state"),
	COL_TIME(schema_row, step.applied_at, "applied_at"),
	COL_STR(schema_row, step.name, "file"),
};

static const char *schema_directory(struct ctl *c)
{
	return ctl_options_has(&c->opt, OPT_DIR) ? c->opt.value[OPT_DIR] : install_path(SCHEMADIR);
}

static struct str schema_step_state(const struct schema_step *s)
{
	if (s->applied_at == 0)
		return STR("pending");
	if (s->changed)
		return STR("changed");
	return s->name.n ? STR("applied") : STR("unknown");
}

static enum err print_schema_status(struct ctl *c, const char *dir)
{
	struct schema_step *s;
	size_t n;

	TRY(schema_steps(&c->cx, dir, &s, &n));
	struct schema_row *r = arena_alloc(c->cx.mem, n * sizeof *r + 1);
	for (size_t i = 0; i < n; i++)
		r[i] = (struct schema_row){ s[i], schema_step_state(&s[i]) };
	const struct listing l = LISTING(schema_columns, r, n);
	out_list(&c->cx, &l, ctl_options_has(&c->opt, OPT_JSON));
	return OK;
}

static enum err grant_server_role(struct ctl *c, const char *role)
{
	TRY(q_schema_grant(&c->cx, str_of(role)));
	ctl_print_line("role %s may run a server: it has the privileges that motetd needs", role);
	return OK;
}

enum err cmd_migrate(struct ctl *c)
{
	const char *dir = schema_directory(c);

	if (ctl_options_has(&c->opt, OPT_DATABASE))
		db_set_conninfo(c->cx.db, c->opt.value[OPT_DATABASE]);
	else
		ctl_become_owner(c);
	if (ctl_options_has(&c->opt, OPT_STATUS))
		return print_schema_status(c, dir);
	TRY(schema_migrate(&c->cx, dir, ctl_print_line));
	return ctl_options_has(&c->opt, OPT_GRANT) ? grant_server_role(c, c->opt.value[OPT_GRANT])
						   : OK;
}
