#include "base/clock.h"
#include "base/secret.h"
#include "core/identity.h"
#include "core/schema.h"
#include "ctl/doctor/doctor.h"
#include <sys/stat.h>

/* The database, our role on it, and the identity that lies in it. */
enum { CERT_DAY_S = 86400, CERT_WARN_DAYS = 60, CLOCK_WARN_MS = 2000 };

/* What to do about a connection that fails, by what libpq says. */
static const struct {
	const char *about, *fix;
} connection_fixes[] = {
	{ "password authentication failed",
	    "the password belongs into `database` of motet.conf, or into .pgpass of the user that motetd runs as" },
	{ "no password supplied",
	    "the password belongs into `database` of motet.conf, or into .pgpass of the user that motetd runs as" },
	{ "Peer authentication failed",
	    "run this as the user of that name, or in pg_hba.conf: local motet motet scram-sha-256" },
	{ "pg_hba.conf",
	    "in pg_hba.conf: host motet motet ADDRESS/32 scram-sha-256, then SELECT pg_reload_conf()" },
	{ "role",
	    "make roles and database: psql -f roles.sql postgres, as a superuser (share/motet/roles.sql)" },
	{ "database \"",
	    "make roles and database: psql -f roles.sql postgres, as a superuser (share/motet/roles.sql)" },
	{ "too many",
	    "in postgresql.conf raise max_connections above workers of all hosts and ten more" },
	{ "",
	    "start PostgreSQL (systemctl start postgresql), or put right `database` in motet.conf: host=/run/postgresql dbname=motet user=motet" },
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
	d->reached_us = clock_us() - began;
	clock_gettime(CLOCK_REALTIME, &now);
	d->apart_ms = d->server->now_ms -
	    ((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 - d->reached_us / 2000);
	return doctor_good(d, "the database answers within %.1f ms", (double)d->reached_us / 1000);
}

static struct doctor_verdict check_postgres_version(struct doctor *d, const struct doctor_check *k)
{
	enum { LEAST = 130000 };
	const char *v = str_z(d->mem, d->server->version);

	(void)k;
	return d->server->version_num >= LEAST
	    ? doctor_good(d, "PostgreSQL %s", v)
	    : doctor_bad(d, "update PostgreSQL to 13 or newer: pg_upgradecluster",
		  "PostgreSQL %s is older than 13", v);
}

static struct doctor_verdict check_database_role(struct doctor *d, const struct doctor_check *k)
{
	const struct doctor_server *s = d->server;
	const char *name = str_z(d->mem, s->role);

	(void)k;
	if (s->superuser && strcmp(name, "postgres") == 0)
		return doctor_bad(d,
		    "let `database` name a role of its own, such as user=motet: share/motet/roles.sql makes it",
		    "%s is the cluster's superuser", name);
	if (s->superuser)
		return doctor_bad(d,
		    arena_printf(d->mem, "as a superuser: ALTER ROLE %s NOSUPERUSER;", name),
		    "the role %s is a superuser", name);
	if (s->powers)
		return doctor_bad(d,
		    arena_printf(d->mem,
			"as a superuser: ALTER ROLE %s NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS;",
			name),
		    "the role %s may make roles or databases, replicate, or pass by row security",
		    name);
	if (s->owns)
		return doctor_warn(d,
		    "in motet.conf let `database` name the role of the servers (user=motet), not the owner of the tables",
		    "the role %s owns the tables, so it may change and drop them; right only where the host gives a single role",
		    name);
	if (s->creates)
		return doctor_bad(d,
		    arena_printf(d->mem,
			"as the owner: REVOKE CREATE ON SCHEMA public FROM PUBLIC, %s;", name),
		    "the role %s may make tables in the schema", name);
	return doctor_good(d, "the role %s may change no table and make none", name);
}

static const char *make_migrate_command(struct doctor *d)
{
	return arena_printf(d->mem,
	    "%s migrate --database 'dbname=motet user=motet_owner' --grant %.*s", d->ctl,
	    (int)d->server->role.n, d->server->role.s);
}

/* A statement that has failed where the connection stood. 42501: insufficient_privilege. */
static struct doctor_verdict report_failed_query(struct doctor *d)
{
	bool right = strstr(d->c->cx.why.log, "42501") != NULL;

	return doctor_bad_error(d,
	    right ? make_migrate_command(d)
		  : "look into the log of PostgreSQL, and run this again when it is well");
}

static struct doctor_verdict check_schema_number(struct doctor *d, const struct doctor_check *k)
{
	struct schema_state *s;

	(void)k;
	if (schema_check_version(&d->c->cx) != OK || q_schema_state(&d->c->cx, &s) != OK ||
	    ctl_need(d->c, NEEDS_SCHEMA) != OK)
		return doctor_bad_error(d, make_migrate_command(d));
	return doctor_good(d, "the schema is number %lld, this program is for %d",
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
		    d, "rights on tables do not bind a superuser, nor their owner");
	if (n == 0)
		return doctor_good(
		    d, "it has the rights that it needs on every table, and no more");
	if (r[0].missing.n)
		return doctor_bad(d, make_migrate_command(d), "it lacks %.*s on the table %.*s%s",
		    (int)r[0].missing.n, r[0].missing.s, (int)r[0].name.n, r[0].name.s,
		    n > 1 ? ", and others" : "");
	return doctor_bad(d, make_migrate_command(d),
	    "it has %.*s on the table %.*s, which nobody may have%s", (int)r[0].surplus.n,
	    r[0].surplus.s, (int)r[0].name.n, r[0].name.s, n > 1 ? "; and more of that" : "");
}

#define ALTER_SYSTEM(setting) \
	"as a superuser: ALTER SYSTEM SET " setting " = on; SELECT pg_reload_conf();"

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
		  "full_page_writes is off: a power failure can leave torn pages behind");
}

/* A connection of ours turns it on for itself, unless a pooler in transaction mode lies between. */
static struct doctor_verdict check_synchronous_commit(
    struct doctor *d, const struct doctor_check *k)
{
	const char *fix =
	    arena_printf(d->mem, "as a superuser: ALTER ROLE %.*s SET synchronous_commit = on;",
		(int)d->server->role.n, d->server->role.s);
	const char *now = str_z(d->mem, d->server->synchronous_commit);

	(void)k;
	if (!str_is(d->server->synchronous_commit, "off"))
		return doctor_good(d, "synchronous_commit is %s", now);
	if (d->c->conf->prepared_statements)
		return doctor_warn(d, fix,
		    "synchronous_commit is off for this role; motetd turns it on for its own connections, other tools do not");
	return doctor_bad(d, fix,
	    "synchronous_commit is off: what was used once can be used again after a crash");
}

static struct doctor_verdict check_database_clock(struct doctor *d, const struct doctor_check *k)
{
	int64_t apart = d->apart_ms < 0 ? -d->apart_ms : d->apart_ms;
	static const char fix[] = "let both hosts keep time: timedatectl set-ntp true";

	(void)k;
	if (apart > SIGNER_SKEW * INT64_C(1000))
		return doctor_bad(d, fix,
		    "the clocks of this host and of the database differ by %lld seconds: nothing would be signed",
		    (long long)apart / 1000);
	if (apart > CLOCK_WARN_MS)
		return doctor_warn(d, fix,
		    "the clocks of this host and of the database differ by %lld seconds",
		    (long long)apart / 1000);
	return doctor_good(
	    d, "the clocks of this host and of the database differ by %lld ms", (long long)apart);
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
		    arena_printf(d->mem, "in motet.conf: domain = %s",
			str_z(d->mem, read_server_cert_domain(d, key))),
		    "this database belongs to another domain than %s", d->c->conf->domain);
	if (lstat(d->c->conf->secret_file, &st) != 0 || (st.st_mode & 0077))
		return doctor_skipped(d,
		    "whether the secret opens the identity key: put the secret file right first");
	if (ctl_need(d->c, NEEDS_SECRET) != OK || cmd_key_check(d->c, key) != OK)
		return doctor_bad_error(d,
		    arena_printf(d->mem, "copy the secret of a host that works to %s, mode 0400",
			d->c->conf->secret_file));
	return doctor_good(
	    d, "the secret opens the identity key, serial %lld", (long long)key->serial);
}

static struct doctor_verdict check_server_cert_days(struct doctor *d, const struct doctor_check *k)
{
	const char *fix = arena_printf(d->mem, "%s key rotate", d->ctl);
	struct server_key *key;

	(void)k;
	enum err e = identity_stored(&d->c->cx, &key);
	if (e != OK)
		return e == ERR_NOT_FOUND ? doctor_skipped(d, "there is no certificate yet")
					  : report_failed_query(d);
	long long days = (long long)(key->not_after - key->now) / CERT_DAY_S;
	if (key->not_after < key->now)
		return doctor_bad(d, fix, "the server's certificate has run out");
	if (days < CERT_WARN_DAYS)
		return doctor_warn(d, fix,
		    "the server's certificate is good for %lld more days, and no ID-Cert outlives it",
		    days);
	return doctor_good(d, "the server's certificate is good for %lld more days", days);
}

const struct doctor_check doctor_database_checks[] = {
	{ "db.reach", "database", "the database", check_database_answers, HAVE_CONF, HAVE_DATABASE,
	    NULL },
	{ "db.version", "database", "its version", check_postgres_version, HAVE_DATABASE, 0, NULL },
	{ "db.role", "database", "the role", check_database_role, HAVE_DATABASE, 0, NULL },
	{ "db.schema", "database", "the schema", check_schema_number, HAVE_DATABASE | HAVE_DOMAIN,
	    HAVE_SCHEMA, NULL },
	{ "db.rights", "database", "rights on tables", check_table_rights, HAVE_SCHEMA, 0, NULL },
	{ "db.fsync", "database", "fsync", check_fsync, HAVE_DATABASE, 0, NULL },
	{ "db.full_page_writes", "database", "full_page_writes", check_full_page_writes,
	    HAVE_DATABASE, 0, NULL },
	{ "db.synchronous_commit", "database", "synchronous_commit", check_synchronous_commit,
	    HAVE_DATABASE, 0, NULL },
	{ "db.clock", "database", "the clocks", check_database_clock, HAVE_DATABASE, 0, NULL },
	{ "key.secret", "identity", "the identity key", check_identity_secret, HAVE_SCHEMA, 0,
	    NULL },
	{ "key.days", "identity", "the server's certificate", check_server_cert_days, HAVE_SCHEMA,
	    0, NULL },
	{ NULL, NULL, NULL, NULL, 0, 0, NULL },
};
