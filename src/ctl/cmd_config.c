#include "ctl/cmd.h"
#include "ctl/help.h"
#include "ctl/mask.h"
#include "ctl/mdoc.h"
#include "ctl/term/out.h"
#include <stdio.h>
#include <sysexits.h>

struct row {
	struct str key, value, standard, type;
};
static const struct column columns[] = {
	COL_STR(row, key, "key"),
	COL_STR(row, value, "value"),
	COL_STR(row, standard, "default"),
	COL_STR(row, type, "type"),
};
enum { VALUE = 4096 };

static struct row *effective(struct ctl *c, size_t *n)
{
	const struct conf_row *all = conf_rows(n);
	struct row *r = arena_alloc(c->cx.mem, *n * sizeof *r);
	char *text = arena_alloc(c->cx.mem, VALUE);

	for (size_t i = 0; i < *n; i++) {
		struct str v = str_of(conf_value(c->conf, i, text, VALUE));
		v.s = arena_dup(c->cx.mem, v.s, v.n);
		if (strcmp(all[i].name, "database") == 0)
			v = mask_passwords(c->cx.mem, v);
		r[i] =
		    (struct row){ str_of(all[i].name), v, str_of(all[i].def), str_of(all[i].type) };
	}
	return r;
}

static void print_file(const struct ctl *c, const struct row *r, size_t n)
{
	printf("# %s\n", c->conf->file ? c->conf->file : "no file");
	for (size_t i = 0; i < n; i++)
		printf("%s =%s%.*s\n", r[i].key.s, r[i].value.n ? " " : "", (int)r[i].value.n,
		    r[i].value.s);
}

static enum err print_effective(struct ctl *c)
{
	char why[256];
	size_t n;

	TRY(ctl_need(c, NEEDS_CONF));
	bool whole = conf_finish(c->conf, why, sizeof why);
	struct row *r = effective(c, &n);
	const struct listing l = LISTING(columns, r, n);
	if (options_has(&c->opt, OPT_JSON))
		out_list(&c->cx, &l, true);
	else
		print_file(c, r, n);
	return whole ? OK : ctl_bad_conf(c, "%s", why);
}

enum err cmd_config(struct ctl *c)
{
	if (options_has(&c->opt, OPT_SAMPLE)) {
		conf_print(NULL, stdout, true);
		return OK;
	}
	return print_effective(c);
}

enum err cmd_version(struct ctl *c)
{
	(void)c;
	help_version(stdout);
	return OK;
}

enum err cmd_help(struct ctl *c)
{
	int used;
	const struct command *cmd = c->nwords ? help_find(c->nwords, c->word, &used) : NULL;

	if (options_has(&c->opt, OPT_MDOC) && c->nwords == 1 && mdoc_print(stdout, c->word[0]))
		return OK;
	if (c->nwords == 0)
		help_all(stdout);
	else if (cmd)
		help_command(stdout, cmd);
	else if (c->nwords > 1 || !help_words(stdout, c->word[0])) {
		help_unknown(stderr, c->word[0]);
		c->status = EX_USAGE;
		return fail(&c->cx, ERR_NOT_FOUND, "no help for that");
	}
	return OK;
}
