#ifndef MOTET_CTL_HELP_H
#define MOTET_CTL_HELP_H
#include "ctl/ctl.h"
#include <stdio.h>
#include <sysexits.h>
/* What motetctl says about itself, printed from the rows of commands.c and options.h. */
/* The command that the words begin with; *used says how many of them are its name. NULL: there is
 * none. */
const struct command *help_find(int nwords, char **words, int *used);
/* The group whose page has it; each command is in one (tests/lint/docs). */
const struct command_group *help_group(const struct command *);
struct help_status {
	int status;
	const char *text;
};
enum { HELP_STATUSES = 5 };
extern const struct help_status help_statuses[HELP_STATUSES];
/* Every command with its line, the options that all take, the exit statuses. */
void help_all(FILE *);
/* One command: usage, what it does, an example, its options. */
void help_command(FILE *, const struct command *);
/* The commands that begin with a word, or those of the group of that name; false: there are none.
 */
bool help_list_word(FILE *, const char *word);
/* Its usage alone, after a mistake. */
void help_usage(FILE *, const struct command *);
/* There is no such command; if the word begins some, these. */
void help_unknown(FILE *, const char *word);
/* Returns EX_OK. */
int help_version(FILE *);
#endif
