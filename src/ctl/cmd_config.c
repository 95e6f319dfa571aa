#include "ctl/cmd.h"
#include "ctl/help.h"
#include "ctl/term/out.h"
#include "core/schema.h"
#include "db/conninfo.h"
#include <stdio.h>
#include <sysexits.h>

struct conf_value_row {
	struct str key, value, standard, type;
};
static const struct column conf_columns[] = {
	COL_STR(conf_value_row, key, "key"),
	COL_STR(conf_value_row, value, "value"),
	COL_STR(conf_value_row, standard, "default"),
	COL_STR(conf_value_row, type, "type"),
};
enum { CONF_VALUE_BYTES = 4096 };

static struct conf_value_row *collect_conf_values(struct ctl *c, size_t *n)
{
	const struct conf_row *all = conf_rows(n);
	struct conf_value_row *r = arena_alloc(c->cx.mem, *n * sizeof *r);
	char *text = arena_alloc(c->cx.mem, CONF_VALUE_BYTES);

	for (size_t i = 0; i < *n; i++) {
		struct str v = str_of(conf_value(c->conf, i, text, CONF_VALUE_BYTES));
		v.s = arena_dup(c->cx.mem, v.s, v.n);
		if (strcmp(all[i].name, "database") == 0 ||
		    strcmp(all[i].name, "owner_database") == 0)
			v = conninfo_mask_passwords(c->cx.mem, v.s);
		r[i] = (struct conf_value_row){ str_of(all[i].name), v, str_of(all[i].def),
			str_of(all[i].type) };
	}
	return r;
}

static void print_conf_values(const struct ctl *c, const struct conf_value_row *r, size_t n)
{
	printf("# %s\n", c->conf->file ? c->conf->file : "no configuration file");
	for (size_t i = 0; i < n; i++)
		printf("%s =%s%.*s\n", r[i].key.s, r[i].value.n ? " " : "", (int)r[i].value.n,
		    r[i].value.s);
}

static enum err print_conf_in_force(struct ctl *c)
{
	char why[256];
	size_t n;

	TRY(ctl_need(c, NEEDS_CONF));
	bool whole = conf_finish(c->conf, why, sizeof why);
	struct conf_value_row *r = collect_conf_values(c, &n);
	const struct listing l = LISTING(conf_columns, r, n);
	if (ctl_options_has(&c->opt, OPT_JSON))
		out_list(&c->cx, &l, true);
	else
		print_conf_values(c, r, n);
	return whole ? OK : ctl_bad_conf(c, "%s", why);
}

enum err cmd_config(struct ctl *c)
{
	if (ctl_options_has(&c->opt, OPT_SAMPLE)) {
		conf_print(NULL, stdout, true);
		return OK;
	}
	return print_conf_in_force(c);
}

struct version_row {
	struct str version;
	int64_t schema;
};
static const struct column version_columns[] = {
	COL_STR(version_row, version, "version"),
	COL_NUM(version_row, schema, "schema"),
};

enum err cmd_version(struct ctl *c)
{
	struct version_row v = { STR(PACKAGE_VERSION), SCHEMA_VERSION };
	const struct listing l = LISTING(version_columns, &v, 1);

	if (ctl_options_has(&c->opt, OPT_JSON))
		out_one(&c->cx, &l, true);
	else
		help_version(stdout);
	return OK;
}

enum err cmd_help(struct ctl *c)
{
	int used;
	const struct command *cmd = c->nwords ? help_find(c->nwords, c->word, &used) : NULL;

	if (c->nwords == 0)
		help_all(stdout);
	else if (cmd)
		help_command(stdout, cmd);
	else if (c->nwords > 1 || !help_list_word(stdout, c->word[0])) {
		help_unknown(stderr, c->word[0]);
		c->status = EX_USAGE;
		return fail(&c->cx, ERR_NOT_FOUND, "there is no help for that word");
	}
	return OK;
}
