#ifndef MOTET_CTL_CTL_OPTIONS_H
#define MOTET_CTL_CTL_OPTIONS_H
#include "base/conf_args.h"
/*
 * The options of all commands, as rows: name, letter, argument, help. The row of a command in
 * commands.c says which of them it takes.
 */
#define OPTION_ROWS(O) \
	O(CONFIG, "config", 'c', "FILE", \
	    "read the configuration from FILE; default: see motet.conf(5)") \
	O(SET, "set", 's', "key=value", "set a configuration key for this run; may be repeated") \
	O(HELP, "help", 'h', NULL, "explain the command") \
	O(VERSION, "version", 'V', NULL, "print the version") \
	O(ACCEPT, "accept", 0, "NAME", \
	    "accept a fault that you cannot fix; separate several names by commas") \
	O(ADMIN, "admin", 0, NULL, "make the actor an administrator") \
	O(ALL, "all", 0, NULL, "delete the tokens of all actors") \
	O(BATCH, "batch", 0, NULL, \
	    "print one page below the other, for files and simple terminals") \
	O(DATABASE, "database", 0, "CONNINFO", \
	    "connect as the owner of the tables; put passwords in .pgpass") \
	O(DIR, "dir", 0, "DIR", "read the schema files from DIR; default: the installed files") \
	O(DOMAIN, "domain", 0, "DOMAIN", \
	    "the domain of federation IDs, if the configuration does not set it") \
	O(DRY_RUN, "dry-run", 0, NULL, "delete nothing; count what would be deleted") \
	O(EXPIRES, "expires", 0, "TIME", \
	    "time until the invite expires: 90s, 30m, 12h, 7d; default: 7d") \
	O(GENERATE, "generate", 0, NULL, "generate a password and print it") \
	O(GRANT, "grant", 0, "ROLE", "grant ROLE the privileges that a running server needs") \
	O(JSON, "json", 0, NULL, "print JSON") \
	O(KEEP_CERTIFICATES, "keep-certificates", 0, NULL, "revoke no ID-Certs") \
	O(NEW_IDENTITY, "new-identity", 0, NULL, "replace an identity whose secret is lost") \
	O(NOTE, "note", 0, "TEXT", "store a note for the operator with the invite") \
	O(ONCE, "once", 0, NULL, "print one page and exit") \
	O(PASSWORD_FILE, "password-file", 0, "FILE", \
	    "read the password from the first line of FILE") \
	O(PASSWORD_STDIN, "password-stdin", 0, NULL, \
	    "read the password from the first line of stdin") \
	O(PEM, "pem", 0, NULL, "print the current certificate as PEM") \
	O(SAMPLE, "sample", 0, NULL, "print a file with every key, its default and what it does") \
	O(SORT, "sort", 0, "KEY", "sort workers by time, requests or pid") \
	O(STATUS, "status", 0, NULL, "change nothing; list which schema files are applied") \
	O(USES, "uses", 0, "N", "how many actors may register with the invite; default: 1") \
	O(WITH_SECRET, "with-secret", 0, NULL, "also save, or restore, `secret_file`")
#define O(id, name, letter, arg, help) OPT_##id,
enum option_id { OPTION_ROWS(O) OPT_COUNT };
#undef O
#define OPT_BIT(id) (1u << OPT_##id)

struct option_row {
	const char *name;
	char letter;	 /* 0: none */
	const char *arg; /* NULL: the option takes no argument */
	const char *help;
};
extern const struct option_row ctl_options_rows[OPT_COUNT];
#define CTL_OPTIONS_GLOBAL (OPT_BIT(CONFIG) | OPT_BIT(SET) | OPT_BIT(HELP))

struct ctl_options {
	const char *value[OPT_COUNT]; /* NULL: not given; "": given, and takes no argument */
	struct conf_args conf;	      /* -c and -s */
};
static inline bool ctl_options_has(const struct ctl_options *o, enum option_id id)
{
	return o->value[id] != NULL;
}
/*
 * Read the options in argv[1 … argc - 1]; `allowed` has the OPT_BIT()s of the options that are
 * accepted. argv[0] is the program's name in messages. If `first`, stops at the first word that is
 * not an option; otherwise moves all such words behind the options. Returns the index of the first
 * such word, or -1 after a message on standard error.
 */
int ctl_options_parse(struct ctl_options *, int argc, char **argv, unsigned allowed, bool first);
#endif
