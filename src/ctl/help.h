#ifndef MOTET_CTL_HELP_H
#define MOTET_CTL_HELP_H
#include "ctl/ctl.h"
#include <stdio.h>
#include <sysexits.h>
/* The help of motetctl, printed from the rows of commands.c and ctl_options.h. */

/* Find the command that the words begin with; NULL: none. *used is how many words its name has. */
const struct command *help_find(int nwords, char **words, int *used);
/* Find the group that the command is in; the group's manual page is motetctl-<group>(8). */
const struct command_group *help_group(const struct command *);
struct help_status {
	int status;
	const char *text;
};
enum { HELP_STATUSES = 5 };
extern const struct help_status help_statuses[HELP_STATUSES];
/* Print all commands by group, the options of every command, and the exit statuses. */
void help_all(FILE *);
/* Print the help of one command: usage, what it does, an example, its options, its page. */
void help_command(FILE *, const struct command *);
/* List the commands that begin with a word, or the commands of the group of that name; false: there
 * are no such commands. */
bool help_list_word(FILE *, const char *word);
/* Print the usage line alone, after a wrong command line. */
void help_usage(FILE *, const struct command *);
/* Print the message for an unknown command, and list the commands that begin with the word. */
void help_unknown(FILE *, const char *word);
/* Print the version; returns EX_OK. */
int help_version(FILE *);
#endif
