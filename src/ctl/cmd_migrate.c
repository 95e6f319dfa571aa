#include "base/install_path.h"
#include "core/schema.h"
#include "ctl/cmd.h"
#include "ctl/term/out.h"
#include "db/db.h"
#include <stdarg.h>
#include <stdio.h>

struct row {
	struct schema_step step;
	struct str state;
};
static const struct column columns[] = {
	COL_NUM(row, step.version, "version"),
	COL_STR(row, state, "state"),
	COL_TIME(row, step.applied_at, "applied_at"),
	COL_STR(row, step.name, "file"),
};

static void tell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void tell(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

static const char *directory(struct ctl *c)
{
	return options_has(&c->opt, OPT_DIR) ? c->opt.value[OPT_DIR] : install_path(SCHEMADIR);
}

static struct str state(const struct schema_step *s)
{
	if (s->applied_at == 0)
		return STR("pending");
	if (s->changed)
		return STR("changed");
	return s->name.n ? STR("applied") : STR("unknown");
}

static enum err status(struct ctl *c, const char *dir)
{
	struct schema_step *s;
	size_t n;

	TRY(schema_steps(&c->cx, dir, &s, &n));
	struct row *r = arena_alloc(c->cx.mem, n * sizeof *r + 1);
	for (size_t i = 0; i < n; i++)
		r[i] = (struct row){ s[i], state(&s[i]) };
	const struct listing l = LISTING(columns, r, n);
	out_list(&c->cx, &l, options_has(&c->opt, OPT_JSON));
	return OK;
}

static enum err grant(struct ctl *c, const char *role)
{
	TRY(q_schema_grant(&c->cx, str_of(role)));
	tell("role %s may run a server", role);
	return OK;
}

enum err cmd_migrate(struct ctl *c)
{
	const char *dir = directory(c);

	if (options_has(&c->opt, OPT_DATABASE))
		db_use(c->cx.db, c->opt.value[OPT_DATABASE]);
	if (options_has(&c->opt, OPT_STATUS))
		return status(c, dir);
	TRY(schema_migrate(&c->cx, dir, tell));
	return options_has(&c->opt, OPT_GRANT) ? grant(c, c->opt.value[OPT_GRANT]) : OK;
}
