#include "base/install_path.h"
#include "core/epoch.h"
#include "core/schema.h"
#include "ctl/archive.h"
#include "ctl/cmd.h"
#include "db/conninfo.h"
#include "db/db.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Refuse a connection string with a password: all users of the host can see the arguments of
 * pg_dump and pg_restore.
 */
static enum err choose_owner_conninfo(struct ctl *c, const char **conninfo)
{
	const char *owner = c->conf->owner_database;

	*conninfo = ctl_options_has(&c->opt, OPT_DATABASE) ? c->opt.value[OPT_DATABASE]
	    : owner[0]					   ? owner
							   : c->conf->database;
	if (conninfo_has_password(*conninfo))
		return ctl_bad_usage(c,
		    "remove the password from --database, where other users of this host can see "
		    "it; put the password into .pgpass");
	TRY(ctl_need(c, NEEDS_DB));
	db_set_conninfo(c->cx.db, *conninfo);
	return OK;
}

static enum err describe_backup(struct ctl *c, struct archive *a)
{
	struct schema_state *s;
	struct epoch_look *e;

	TRY(q_schema_state(&c->cx, &s));
	TRY(q_epoch_look(&c->cx, &e));
	return archive_write(c, a, "about",
	    arena_printf(c->cx.mem,
		"motet %s\ndomain %s\ntime %lld\nschema %lld\nepoch %lld\nsystem %.*s\n",
		PACKAGE_VERSION, c->conf->domain, (long long)s->now, (long long)s->version,
		(long long)e->number, (int)e->system_id.n, e->system_id.s));
}

static enum err fill_backup(struct ctl *c, struct archive *a, const char *conninfo)
{
	const char *dump = archive_path(c, a, "database.dump");

	TRY(describe_backup(c, a));
	TRY(archive_run(
	    c, (const char *const[]){ "pg_dump", "-Fc", "-f", dump, "-d", conninfo, NULL }, false));
	TRY(archive_run(c, (const char *const[]){ "pg_restore", "-l", dump, NULL }, true));
	if (c->conf->file)
		TRY(archive_copy_in(c, a, "motet.conf", c->conf->file));
	if (ctl_options_has(&c->opt, OPT_WITH_SECRET))
		TRY(archive_copy_in(c, a, "secret", c->conf->secret_file));
	return archive_pack(c, a, c->word[0]);
}

enum err cmd_backup(struct ctl *c)
{
	const char *conninfo;
	struct archive a;

	if (access(c->word[0], F_OK) == 0)
		return ctl_bad_usage(c, "%s exists already; choose another file name", c->word[0]);
	TRY(choose_owner_conninfo(c, &conninfo));
	TRY(schema_check_version(&c->cx));
	TRY(archive_begin(c, c->word[0], &a));
	enum err e = fill_backup(c, &a, conninfo);
	archive_end(c, &a);
	TRY(e);
	printf("%s: written and checked%s%s\n", c->word[0],
	    c->conf->file ? "" : "; it contains no configuration file, because none was read",
	    ctl_options_has(&c->opt, OPT_WITH_SECRET)
		? "; it contains the secret: keep the backup safe"
		: "; it does not contain the secret: keep a copy of the secret elsewhere");
	return OK;
}

static enum err require_empty_database(struct ctl *c)
{
	bool there;

	TRY(q_schema_exists(&c->cx, &there));
	return there
	    ? refuse(&c->cx, ERR_CONFLICT, "",
		  "The database already has tables; restore needs an empty database. If an "
		  "earlier restore was interrupted, run motetctl migrate, then motetctl "
		  "epoch restored.")
	    : OK;
}

/* The restore is one transaction: if it fails, the database stays empty. */
static enum err restore_dump(struct ctl *c, const struct archive *a, const char *conninfo)
{
	return archive_run(c,
	    (const char *const[]){ "pg_restore", "--exit-on-error", "--single-transaction",
		"--no-owner", "--no-privileges", "-d", conninfo,
		archive_path(c, a, "database.dump"), NULL },
	    false);
}

static enum err begin_restored_epoch(struct ctl *c)
{
	const char *dir =
	    ctl_options_has(&c->opt, OPT_DIR) ? c->opt.value[OPT_DIR] : install_path(SCHEMADIR);
	bool keep = ctl_options_has(&c->opt, OPT_KEEP_CERTIFICATES);

	TRY(schema_migrate(&c->cx, dir, ctl_print_line));
	TRY(q_epoch_begin(&c->cx, keep ? EPOCH_RESTORED_KEEP : EPOCH_RESTORED));
	return ctl_options_has(&c->opt, OPT_GRANT)
	    ? q_schema_grant(&c->cx, str_of(c->opt.value[OPT_GRANT]))
	    : OK;
}

static enum err restore_archive(struct ctl *c, struct archive *a, const char *conninfo)
{
	TRY(archive_unpack(c, a, c->word[0]));
	if (ctl_options_has(&c->opt, OPT_WITH_SECRET))
		TRY(archive_copy_out(c, a, "secret", c->conf->secret_file));
	TRY(restore_dump(c, a, conninfo));
	return begin_restored_epoch(c);
}

enum err cmd_restore(struct ctl *c)
{
	const char *conninfo, *tmp = getenv("TMPDIR");
	struct archive a;

	TRY(choose_owner_conninfo(c, &conninfo));
	TRY(require_empty_database(c));
	TRY(archive_begin(c, arena_printf(c->cx.mem, "%s/motet", tmp ? tmp : "/tmp"), &a));
	enum err e = restore_archive(c, &a, conninfo);
	archive_end(c, &a);
	TRY(e);
	printf("restored; a new epoch has begun: motetctl epoch show lists what became void\n"
	       "to see the saved configuration, run: tar -xOf %s motet.conf\n",
	    c->word[0]);
	return OK;
}
