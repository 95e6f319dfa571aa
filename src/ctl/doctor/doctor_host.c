#include "base/log_out.h"
#include "base/secret.h"
#include "text/fid.h"
#include "ctl/doctor/doctor.h"
#include "ctl/doctor/doctor_fcgi.h"
#include "db/conninfo.h"
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* What lies on this host: the configuration, the files that it names, and the socket. */
enum { MODE_WORLD = 0007, MODE_NOT_OWNER = 0077, MODE_OTHERS_WRITE = 0022 };
#define BYTES_PER_MIB (INT64_C(1) << 20)

static const char *make_fix_command(struct doctor *d, const char *command, const char *path)
{
	return arena_printf(d->mem, "%s %s", command, path);
}

#define NAME_CONFIG_FILE "name the file with -c: motetctl -c " SYSCONFDIR "/motet.conf doctor"

/* What to do about a configuration that is not taken, by what the message ends with. */
static const struct {
	int why;
	const char *fix;
} config_fixes[] = {
	{ EACCES, "run this as root, or as the user that motetd runs as" },
	{ ENOENT, NAME_CONFIG_FILE },
	{ ENOTDIR, NAME_CONFIG_FILE },
	{ EISDIR, NAME_CONFIG_FILE },
};

static const char *find_config_fix(const char *said)
{
	for (size_t i = 0; i < sizeof config_fixes / sizeof config_fixes[0]; i++) {
		const char *why = strerror(config_fixes[i].why), *at = strstr(said, why);
		if (at && at[strlen(why)] == '\0')
			return config_fixes[i].fix;
	}
	return "put that line right: motet.conf(5) and `motetctl config --sample` have every key";
}

static struct doctor_verdict check_config_file(struct doctor *d, const struct doctor_check *k)
{
	(void)k;
	if (ctl_need(d->c, NEEDS_CONF) != OK)
		return doctor_bad_error(d, find_config_fix(d->c->cx.why.log));
	if (d->c->conf->file == NULL)
		return doctor_warn(d,
		    arena_printf(
			d->mem, "motetctl -c %s/motet.conf init --domain example.org", SYSCONFDIR),
		    "no configuration file was found, so all is default or from the environment");
	return doctor_good(d, "%s can be read, and every key in it is known", d->c->conf->file);
}

static struct doctor_verdict check_config_domain(struct doctor *d, const struct doctor_check *k)
{
	(void)k;
	if (ctl_need(d->c, NEEDS_DOMAIN) != OK)
		return doctor_bad_error(d,
		    arena_printf(d->mem, "in %s: domain = example.org",
			d->c->conf->file ? d->c->conf->file : "motet.conf"));
	return doctor_good(d, "the domain is %s, and clients come to %s%s", d->c->conf->domain,
	    d->c->conf->public_url, d->c->conf->base_path);
}

static bool has_database_password(struct doctor *d)
{
	return conninfo_has_password(d->c->conf->database);
}

static struct doctor_verdict check_config_mode(struct doctor *d, const struct doctor_check *k)
{
	const char *file = d->c->conf->file;
	struct stat st;

	(void)k;
	if (file == NULL || stat(file, &st) != 0)
		return doctor_skipped(d, "there is no configuration file to look at");
	if (st.st_mode & MODE_OTHERS_WRITE)
		return doctor_bad(d, make_fix_command(d, "chmod go-w", file),
		    "others than its owner may write %s (mode %04o)", file, st.st_mode & 07777u);
	if ((st.st_mode & MODE_WORLD) && has_database_password(d))
		return doctor_bad(d, make_fix_command(d, "chmod 0640", file),
		    "everybody may read %s, and the password of the database is in it", file);
	return doctor_good(d, "%s has mode %04o%s", file, st.st_mode & 07777u,
	    has_database_password(d) ? ", with a password in it" : "");
}

static struct doctor_verdict check_secret_file_mode(struct doctor *d, const struct doctor_check *k)
{
	const char *file = d->c->conf->secret_file;
	struct stat st;

	(void)k;
	if (lstat(file, &st) != 0 && errno == EACCES)
		return doctor_warn(d, "run this as root, or as the user that motetd runs as",
		    "%s cannot be looked at by this user", file);
	if (lstat(file, &st) != 0)
		return doctor_bad(d,
		    arena_printf(d->mem,
			"a new server: %s init; else copy the secret there from a host that has it",
			d->ctl),
		    "%s: %s", file, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return doctor_bad(d, make_fix_command(d, "put the secret itself at", file),
		    "%s is not a regular file", file);
	if (st.st_mode & MODE_NOT_OWNER)
		return doctor_bad(d, make_fix_command(d, "chmod 0400", file),
		    "others than its owner may read %s (mode %04o), which protects the identity key",
		    file, st.st_mode & 07777u);
	return doctor_good(d, "%s has mode %04o", file, st.st_mode & 07777u);
}

/* May the user that motetd runs as write there? By the bits; who is not root asks for himself. */
static bool may_motetd_write(struct doctor *d, const char *path, const struct stat *st)
{
	const struct passwd *pw = d->c->conf->user[0] ? getpwnam(d->c->conf->user) : NULL;

	if (geteuid() != 0 || pw == NULL)
		return access(path, W_OK) == 0;
	unsigned shift = st->st_uid == pw->pw_uid ? 6 : st->st_gid == pw->pw_gid ? 3 : 0;
	return pw->pw_uid == 0 || (st->st_mode >> shift & 2);
}

static const char *get_motetd_user(struct doctor *d)
{
	return d->c->conf->user[0] ? d->c->conf->user : "motet";
}

static struct doctor_verdict check_state_dir(struct doctor *d, const struct doctor_check *k)
{
	const char *dir = d->c->conf->state_dir;
	struct stat st;

	(void)k;
	if (stat(dir, &st) != 0)
		return doctor_bad(d,
		    arena_printf(d->mem, "install -d -m 0750 -o %s %s", get_motetd_user(d), dir),
		    "state_dir %s: %s", dir, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return doctor_bad(
		    d, "name a directory as state_dir", "state_dir %s is not a directory", dir);
	if (st.st_mode & 0002)
		return doctor_bad(d, make_fix_command(d, "chmod o-w", dir),
		    "everybody may write to state_dir %s", dir);
	if (!may_motetd_write(d, dir, &st))
		return doctor_bad(d, arena_printf(d->mem, "chown %s %s", get_motetd_user(d), dir),
		    "state_dir %s cannot be written by %s", dir,
		    d->c->conf->user[0] ? d->c->conf->user : "this user");
	return doctor_good(d, "state_dir %s can be written", dir);
}

static struct doctor_verdict check_free_space(struct doctor *d, const struct doctor_check *k)
{
	const char *dir = d->c->conf->state_dir;
	struct statvfs v;

	(void)k;
	if (statvfs(dir, &v) != 0)
		return doctor_skipped(
		    d, "how much room there is in state_dir: %s", strerror(errno));
	int64_t mib = (int64_t)v.f_bavail * (int64_t)v.f_frsize / BYTES_PER_MIB;
	if (mib < 64)
		return doctor_bad(d, arena_printf(d->mem, "make room there: df -h %s", dir),
		    "%lld MB are free in %s", (long long)mib, dir);
	if (mib < 512)
		return doctor_warn(d, arena_printf(d->mem, "make room there soon: df -h %s", dir),
		    "%lld MB are free in %s", (long long)mib, dir);
	return doctor_good(d, "%lld MB are free in %s", (long long)mib, dir);
}

static struct doctor_verdict check_log_file(struct doctor *d, const struct doctor_check *k)
{
	static const char *const others[] = {
		[LOG_TO_STDERR] = "standard error of motetd",
		[LOG_TO_SYSLOG] = "syslog",
		[LOG_TO_JOURNAL] = "the journal of systemd",
	};
	const char *file = d->c->conf->log_file, *slash = strrchr(file, '/');
	struct stat st;

	(void)k;
	if (file[0] == '\0')
		return doctor_good(d, "the log goes to %s", others[d->c->conf->log_to]);
	const char *dir = slash && slash > file ? arena_dup(d->mem, file, (size_t)(slash - file))
						: "/",
		   *path = stat(file, &st) == 0 ? file : dir;
	if (stat(path, &st) != 0)
		return doctor_bad(d,
		    arena_printf(d->mem, "install -d -m 0750 -o %s %s", get_motetd_user(d), path),
		    "log_file %s: %s", file, strerror(errno));
	if (path == file && !S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode) && !S_ISCHR(st.st_mode))
		return doctor_bad(d, "name a file as log_file", "log_file %s is not a file", file);
	if (!may_motetd_write(d, path, &st))
		return doctor_bad(d, arena_printf(d->mem, "chown %s %s", get_motetd_user(d), path),
		    "log_file %s cannot be written", file);
	return doctor_good(d, "log_file %s can be written", file);
}

/* Where the web server starts motetd itself there is no socket of this name; then the checks
 * through the web server say whether all is well. */
static struct doctor_verdict check_socket_file(struct doctor *d, const struct doctor_check *k)
{
	const char *path = d->c->conf->listen,
		   *start =
		       arena_printf(d->mem, "start motetd: systemctl start motet, or motetd -c %s",
			   d->c->conf->file ? d->c->conf->file : "FILE");
	struct stat st;

	(void)k;
	if (path[0] != '/')
		return doctor_good(d, "motetd is to listen on %s", path);
	if (stat(path, &st) == 0)
		return S_ISSOCK(st.st_mode)
		    ? doctor_good(d, "%s is there", path)
		    : doctor_bad(d, arena_printf(d->mem, "rm %s, then %s", path, start),
			  "%s is not a socket", path);
	if (d->url)
		return doctor_warn(d, start,
		    "listen %s: %s; right only where the web server itself starts motetd", path,
		    strerror(errno));
	return doctor_bad(d, start, "listen %s: %s", path, strerror(errno));
}

static const char *find_socket_user(struct doctor *d, uid_t uid)
{
	const struct passwd *pw = getpwuid(uid);

	return pw ? arena_dup(d->mem, pw->pw_name, strlen(pw->pw_name))
		  : arena_printf(d->mem, "%u", (unsigned)uid);
}

static const char *find_socket_group(struct doctor *d, gid_t gid)
{
	const struct group *gr = getgrgid(gid);

	return gr ? arena_dup(d->mem, gr->gr_name, strlen(gr->gr_name))
		  : arena_printf(d->mem, "%u", (unsigned)gid);
}

static struct doctor_verdict check_socket_mode(struct doctor *d, const struct doctor_check *k)
{
	const char *path = d->c->conf->listen;
	struct stat st;

	(void)k;
	if (path[0] != '/')
		return doctor_warn(d,
		    "in motet.conf: listen = /run/motet/motet.sock, and the same path in the web server",
		    "every process of this host may connect to %s, since FastCGI has no passwords",
		    path);
	if (stat(path, &st) != 0)
		return doctor_skipped(d, "there is no socket whose rights could be looked at");
	if (st.st_mode & 0002)
		return doctor_bad(d,
		    "in motet.conf: listen_mode = 0660, listen_group = the web server's group (www-data); start motetd anew",
		    "everybody on this host may connect to %s (mode %04o), and be any client address",
		    path, st.st_mode & 0777u);
	return doctor_good(d, "the user %s%s%s may connect to it, and root",
	    find_socket_user(d, st.st_uid), st.st_mode & 0020 ? " and the group " : "",
	    st.st_mode & 0020 ? find_socket_group(d, st.st_gid) : "");
}

static struct doctor_verdict check_socket_answers(struct doctor *d, const struct doctor_check *k)
{
	struct stat st;
	char why[128];

	(void)k;
	if (d->c->conf->listen[0] == '/' && stat(d->c->conf->listen, &st) != 0)
		return doctor_skipped(d, "there is no socket that could answer");
	if (doctor_fcgi_check_health(d->c->conf, why, sizeof why))
		return doctor_good(d, "motetd answers at %s", d->c->conf->listen);
	if (strcmp(why, strerror(EACCES)) == 0)
		return doctor_warn(d,
		    "run this as root, or as the user of motetd or of the web server",
		    "%s: this user may not connect", d->c->conf->listen);
	return doctor_bad(d, "start motetd anew: systemctl restart motet; then look at its log",
	    "nobody answers at %s: %s", d->c->conf->listen, why);
}

const struct doctor_check doctor_host_checks[] = {
	{ "conf.file", "configuration", "the configuration file", check_config_file, 0, HAVE_CONF,
	    NULL },
	{ "conf.domain", "configuration", "the domain", check_config_domain, HAVE_CONF, HAVE_DOMAIN,
	    NULL },
	{ "file.conf", "files", "who may read the configuration", check_config_mode, HAVE_CONF, 0,
	    NULL },
	{ "file.secret", "files", "who may read the secret", check_secret_file_mode, HAVE_DOMAIN, 0,
	    NULL },
	{ "file.state", "files", "state_dir", check_state_dir, HAVE_CONF, 0, NULL },
	{ "file.disk", "files", "free room in state_dir", check_free_space, HAVE_CONF, 0, NULL },
	{ "file.log", "files", "log_file", check_log_file, HAVE_CONF, 0, NULL },
	{ "socket.file", "socket", "the socket", check_socket_file, HAVE_CONF, HAVE_SOCKET, NULL },
	{ "socket.mode", "socket", "who may connect", check_socket_mode, HAVE_SOCKET, 0, NULL },
	{ "socket.answer", "socket", "motetd behind the socket", check_socket_answers, HAVE_SOCKET,
	    0, NULL },
	{ NULL, NULL, NULL, NULL, 0, 0, NULL },
};
