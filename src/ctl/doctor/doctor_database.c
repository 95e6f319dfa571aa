#include "base/clock.h"
#include "base/secret.h"
#include "core/epoch.h"
#include "core/identity.h"
#include "core/schema.h"
#include "ctl/doctor/doctor.h"
#include <errno.h>
#include <sys/stat.h>

/* Checks of the database, of the role in `database`, and of the stored identity key. */
enum { CERT_DAY_S = 86400, CERT_WARN_DAYS = 60, CLOCK_WARN_MS = 2000 };
enum { EPOCH_NEWS_S = 7 * 86400 };

/* Fixes for a failed connection. `about` is a part of libpq's message; the message contains the
 * SQLSTATE, which is the same in all languages. The first row that fits counts. */
static const struct {
	const char *about, *fix;
} connection_fixes[] = {
	{ "pooler in transaction mode",
	    "in motet.conf set: prepared_statements = off; then give the role the settings that "
	    "motet(7) lists under GROW" },
	{ "53300",
	    "in postgresql.conf set max_connections to at least the workers of all hosts plus 10" },
	{ "28P01",
	    "put the password into `database` in motet.conf, or into ~/.pgpass of motetd's user" },
	{ "no password supplied",
	    "put the password into `database` in motet.conf, or into ~/.pgpass of motetd's user" },
	{ "Peer authentication failed",
	    "run this command as the system user with the name of the role, or add to "
	    "pg_hba.conf: local motet motet scram-sha-256" },
	{ "pg_hba.conf",
	    "add to pg_hba.conf: host motet motet ADDRESS/32 scram-sha-256; then run: SELECT "
	    "pg_reload_conf()" },
	{ "role \"",
	    "create roles and database as a superuser: psql -f share/motet/roles.sql postgres" },
	{ "3D000",
	    "create roles and database as a superuser: psql -f share/motet/roles.sql postgres" },
	{ "",
	    "start PostgreSQL (systemctl start postgresql), or correct `database` in motet.conf: "
	    "host=/run/postgresql dbname=motet user=motet" },
};

static const char *find_connection_fix(struct str why)
{
	size_t i = 0;

	while (connection_fixes[i].about[0] &&
	    memmem(why.s, why.n, connection_fixes[i].about, strlen(connection_fixes[i].about)) ==
		NULL)
		i++;
	return connection_fixes[i].fix;
}

static struct doctor_verdict check_database_answers(struct doctor *d, const struct doctor_check *k)
{
	struct cx *cx = &d->c->cx;
	struct timespec now;

	(void)k;
	if (q_doctor_server(cx, &d->server) != OK)
		return doctor_bad_error(d, find_connection_fix(str_of(cx->why.log)));
	int64_t began = clock_us();
	if (q_doctor_server(cx, &d->server) != OK)
		return doctor_bad_error(d, find_connection_fix(str_of(cx->why.log)));
	d->round_trip_us = clock_us() - began;
	clock_gettime(CLOCK_REALTIME, &now);
	d->clock_offset_ms = d->server->now_ms -
	    ((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 - d->round_trip_us / 2000);
	return doctor_good(d, "the database answers in %.1f ms", (double)d->round_trip_us / 1000);
}

/* PostgreSQL tells a role without USAGE on the schema that there are no tables. */
static struct doctor_verdict check_schema_permitted(struct doctor *d, const struct doctor_check *k)
{
	const struct doctor_server *s = d->server;

	(void)k;
	if (s->hidden.n == 0)
		return doctor_good(d, "the role may use the schema that contains the tables");
	return doctor_bad(d,
	    arena_printf(d->mem, "run as the owner: GRANT USAGE ON SCHEMA %.*s TO %.*s;",
		(int)s->hidden.n, s->hidden.s, (int)s->role.n, s->role.s),
	    "the tables of motet are in the schema %.*s, which the role %.*s may not use",
	    (int)s->hidden.n, s->hidden.s, (int)s->role.n, s->role.s);
}

static struct doctor_verdict check_postgres_version(struct doctor *d, const struct doctor_check *k)
{
	enum { LEAST = 130000 };
	const char *v = str_z(d->mem, d->server->version);

	(void)k;
	return d->server->version_num >= LEAST
	    ? doctor_good(d, "PostgreSQL %s", v)
	    : doctor_bad(d, "upgrade PostgreSQL to 13 or newer: pg_upgradecluster",
		  "PostgreSQL %s is older than 13", v);
}

static struct doctor_verdict check_database_role(struct doctor *d, const struct doctor_check *k)
{
	const struct doctor_server *s = d->server;
	const char *name = str_z(d->mem, s->role);

	(void)k;
	if (s->superuser && strcmp(name, "postgres") == 0)
		return doctor_bad(d,
		    "in motet.conf set user=motet in `database`; share/motet/roles.sql creates "
		    "that role",
		    "the role %s is the superuser of the whole PostgreSQL cluster", name);
	if (s->superuser)
		return doctor_bad(d,
		    arena_printf(d->mem, "run as a superuser: ALTER ROLE %s NOSUPERUSER;", name),
		    "the role %s is a superuser", name);
	if (s->powers)
		return doctor_bad(d,
		    arena_printf(d->mem,
			"run as a superuser: ALTER ROLE %s NOCREATEROLE NOCREATEDB NOREPLICATION "
			"NOBYPASSRLS;",
			name),
		    "the role %s can create roles or databases, replicate, or bypass row security",
		    name);
	if (s->owns)
		return doctor_warn(d,
		    "in motet.conf set user=motet in `database`: use the servers' role, not the "
		    "owner of the tables",
		    "the role %s owns the tables and can change or drop them; accept this only if "
		    "your provider allows a single role",
		    name);
	if (s->creates)
		return doctor_bad(d,
		    arena_printf(d->mem,
			"run as the owner: REVOKE CREATE ON SCHEMA public FROM PUBLIC, %s;", name),
		    "the role %s can create tables in the schema", name);
	return doctor_good(d, "the role %s can neither alter nor create tables", name);
}

static const char *make_migrate_command(struct doctor *d)
{
	const char *owner =
	    d->c->conf->owner_database[0] ? "" : " --database 'dbname=motet user=motet_owner'";

	return arena_printf(d->mem, "%s migrate%s --grant %.*s", d->ctl, owner,
	    (int)d->server->role.n, d->server->role.s);
}

/* A statement failed, but the connection works. SQLSTATE 42501: insufficient_privilege. */
static struct doctor_verdict report_failed_query(struct doctor *d)
{
	bool right = strstr(d->c->cx.why.log, "42501") != NULL;

	return doctor_bad_error(d,
	    right ? make_migrate_command(d)
		  : "read the log of PostgreSQL, correct the error, then run this command again");
}

static struct doctor_verdict check_schema_number(struct doctor *d, const struct doctor_check *k)
{
	struct schema_state *s;

	(void)k;
	if (schema_check_version(&d->c->cx) != OK || q_schema_state(&d->c->cx, &s) != OK ||
	    ctl_need(d->c, NEEDS_SCHEMA) != OK)
		return doctor_bad_error(d, make_migrate_command(d));
	return doctor_good(d, "the schema has version %lld; this program needs version %d",
	    (long long)s->version, SCHEMA_VERSION);
}

static struct doctor_verdict check_table_rights(struct doctor *d, const struct doctor_check *k)
{
	struct doctor_right *r;
	size_t n;

	(void)k;
	if (q_doctor_rights(&d->c->cx, &r, &n) != OK)
		return report_failed_query(d);
	if (d->server->superuser || d->server->owns)
		return doctor_skipped(
		    d, "table privileges not checked: they do not limit a superuser or the owner");
	if (n == 0)
		return doctor_good(
		    d, "the role has the table privileges that it needs, and no others");
	if (r[0].missing.n)
		return doctor_bad(d, make_migrate_command(d),
		    "the role lacks %.*s on the table %.*s%s", (int)r[0].missing.n, r[0].missing.s,
		    (int)r[0].name.n, r[0].name.s, n > 1 ? ", and other privileges" : "");
	return doctor_bad(d, make_migrate_command(d),
	    "the role has %.*s on the table %.*s, which the servers must not have%s",
	    (int)r[0].surplus.n, r[0].surplus.s, (int)r[0].name.n, r[0].name.s,
	    n > 1 ? "; it also has other privileges that it must not have" : "");
}

#define ALTER_SYSTEM(setting) \
	"run as a superuser: ALTER SYSTEM SET " setting " = on; SELECT pg_reload_conf();"

static struct doctor_verdict check_fsync(struct doctor *d, const struct doctor_check *k)
{
	(void)k;
	return str_is(d->server->fsync, "on")
	    ? doctor_good(d, "fsync is on")
	    : doctor_bad(d, ALTER_SYSTEM("fsync"),
		  "fsync is off: a power failure can destroy the whole database");
}

static struct doctor_verdict check_full_page_writes(struct doctor *d, const struct doctor_check *k)
{
	(void)k;
	return str_is(d->server->full_page_writes, "on")
	    ? doctor_good(d, "full_page_writes is on")
	    : doctor_bad(d, ALTER_SYSTEM("full_page_writes"),
		  "full_page_writes is off: a power failure can leave half-written pages");
}

/* motetd turns synchronous_commit on for its connections, except behind a pooler in transaction
 * mode, for which operators turn prepared_statements off. */
static struct doctor_verdict check_synchronous_commit(
    struct doctor *d, const struct doctor_check *k)
{
	const char *fix =
	    arena_printf(d->mem, "run as a superuser: ALTER ROLE %.*s SET synchronous_commit = on;",
		(int)d->server->role.n, d->server->role.s);
	const char *now = str_z(d->mem, d->server->synchronous_commit);

	(void)k;
	if (!str_is(d->server->synchronous_commit, "off"))
		return doctor_good(d, "synchronous_commit is %s", now);
	if (d->c->conf->prepared_statements)
		return doctor_warn(d, fix,
		    "synchronous_commit is off for this role; motetd turns it on for its own "
		    "connections, but other programs do not");
	return doctor_bad(d, fix,
	    "synchronous_commit is off: after a crash, codes and tokens that were used once can be "
	    "used again");
}

static struct doctor_verdict check_database_clock(struct doctor *d, const struct doctor_check *k)
{
	int64_t apart = d->clock_offset_ms < 0 ? -d->clock_offset_ms : d->clock_offset_ms;
	static const char fix[] = "synchronise the clocks of both hosts: timedatectl set-ntp true";

	(void)k;
	if (apart > SIGNER_SKEW * INT64_C(1000))
		return doctor_bad(d, fix,
		    "the clocks of this host and of the database differ by %lld seconds: the "
		    "signer refuses to sign",
		    (long long)apart / 1000);
	if (apart > CLOCK_WARN_MS)
		return doctor_warn(d, fix,
		    "the clocks of this host and of the database differ by %lld seconds",
		    (long long)apart / 1000);
	return doctor_good(
	    d, "the clocks of this host and of the database differ by %lld ms", (long long)apart);
}

/* Warn of what became void, for EPOCH_NEWS_S seconds after the epoch began. */
static struct doctor_verdict report_epoch(struct doctor *d, const struct epoch_look *l)
{
	struct epoch_item *e;
	size_t n;

	if (q_epoch_list(&d->c->cx, &e, &n) != OK || n == 0)
		return report_failed_query(d);
	e += n - 1;
	if (e->voided && clock_now() - e->began_at < EPOCH_NEWS_S)
		return doctor_warn(d,
		    arena_printf(d->mem,
			"%s epoch show; make new invites, and tell actors to make new recovery "
			"codes",
			d->ctl),
		    "epoch %lld (%.*s) began %lld hours ago, and %lld invites, codes, tokens or "
		    "KeyPackages became void",
		    (long long)e->number, (int)e->cause.n, e->cause.s,
		    (long long)(clock_now() - e->began_at) / 3600, (long long)e->voided);
	return doctor_good(d, "the database is in epoch %lld, timeline %lld", (long long)l->number,
	    (long long)l->timeline_now);
}

static struct doctor_verdict check_epoch(struct doctor *d, const struct doctor_check *k)
{
	struct epoch_look *l;

	(void)k;
	if (q_epoch_look(&d->c->cx, &l) != OK)
		return report_failed_query(d);
	if (l->standby)
		return doctor_warn(d, "connect to the primary: target_session_attrs=read-write",
		    "the epoch was not checked, because this database is a standby");
	if (l->system_now.s == NULL)
		return doctor_warn(d,
		    arena_printf(d->mem,
			"run as a superuser: GRANT EXECUTE ON FUNCTION pg_control_system(), "
			"pg_current_wal_lsn(), pg_walfile_name(pg_lsn) TO %.*s",
			(int)d->server->role.n, d->server->role.s),
		    "the role may not read the system identifier, so servers do not notice a "
		    "failover or a restore");
	if (epoch_is_foreign(l))
		return doctor_bad(d,
		    arena_printf(d->mem,
			"after a restore from a copy run: %s epoch restored; after a move without "
			"a loss run: %s epoch moved",
			d->ctl, d->ctl),
		    "the database has another system identifier than in epoch %lld; servers answer "
		    "503 until you say why",
		    (long long)l->number);
	return report_epoch(d, l);
}

static const char *make_init_command(struct doctor *d)
{
	return arena_printf(d->mem, "%s init", d->ctl);
}

static struct str read_server_cert_domain(struct doctor *d, const struct server_key *key)
{
	struct idcert cert = { .domain = { NULL, 0 } };

	return idcert_read(&d->c->cx, key->cert, &cert) == OK ? cert.domain : STR("");
}

static struct doctor_verdict check_identity_secret(struct doctor *d, const struct doctor_check *k)
{
	struct server_key *key;
	struct stat st;

	(void)k;
	enum err e = identity_stored(&d->c->cx, &key);
	if (e != OK)
		return e == ERR_NOT_FOUND
		    ? doctor_bad(d, make_init_command(d), "this server has no identity key yet")
		    : report_failed_query(d);
	if (!str_eq(read_server_cert_domain(d, key), str_of(d->c->conf->domain)))
		return doctor_bad(d,
		    arena_printf(d->mem, "in motet.conf set: domain = %s",
			str_z(d->mem, read_server_cert_domain(d, key))),
		    "this database belongs to a domain other than %s", d->c->conf->domain);
	if (lstat(d->c->conf->secret_file, &st) != 0 && doctor_is_hidden(errno))
		return doctor_warn_hidden(d, "secret_file", d->c->conf->secret_file);
	if (lstat(d->c->conf->secret_file, &st) != 0 || (st.st_mode & 0077))
		return doctor_skipped(d, "identity key not checked: correct the secret file first");
	if (ctl_need(d->c, NEEDS_SECRET) != OK || cmd_key_check(d->c, key) != OK)
		return doctor_bad_error(d,
		    arena_printf(d->mem,
			"copy the secret from a working host of this server to %s, mode 0400",
			d->c->conf->secret_file));
	return doctor_good(
	    d, "the secret decrypts the identity key, serial %lld", (long long)key->serial);
}

static struct doctor_verdict check_server_cert_days(struct doctor *d, const struct doctor_check *k)
{
	const char *fix = arena_printf(d->mem, "%s key rotate", d->ctl);
	struct server_key *key;

	(void)k;
	enum err e = identity_stored(&d->c->cx, &key);
	if (e != OK)
		return e == ERR_NOT_FOUND
		    ? doctor_skipped(d, "server certificate not checked: there is none yet")
		    : report_failed_query(d);
	long long days = (long long)(key->not_after - key->now) / CERT_DAY_S;
	if (key->not_after < key->now)
		return doctor_bad(d, fix, "the server's certificate has expired");
	if (days < CERT_WARN_DAYS)
		return doctor_warn(d, fix,
		    "the server's certificate expires in %lld days, and every ID-Cert with it at "
		    "the latest",
		    days);
	return doctor_good(d, "the server's certificate expires in %lld days", days);
}

/* Find out whether a clock was ahead when the key was made; check_database_clock() finds a clock
 * that is wrong now. */
static struct doctor_verdict check_server_key_begin(struct doctor *d, const struct doctor_check *k)
{
	struct server_key *key;

	(void)k;
	if (identity_stored(&d->c->cx, &key) != OK)
		return doctor_skipped(
		    d, "start of the key's validity not checked: the key cannot be read");
	if (key->not_before > key->now + KEY_AHEAD_MOST)
		return doctor_bad(d, arena_printf(d->mem, "%s key rotate", d->ctl),
		    "the server's key becomes valid only in %lld seconds, because a clock was "
		    "ahead when the key was made; until then nothing can be signed",
		    (long long)(key->not_before - key->now));
	return doctor_good(d, "the server's key is already valid");
}

/* Until motet 0.1, a server's certificate had no pathLenConstraint. */
static struct doctor_verdict check_server_cert_form(struct doctor *d, const struct doctor_check *k)
{
	struct cx *cx = &d->c->cx;
	struct server_key *key;
	struct idcert cert;

	(void)k;
	enum err e = identity_stored(cx, &key);
	if (e == ERR_NOT_FOUND)
		return doctor_skipped(
		    d, "form of the server certificate not checked: there is none yet");
	if (e != OK || idcert_read(cx, key->cert, &cert) != OK)
		return report_failed_query(d);
	return cert.path_len
	    ? doctor_good(d, "current clients can verify the server's certificate")
	    : doctor_warn(d, arena_printf(d->mem, "%s key rotate", d->ctl),
		  "clients that use polyproto-rs 0.19 or later cannot verify the server's "
		  "certificate, because it has no pathLenConstraint; a rotation adds one");
}

const struct doctor_check doctor_database_checks[] = {
	{ "db.reach", "database", "the database", check_database_answers, HAVE_CONF, HAVE_DATABASE,
	    NULL },
	{ "db.version", "database", "the PostgreSQL version", check_postgres_version, HAVE_DATABASE,
	    0, NULL },
	{ "db.role", "database", "the database role", check_database_role, HAVE_DATABASE, 0, NULL },
	{ "db.permitted", "database", "access to the schema", check_schema_permitted, HAVE_DATABASE,
	    HAVE_TABLES, NULL },
	{ "db.pooler", "database", "a connection pooler", doctor_check_pooler, HAVE_DATABASE, 0,
	    NULL },
	{ "db.connections", "database", "connections", doctor_check_connections,
	    HAVE_DATABASE | HAVE_DOMAIN, 0, NULL },
	{ "db.schema", "database", "the schema", check_schema_number, HAVE_TABLES | HAVE_DOMAIN,
	    HAVE_SCHEMA, NULL },
	{ "db.epoch", "database", "the epoch", check_epoch, HAVE_SCHEMA, 0, NULL },
	{ "db.rights", "database", "table privileges", check_table_rights, HAVE_SCHEMA, 0, NULL },
	{ "db.fsync", "database", "fsync", check_fsync, HAVE_DATABASE, 0, NULL },
	{ "db.full_page_writes", "database", "full_page_writes", check_full_page_writes,
	    HAVE_DATABASE, 0, NULL },
	{ "db.synchronous_commit", "database", "synchronous_commit", check_synchronous_commit,
	    HAVE_DATABASE, 0, NULL },
	{ "db.clock", "database", "the clocks", check_database_clock, HAVE_DATABASE, 0, NULL },
	{ "key.secret", "identity", "the identity key", check_identity_secret, HAVE_SCHEMA,
	    HAVE_IDENTITY, NULL },
	{ "key.begin", "identity", "the start of the key's validity", check_server_key_begin,
	    HAVE_SCHEMA, 0, NULL },
	{ "key.days", "identity", "the server's certificate", check_server_cert_days, HAVE_SCHEMA,
	    0, NULL },
	{ "key.form", "identity", "the form of the server's certificate", check_server_cert_form,
	    HAVE_SCHEMA, 0, NULL },
	{ NULL, NULL, NULL, NULL, 0, 0, NULL },
};
