#ifndef MOTET_CTL_CTL_H
#define MOTET_CTL_CTL_H
#include "signer/signer.h"
#include "ctl/ctl_options.h"
#include <stdlib.h>
#include <sysexits.h>
/*
 * motetctl, the operator's program. A command is a row of commands.c: its words, its function, what
 * must be open before it runs, its options and its help. run.c opens what the row needs, calls the
 * function, and turns its error into a message and an exit status. The function calls core and
 * prints the result.
 */

/*
 * Exit statuses are EX_OK, EXIT_FAILURE and some of sysexits.h; help.c explains them, a table in
 * run.c maps errors to them.
 */

/* What a command needs; each level includes those before it. */
enum needs {
	NEEDS_NOTHING,
	NEEDS_CONF,   /* the configuration is read: ctl.conf, cx.conf */
	NEEDS_DB,     /* cx.db, which connects when it is first used */
	NEEDS_DOMAIN, /* the configuration is complete */
	NEEDS_SCHEMA, /* the database answers, and its schema fits this program */
	NEEDS_SECRET  /* cx.ca signs with the secret of the configuration */
};

struct ctl {
	struct cx cx;	     /* cx.mem is always open; ctl_need() opens conf, db and ca */
	const char *program; /* argv[0] */
	struct conf *conf;
	struct ctl_options opt;
	char **word; /* the arguments after the command's own words */
	int nwords;
	enum needs have;
	struct ca_local ca;
	int status; /* exit status of a failed command; 0: run.c derives it from the error */
};

typedef enum err command_fn(struct ctl *);
struct command {
	const char *name, *sub; /* the two words; sub is NULL if the command is one word */
	command_fn *fn;
	enum needs needs;
	const char *args; /* "NAME", "[NAME]", "" */
	int least, most;  /* how many arguments */
	unsigned options; /* OPT_BIT()s, without the options that every command takes */
	const char *help; /* one line for the list of commands */
	/* A few lines: what it does, examples (each indented by two blanks), the next step. */
	const char *more;
};
/* In the order of the help; a row without a name ends the table. */
extern const struct command ctl_commands[];

/*
 * A manual page, motetctl-<name>(8): the commands whose first word is one of `words`, in the order
 * of the table above. tests/lint/docs checks that each command is in one group and on its page.
 */
struct command_group {
	const char *name, *words;
	const char *help; /* one line, as in the section NAME of the page */
};
extern const struct command_group ctl_groups[]; /* a row without a name ends the table */

/* Open what this level needs and is not yet open. run.c calls it before the command runs. */
must_check enum err ctl_need(struct ctl *, enum needs);
/* Connect as the owner of the tables, if the configuration has owner_database: for commands that do
 * what the role of the servers may not do (server_right in schema/). */
void ctl_become_owner(struct ctl *);
/* Like refuse(), but motetctl exits with EX_USAGE. */
#define ctl_bad_usage(c, ...) \
	((c)->status = EX_USAGE, refuse(&(c)->cx, ERR_BAD_REQUEST, "", __VA_ARGS__))
/* Like fail(), but motetctl exits with EX_CONFIG. */
#define ctl_bad_conf(c, ...) ((c)->status = EX_CONFIG, fail(&(c)->cx, ERR_INTERNAL, __VA_ARGS__))
/* Run motetctl; returns the exit status. */
int ctl_main(int argc, char **argv);
/* Print one line of progress to standard output, at once. */
void ctl_print_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
#endif
