#ifndef MOTET_CTL_CTL_OPTIONS_H
#define MOTET_CTL_CTL_OPTIONS_H
#include "base/conf.h"
/* The options of all commands, as rows: name, letter, argument, sentence. A command's row says
 * which of them it takes. */
#define OPTION_ROWS(O) \
	O(CONFIG, "config", 'c', "FILE", \
	    "the configuration; motet.conf(5) says which one otherwise") \
	O(SET, "set", 's', "key=value", \
	    "set a configuration key for this run; may be given again") \
	O(HELP, "help", 'h', NULL, "say what a command does") \
	O(VERSION, "version", 'V', NULL, "print the version") \
	O(ADMIN, "admin", 0, NULL, "make the actor an administrator") \
	O(ALL, "all", 0, NULL, "of everybody") \
	O(BATCH, "batch", 0, NULL, \
	    "page after page, for a file or a terminal that cannot move its cursor") \
	O(DATABASE, "database", 0, "CONNINFO", \
	    "connect as the owner of the tables; without a password, see .pgpass") \
	O(DIR, "dir", 0, "DIR", "directory of the schema files; default: the installed ones") \
	O(DOMAIN, "domain", 0, "DOMAIN", \
	    "the domain of federation IDs, unless the configuration has it") \
	O(DRY_RUN, "dry-run", 0, NULL, "change nothing; count what would go") \
	O(EXPIRES, "expires", 0, "TIME", "how long it is good: 90s, 30m, 12h, 7d; default: 7d") \
	O(GENERATE, "generate", 0, NULL, "make a password and print it") \
	O(GRANT, "grant", 0, "ROLE", "give this role what a running server needs") \
	O(JSON, "json", 0, NULL, "print JSON") \
	O(MDOC, "mdoc", 0, NULL, \
	    "a part of the manual as mdoc(7): keys, groups, options, statuses, or the page of a group") \
	O(NOTE, "note", 0, "TEXT", "what it is for, to know it again") \
	O(ONCE, "once", 0, NULL, "one page, then end") \
	O(PASSWORD_FILE, "password-file", 0, "FILE", "the password is the first line of FILE") \
	O(PASSWORD_STDIN, "password-stdin", 0, NULL, \
	    "the password is the first line of standard input") \
	O(PEM, "pem", 0, NULL, "print the current certificate as PEM") \
	O(SAMPLE, "sample", 0, NULL, \
	    "print a file with every key, its default and what it is for") \
	O(SORT, "sort", 0, "KEY", "order of the workers: time, requests or pid") \
	O(STATUS, "status", 0, NULL, "change nothing; list what is applied and what is not") \
	O(USES, "uses", 0, "N", "how many may register by it; default: 1")
#define O(id, name, letter, arg, help) OPT_##id,
enum option_id { OPTION_ROWS(O) OPT_COUNT };
#undef O
#define OPT_BIT(id) (1u << OPT_##id)
enum { CTL_OPTIONS_SET = 64 };

struct option_row {
	const char *name;
	char letter;	 /* 0: none */
	const char *arg; /* NULL: takes none */
	const char *help;
};
extern const struct option_row ctl_options_rows[OPT_COUNT];
#define CTL_OPTIONS_GLOBAL (OPT_BIT(CONFIG) | OPT_BIT(SET) | OPT_BIT(HELP))

struct ctl_options {
	const char *value[OPT_COUNT]; /* NULL: not given; "" for one without an argument */
	const char *set[CTL_OPTIONS_SET];
	int nset;
};
static inline bool ctl_options_has(const struct ctl_options *o, enum option_id id)
{
	return o->value[id] != NULL;
}
/*
 * Read options among argv[0 … argc - 1] (argv[0] is a name for messages), of those in `allowed`.
 * Stops at the first word that is none when `first` is set, else moves such words behind the
 * options. Returns the index of the first word, or -1 after a message on standard error.
 */
int ctl_options_parse(struct ctl_options *, int argc, char **argv, unsigned allowed, bool first);
/* File, environment and -s, in this order; not yet finished (conf_finish). */
must_check bool ctl_options_conf(
    const struct ctl_options *, const char *file, struct conf **, char *why, size_t size);
#endif
