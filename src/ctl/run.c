#include "base/secret.h"
#include "text/fid.h"
#include "core/epoch.h"
#include "core/schema.h"
#include "ctl/ctl.h"
#include "ctl/help.h"
#include "db/db.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

enum { CTL_ARENA_MAX = 512 << 20 }; /* enough to list 100,000 actors */

/* Errors whose exit status is not EXIT_FAILURE. */
static const struct {
	enum err err;
	int status;
} error_statuses[] = {
	{ ERR_UNAVAILABLE, EX_UNAVAILABLE },
	{ ERR_MISFIT, EX_UNAVAILABLE },
	{ ERR_UNCERTAIN, EX_UNAVAILABLE },
	{ ERR_KEY_UNCERTAIN, EX_UNAVAILABLE },
	{ ERR_CLOCKS, EX_UNAVAILABLE },
	{ ERR_EPOCH, EX_UNAVAILABLE },
	{ ERR_RETRY, EX_UNAVAILABLE },
};

/* What to do next about an error, if its message contains `about` and does not say what to do; the
 * first row that fits counts. */
static const struct {
	enum err err;
	const char *about, *next;
} error_hints[] = {
	{ ERR_UNAVAILABLE, "database: connect",
	    "is PostgreSQL running, and is the key `database` right? `motetctl config` prints it" },
	{ ERR_UNAVAILABLE, "sql_schema_state: 42501",
	    "grant this role access: run `motetctl migrate --grant ROLE` as the tables' owner" },
	{ ERR_UNAVAILABLE, ": 42501",
	    "the role of the servers may not do this: set `owner_database` (motet.conf(5)), or "
	    "MOTET_OWNER_DATABASE for this command, to the role that owns the tables" },
	{ ERR_KEY_UNCERTAIN, "",
	    "the key may have been rotated: run motetctl key show before you repeat the command" },
	{ ERR_UNCERTAIN, "", "the command may have succeeded: check before you repeat it" },
	{ ERR_RETRY, "sql_schema_lock", "another migration is running; try again in a moment" },
};

static int exit_status_of_error(const struct ctl *c, enum err e)
{
	if (c->status)
		return c->status;
	for (size_t i = 0; i < sizeof error_statuses / sizeof error_statuses[0]; i++)
		if (error_statuses[i].err == e)
			return error_statuses[i].status;
	return EXIT_FAILURE;
}

static void print_error(const struct fail *why, enum err e)
{
	struct str text = str_trim(str_of(why->say[0] ? why->say
		: why->log[0]			      ? why->log
						      : err_text(e)));

	fprintf(stderr, "motetctl: %.*s\n", (int)text.n, text.s);
	for (size_t i = 0; i < sizeof error_hints / sizeof error_hints[0]; i++)
		if (error_hints[i].err == e &&
		    memmem(text.s, text.n, error_hints[i].about, strlen(error_hints[i].about))) {
			fprintf(stderr, "motetctl: %s\n", error_hints[i].next);
			return;
		}
}

/*
 * The owner of the tables, who migrates, may be unable to read the servers' configuration file, and
 * needs only --database. For everyone else an unreadable file is an error: without it, the command
 * would run on another database.
 */
static const char *choose_conf_file(const struct ctl *c, char *place, size_t size)
{
	const char *named = c->opt.conf.file, *env = getenv("MOTET_CONF");
	const char *file = named ? named : conf_default_file(c->program, place, size);

	if (file && !named && !(env && env[0]) && ctl_options_has(&c->opt, OPT_DATABASE) &&
	    access(file, R_OK) != 0)
		return NULL;
	return file;
}

static enum err open_ctl_conf(struct ctl *c)
{
	char why[256], place[4096];
	struct conf_args args = c->opt.conf;

	args.file = choose_conf_file(c, place, sizeof place);
	if (!conf_args_load(&args, &c->conf, why, sizeof why))
		return ctl_bad_conf(c, "%s", why);
	c->cx.conf = c->conf;
	return OK;
}

static enum err open_ctl_db(struct ctl *c)
{
	c->cx.db = db_new(c->conf);
	return OK;
}

/* --domain supplies a missing domain; it must not contradict the configuration. */
static enum err adopt_domain_option(struct ctl *c)
{
	const char *given = c->opt.value[OPT_DOMAIN];
	char why[256];

	if (given == NULL || strcmp(given, c->conf->domain) == 0)
		return OK;
	if (c->conf->domain[0])
		return ctl_bad_conf(c, "domain: the configuration says %s, --domain says %s",
		    c->conf->domain, given);
	return conf_set(c->conf, STR("domain"), str_of(given), why, sizeof why)
	    ? OK
	    : ctl_bad_conf(c, "%s", why);
}

static enum err open_ctl_domain(struct ctl *c)
{
	char why[256];

	TRY(adopt_domain_option(c));
	if (!conf_finish(c->conf, why, sizeof why))
		return ctl_bad_conf(c, "%s", why);
	if (!domain_ok(str_of(c->conf->domain)))
		return ctl_bad_conf(c,
		    "domain: %s is not a domain name in lower case, such as example.org",
		    c->conf->domain);
	return OK;
}

static enum err open_ctl_schema(struct ctl *c)
{
	return schema_check_version(&c->cx);
}

static enum err open_ctl_secret(struct ctl *c)
{
	uint8_t secret[SECRET_BYTES];
	char why[256];

	if (!secret_load_for_ctl(c->conf->secret_file, secret, why, sizeof why))
		return ctl_bad_conf(c, "%s", why);
	ca_local_init(&c->ca, c->conf, secret);
	explicit_bzero(secret, sizeof secret);
	c->cx.ca = &c->ca.ca;
	return OK;
}

enum err ctl_need(struct ctl *c, enum needs needs)
{
	static enum err (*const steps[])(struct ctl *) = {
		[NEEDS_CONF] = open_ctl_conf,
		[NEEDS_DB] = open_ctl_db,
		[NEEDS_DOMAIN] = open_ctl_domain,
		[NEEDS_SCHEMA] = open_ctl_schema,
		[NEEDS_SECRET] = open_ctl_secret,
	};

	while (c->have < needs) {
		TRY(steps[c->have + 1](c));
		c->have++;
	}
	return OK;
}

void ctl_become_owner(struct ctl *c)
{
	if (c->conf->owner_database[0])
		db_set_conninfo(c->cx.db, c->conf->owner_database);
}

static int perform_command(struct ctl *c, const struct command *cmd)
{
	enum err e = ctl_need(c, cmd->needs);

	if (e == OK && cmd->needs >= NEEDS_SCHEMA)
		db_set_fence(c->cx.db, epoch_fence);
	if (e == OK)
		e = cmd->fn(c);
	if (fflush(stdout) != 0 || ferror(stdout))
		e = fail(&c->cx, ERR_INTERNAL, "cannot write to standard output");
	if (e == OK)
		return EX_OK;
	print_error(&c->cx.why, e);
	return exit_status_of_error(c, e);
}

/* Reads the command's own options and arguments. argv[0] is the program's name in messages. */
static int run_command(struct ctl *c, const struct command *cmd, int argc, char **argv)
{
	int at = ctl_options_parse(&c->opt, argc, argv, CTL_OPTIONS_GLOBAL | cmd->options, false);

	if (at >= 0 && ctl_options_has(&c->opt, OPT_HELP)) {
		help_command(stdout, cmd);
		return EX_OK;
	}
	if (at < 0 || argc - at < cmd->least || argc - at > cmd->most) {
		help_usage(stderr, cmd);
		return EX_USAGE;
	}
	c->word = argv + at;
	c->nwords = argc - at;
	return perform_command(c, cmd);
}

/* `motetctl actor --help` lists the commands of a group, or those that begin with a word. */
static bool help_is_asked(const struct ctl *c, int argc, char **argv)
{
	return ctl_options_has(&c->opt, OPT_HELP) ||
	    (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0));
}

/* argv[at] is the first word that is not an option, if there is one. */
static int dispatch_words(struct ctl *c, int at, int argc, char **argv)
{
	int words;

	if (at == argc) {
		bool asked = ctl_options_has(&c->opt, OPT_HELP);
		help_all(asked ? stdout : stderr);
		return asked ? EX_OK : EX_USAGE;
	}
	const struct command *cmd = help_find(argc - at, argv + at, &words);
	if (cmd == NULL && help_is_asked(c, argc - at, argv + at) &&
	    help_list_word(stdout, argv[at]))
		return EX_OK;
	if (cmd == NULL) {
		help_unknown(stderr, argv[at]);
		return EX_USAGE;
	}
	at += words - 1;
	argv[at] = argv[0];
	return run_command(c, cmd, argc - at, argv + at);
}

int ctl_main(int argc, char **argv)
{
	static struct ctl c;
	int status = EX_USAGE;

	c = (struct ctl){ .cx = { .mem = arena_new(CTL_ARENA_MAX) }, .program = argv[0] };
	int at = ctl_options_parse(&c.opt, argc, argv, CTL_OPTIONS_GLOBAL | OPT_BIT(VERSION), true);
	if (at < 0)
		fputs("motetctl: `motetctl --help` lists commands and options\n", stderr);
	else if (ctl_options_has(&c.opt, OPT_VERSION))
		status = help_version(stdout);
	else
		status = dispatch_words(&c, at, argc, argv);
	ca_local_wipe(&c.ca);
	db_free(c.cx.db);
	arena_free(c.cx.mem);
	conf_free(c.conf);
	return status;
}

void ctl_print_line(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}
