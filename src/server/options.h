#ifndef MOTET_SERVER_OPTIONS_H
#define MOTET_SERVER_OPTIONS_H
#include "base/conf.h"
/* The command line, and the configuration it leads to; kept for the life of the process, so that a
 * reload finds the same again. */
enum action { ACTION_SERVE, ACTION_TEST, ACTION_ROUTES, ACTION_VERSION, ACTION_HELP, ACTION_WRONG };
enum { OPTIONS_SET = 64 };
struct options {
	enum action action;
	int argc;
	char **argv;	  /* all of it: what SIGUSR2 executes again */
	bool thorough;	  /* -t twice */
	const char *file; /* -c, or the default; NULL: none */
	const char *pidfile;
	const char *set[OPTIONS_SET]; /* -s key=value */
	int nset;
	char place[4096]; /* what `file` may point to */
};
void options_parse(struct options *, int argc, char **argv);
/* File, environment and -s, read now. On failure *out is NULL and `why` is for a person. */
bool options_conf(const struct options *, struct conf **out, char *why, size_t size);
void options_help(FILE *);
#endif
