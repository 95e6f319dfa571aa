#include "base/secret.h"
#include "text/fid.h"
#include "core/schema.h"
#include "ctl/ctl.h"
#include "ctl/help.h"
#include "db/db.h"
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

enum { ARENA_MAX = 512 << 20 }; /* a hundred thousand actors, as rows and as text */

/* Which errors are not simply EXIT_FAILURE. */
static const struct {
	enum err err;
	int status;
} statuses[] = {
	{ ERR_UNAVAILABLE, EX_UNAVAILABLE },
	{ ERR_UNCERTAIN, EX_UNAVAILABLE },
	{ ERR_RETRY, EX_UNAVAILABLE },
};

/* What to do next, where the message itself does not say it; `about` is how the message begins. */
static const struct {
	enum err err;
	const char *about, *next;
} hints[] = {
	{ ERR_UNAVAILABLE, "database: connect",
	    "is PostgreSQL running, is `database` right? `motetctl config` prints what is in force" },
	{ ERR_UNAVAILABLE, "sql_schema_state: 42501",
	    "let this role in: `motetctl migrate --grant ROLE`, as the owner of the tables" },
	{ ERR_UNCERTAIN, "", "it may have been done: look before you repeat it" },
	{ ERR_RETRY, "sql_schema_lock", "somebody else is migrating; try again in a moment" },
};

static int status_of(const struct ctl *c, enum err e)
{
	if (c->status)
		return c->status;
	for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
		if (statuses[i].err == e)
			return statuses[i].status;
	return EXIT_FAILURE;
}

static void complain(const struct fail *why, enum err e)
{
	struct str text = str_trim(str_of(why->say[0] ? why->say
		: why->log[0]			      ? why->log
						      : err_text(e)));

	fprintf(stderr, "motetctl: %.*s\n", (int)text.n, text.s);
	for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++)
		if (hints[i].err == e && str_starts(text, hints[i].about)) {
			fprintf(stderr, "motetctl: %s\n", hints[i].next);
			return;
		}
}

/*
 * Who migrates is the owner of the tables, to whom the servers' file is closed, and --database says
 * all that is needed. Otherwise a file that nobody may read is an error: what is done without it
 * would be done to another database.
 */
static const char *conf_file(const struct ctl *c, char *place, size_t size)
{
	const char *named = c->opt.value[OPT_CONFIG], *env = getenv("MOTET_CONF");
	const char *file = named ? named : conf_default_file(c->program, place, size);

	if (file && !named && !(env && env[0]) && options_has(&c->opt, OPT_DATABASE) &&
	    access(file, R_OK) != 0)
		return NULL;
	return file;
}

static enum err open_conf(struct ctl *c)
{
	char why[256], place[4096];
	const char *file = conf_file(c, place, sizeof place);

	if (!options_conf(&c->opt, file, &c->conf, why, sizeof why))
		return ctl_bad_conf(c, "%s", why);
	c->cx.conf = c->conf;
	return OK;
}

static enum err open_db(struct ctl *c)
{
	c->cx.db = db_new(c->conf);
	return OK;
}

/* --domain fills in what the configuration leaves open; it never speaks against it. */
static enum err adopt_domain(struct ctl *c)
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

static enum err open_domain(struct ctl *c)
{
	char why[256];

	TRY(adopt_domain(c));
	if (!conf_finish(c->conf, why, sizeof why))
		return ctl_bad_conf(c, "%s", why);
	if (!domain_ok(str_of(c->conf->domain)))
		return ctl_bad_conf(c,
		    "domain: %s is not a domain name in lower case, such as example.org",
		    c->conf->domain);
	return OK;
}

static enum err open_schema(struct ctl *c)
{
	return schema_fits(&c->cx);
}

static enum err open_secret(struct ctl *c)
{
	uint8_t secret[SECRET_BYTES];
	char why[256];

	if (!secret_load(c->conf->secret_file, secret, why, sizeof why))
		return ctl_bad_conf(c, "%s", why);
	ca_local_init(&c->ca, c->conf, secret);
	explicit_bzero(secret, sizeof secret);
	c->cx.ca = &c->ca.ca;
	return OK;
}

enum err ctl_need(struct ctl *c, enum needs needs)
{
	static enum err (*const steps[])(struct ctl *) = {
		[NEEDS_CONF] = open_conf,
		[NEEDS_DB] = open_db,
		[NEEDS_DOMAIN] = open_domain,
		[NEEDS_SCHEMA] = open_schema,
		[NEEDS_SECRET] = open_secret,
	};

	while (c->have < needs) {
		TRY(steps[c->have + 1](c));
		c->have++;
	}
	return OK;
}

static int perform(struct ctl *c, const struct command *cmd)
{
	enum err e = ctl_need(c, cmd->needs);

	if (e == OK)
		e = cmd->fn(c);
	if (fflush(stdout) != 0 || ferror(stdout))
		e = fail(&c->cx, ERR_INTERNAL, "standard output could not be written");
	if (e == OK)
		return EX_OK;
	complain(&c->cx.why, e);
	return status_of(c, e);
}

/* The command's own options and arguments; argv[0] is the program's name, for messages. */
static int command(struct ctl *c, const struct command *cmd, int argc, char **argv)
{
	int at = options_parse(&c->opt, argc, argv, OPTIONS_GLOBAL | cmd->options, false);

	if (at >= 0 && options_has(&c->opt, OPT_HELP)) {
		help_command(stdout, cmd);
		return EX_OK;
	}
	if (at < 0 || argc - at < cmd->least || argc - at > cmd->most) {
		help_usage(stderr, cmd);
		return EX_USAGE;
	}
	c->word = argv + at;
	c->nwords = argc - at;
	return perform(c, cmd);
}

/* argv[at] is the first word that is no option, if there is one. */
static int dispatch(struct ctl *c, int at, int argc, char **argv)
{
	int words;

	if (at == argc) {
		bool asked = options_has(&c->opt, OPT_HELP);
		help_all(asked ? stdout : stderr);
		return asked ? EX_OK : EX_USAGE;
	}
	const struct command *cmd = help_find(argc - at, argv + at, &words);
	if (cmd == NULL) {
		help_unknown(stderr, argv[at]);
		return EX_USAGE;
	}
	at += words - 1;
	argv[at] = argv[0];
	return command(c, cmd, argc - at, argv + at);
}

int ctl_main(int argc, char **argv)
{
	static struct ctl c;
	int status = EX_USAGE;

	c = (struct ctl){ .cx = { .mem = arena_new(ARENA_MAX) }, .program = argv[0] };
	int at = options_parse(&c.opt, argc, argv, OPTIONS_GLOBAL | OPT_BIT(VERSION), true);
	if (at < 0)
		fputs("motetctl: `motetctl --help` lists commands and options\n", stderr);
	else if (options_has(&c.opt, OPT_VERSION))
		status = help_version(stdout);
	else
		status = dispatch(&c, at, argc, argv);
	explicit_bzero(&c.ca, sizeof c.ca);
	db_free(c.cx.db);
	arena_free(c.cx.mem);
	conf_free(c.conf);
	return status;
}
