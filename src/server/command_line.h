#ifndef MOTET_SERVER_COMMAND_LINE_H
#define MOTET_SERVER_COMMAND_LINE_H
#include "base/conf_args.h"
/* The command line of motetd and the configuration that it selects. Both are kept while the process
 * runs, because a reload reads the same sources again. */
enum command_line_action {
	ACTION_SERVE,
	ACTION_TEST,
	ACTION_ROUTES,
	ACTION_VERSION,
	ACTION_HELP,
	ACTION_WRONG
};
struct command_line {
	enum command_line_action action;
	int argc;
	char **argv;	       /* the whole command line: SIGUSR2 executes it again */
	bool thorough;	       /* -t twice */
	struct conf_args conf; /* its `file` is the argument of -c, or the default file */
	const char *pidfile;
	char place[4096]; /* storage for a default file */
};
void command_line_parse(struct command_line *, int argc, char **argv);
/* Read the file, the environment and -s. False: *out is NULL and `why` is for a person. */
bool command_line_load_conf(const struct command_line *, struct conf **out, char *why, size_t size);
void command_line_print_help(FILE *);
#endif
