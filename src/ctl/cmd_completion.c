#include "ctl/cmd.h"
#include "ctl/help.h"
#include <stdio.h>

/* A completion script, made of the tables of commands and options: the two shells differ in how
 * they write a list of words. */
struct completion_shell {
	const char *name, *head, *tail;
	bool described; /* a word has its description, as in zsh: 'add:Register an actor' */
};

/* Finds the command before the cursor; `first` is the index of the first word after motetctl. */
#define FIND_COMMAND(first, end, words) \
	"\tlocal cmd='' sub='' i\n" \
	"\tfor ((i = " first "; i < " end "; i++)); do\n" \
	"\t\tcase ${" words "[i]} in\n" \
	"\t\t-c | -s | --config | --set) i=$((i + 1)) ;;\n" \
	"\t\t-*) ;;\n" \
	"\t\t*) if [ -z \"$cmd\" ]; then cmd=${" words "[i]}; " \
	"elif [ -z \"$sub\" ]; then sub=${" words "[i]}; fi ;;\n" \
	"\t\tesac\n" \
	"\tdone\n" \
	"\tcase \"$cmd $sub\" in\n"

static const struct completion_shell completion_shells[] = {
	{ "bash",
	    "_motetctl() {\n"
	    "\tlocal found=()\n" FIND_COMMAND("1", "COMP_CWORD", "COMP_WORDS"),
	    "\tesac\n"
	    "\tmapfile -t COMPREPLY < <(compgen -o default -W \"${found[*]}\" -- "
	    "\"${COMP_WORDS[COMP_CWORD]}\")\n"
	    "}\n"
	    "complete -F _motetctl motetctl\n",
	    false },
	{ "zsh",
	    "#compdef motetctl\n"
	    "_motetctl() {\n"
	    "\tlocal -a found\n" FIND_COMMAND("2", "CURRENT", "words"),
	    "\tesac\n"
	    "\t_describe motetctl found || _files\n"
	    "}\n"
	    "compdef _motetctl motetctl\n",
	    true },
};

static void put_quoted(const char *text)
{
	for (; *text; text++)
		if (*text == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*text);
}

static void put_completion_word(
    const struct completion_shell *s, const char *dashes, const char *word, const char *about)
{
	printf(" '%s%s", dashes, word);
	if (s->described) {
		putchar(':');
		put_quoted(about);
	}
	putchar('\'');
}

static void put_completion_options(const struct completion_shell *s, unsigned which)
{
	for (int id = 0; id < OPT_COUNT; id++)
		if (which & 1u << id)
			put_completion_word(
			    s, "--", ctl_options_rows[id].name, ctl_options_rows[id].help);
}

/* Commands with the same first word follow each other in the table. */
static bool begins_first_word(const struct command *c)
{
	return c == ctl_commands || strcmp(c->name, c[-1].name) != 0;
}

static void put_first_words(const struct completion_shell *s)
{
	fputs("\t' ') found=(", stdout);
	for (const struct command *c = ctl_commands; c->name; c++)
		if (begins_first_word(c))
			put_completion_word(s, "", c->name, c->sub ? help_group(c)->help : c->help);
	put_completion_options(s, CTL_OPTIONS_GLOBAL);
	puts(") ;;");
}

static void put_second_words(const struct completion_shell *s, const struct command *first)
{
	printf("\t'%s ') found=(", first->name);
	for (const struct command *c = first; c->name && strcmp(c->name, first->name) == 0; c++)
		put_completion_word(s, "", c->sub, c->help);
	puts(") ;;");
}

static void put_command_options(const struct completion_shell *s, const struct command *c)
{
	printf("\t'%s %s'%s) found=(", c->name, c->sub ? c->sub : "", c->sub ? "" : "*");
	put_completion_options(s, c->options | CTL_OPTIONS_GLOBAL);
	puts(") ;;");
}

static void put_completion_script(const struct completion_shell *s)
{
	fputs(s->head, stdout);
	put_first_words(s);
	for (const struct command *c = ctl_commands; c->name; c++) {
		if (c->sub && begins_first_word(c))
			put_second_words(s, c);
		put_command_options(s, c);
	}
	fputs(s->tail, stdout);
}

enum err cmd_completion(struct ctl *c)
{
	for (size_t i = 0; i < sizeof completion_shells / sizeof completion_shells[0]; i++)
		if (strcmp(c->word[0], completion_shells[i].name) == 0) {
			put_completion_script(&completion_shells[i]);
			return OK;
		}
	return ctl_bad_usage(
	    c, "%s: there are completion scripts for bash and zsh only", c->word[0]);
}
