#include "ctl/help.h"
#include "core/schema.h"
#include <stdlib.h>
#include <sysexits.h>

const struct help_status help_statuses[HELP_STATUSES] = {
	{ EX_OK, "success, or nothing to do" },
	{ EXIT_FAILURE, "the command failed or was refused; see its message" },
	{ EX_USAGE, "the command line is wrong" },
	{ EX_UNAVAILABLE, "the database is unavailable or busy, or its schema does not fit" },
	{ EX_CONFIG, "the configuration or the secret is wrong" },
};

enum { HELP_COLUMN = 34 };

static bool words_equal(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

const struct command *help_find(int nwords, char **words, int *used)
{
	for (const struct command *c = ctl_commands; c->name; c++) {
		*used = c->sub ? 2 : 1;
		if (nwords >= *used && words_equal(c->name, words[0]) &&
		    (c->sub == NULL || words_equal(c->sub, words[1])))
			return c;
	}
	return NULL;
}

const struct command_group *help_group(const struct command *c)
{
	struct str rest, one;

	for (const struct command_group *g = ctl_groups; g->name; g++)
		for (rest = str_of(g->words); rest.n;) {
			str_cut(rest, ' ', &one, &rest);
			if (str_is(one, c->name))
				return g;
		}
	return NULL;
}

static int put_command_name(FILE *f, const struct command *c)
{
	return fprintf(f, "%s%s%s%s%s", c->name, c->sub ? " " : "", c->sub ? c->sub : "",
	    c->args[0] ? " " : "", c->args);
}

static void put_command_line(FILE *f, const struct command *c)
{
	fputs("  ", f);
	fprintf(f, "%*s%s\n", HELP_COLUMN - put_command_name(f, c), "", c->help);
}

static void put_option_lines(FILE *f, unsigned which)
{
	for (int id = 0; id < OPT_COUNT; id++) {
		const struct option_row *r = &ctl_options_rows[id];
		if (!(which & 1u << id))
			continue;
		int n = r->letter ? fprintf(f, "  -%c, --%s", r->letter, r->name)
				  : fprintf(f, "  --%s", r->name);
		n += r->arg ? fprintf(f, " %s", r->arg) : 0;
		fprintf(f, "%*s%s\n", n < HELP_COLUMN + 1 ? HELP_COLUMN + 2 - n : 1, "", r->help);
	}
}

static void put_exit_statuses(FILE *f)
{
	fputs("\nExit status:\n", f);
	for (size_t i = 0; i < HELP_STATUSES; i++)
		fprintf(
		    f, "  %-*d%s\n", HELP_COLUMN, help_statuses[i].status, help_statuses[i].text);
}

/* Print the help line of a group, beginning with a capital letter. */
static void put_group_heading(FILE *f, const struct command_group *g)
{
	fprintf(f, "%c%s (man motetctl-%s):\n", *g->help - 'a' + 'A', g->help + 1, g->name);
}

static void put_group(FILE *f, const struct command_group *g)
{
	fputc('\n', f);
	put_group_heading(f, g);
	for (const struct command *c = ctl_commands; c->name; c++)
		if (help_group(c) == g)
			put_command_line(f, c);
}

void help_all(FILE *f)
{
	fputs("Usage: motetctl [-c FILE] [-s key=value]... COMMAND\n"
	      "Administer a motet home server.\n",
	    f);
	for (const struct command_group *g = ctl_groups; g->name; g++)
		put_group(f, g);
	fputs("\nOptions of every command:\n", f);
	put_option_lines(f, CTL_OPTIONS_GLOBAL);
	put_exit_statuses(f);
	fputs("\n`motetctl help COMMAND` explains a command, with an example.\n"
	      "A new server: start with `motetctl help init`, or read man motet.\n",
	    f);
}

void help_usage(FILE *f, const struct command *c)
{
	fputs("Usage: motetctl ", f);
	put_command_name(f, c);
	for (int id = 0; id < OPT_COUNT; id++) {
		const struct option_row *r = &ctl_options_rows[id];
		if (c->options & 1u << id)
			fprintf(f, " [--%s%s%s]", r->name, r->arg ? " " : "", r->arg ? r->arg : "");
	}
	fputc('\n', f);
}

void help_command(FILE *f, const struct command *c)
{
	help_usage(f, c);
	fprintf(f, "%s.\n\n%s\n\nOptions:\n", c->help, c->more);
	put_option_lines(f, c->options);
	put_option_lines(f, CTL_OPTIONS_GLOBAL);
	fprintf(f, "\nMore: man motetctl-%s\n", help_group(c)->name);
}

/* All commands that begin with one word are in one group. */
static const struct command_group *find_group_of_word(const char *word)
{
	for (const struct command *c = ctl_commands; c->name; c++)
		if (words_equal(c->name, word))
			return help_group(c);
	for (const struct command_group *g = ctl_groups; g->name; g++)
		if (words_equal(g->name, word))
			return g;
	return NULL;
}

bool help_list_word(FILE *f, const char *word)
{
	const struct command_group *g = find_group_of_word(word);

	if (g == NULL)
		return false;
	put_group_heading(f, g);
	for (const struct command *c = ctl_commands; c->name; c++)
		if (words_equal(c->name, word) ||
		    (words_equal(g->name, word) && help_group(c) == g))
			put_command_line(f, c);
	fputs("\n`motetctl help COMMAND` explains a command, with an example.\n", f);
	return true;
}

void help_unknown(FILE *f, const char *word)
{
	bool some = false;

	for (const struct command *c = ctl_commands; c->name; c++) {
		if (!words_equal(c->name, word))
			continue;
		if (!some)
			fprintf(f, "motetctl: no such command; these begin with %s:\n", word);
		some = true;
		put_command_line(f, c);
	}
	if (!some)
		fprintf(
		    f, "motetctl: there is no command %s; `motetctl --help` lists them\n", word);
}

int help_version(FILE *f)
{
	fprintf(f, "motetctl %s, schema %d\n", PACKAGE_VERSION, SCHEMA_VERSION);
	return EX_OK;
}
