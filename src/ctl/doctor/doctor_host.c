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

/* Checks of this host: the configuration, the files that it names, and the socket. */
enum { MODE_WORLD = 0007, MODE_NOT_OWNER = 0077, MODE_OTHERS_WRITE = 0022 };
#define BYTES_PER_MIB (INT64_C(1) << 20)

static const char *make_fix_command(struct doctor *d, const char *command, const char *path)
{
	return arena_printf(d->mem, "%s %s", command, path);
}

#define RUN_AS_ROOT "run this command as root or as motetd's user"
#define NAME_CONFIG_FILE "name the file with -c: motetctl -c " SYSCONFDIR "/motet.conf doctor"

/* Fixes for a configuration that cannot be loaded, by the errno text that ends the message. */
static const struct {
	int why;
	const char *fix;
} config_fixes[] = {
	{ EACCES, RUN_AS_ROOT },
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
	return "correct that line; motet.conf(5) and `motetctl config --sample` list every key";
}

static struct doctor_verdict check_config_file(struct doctor *d, const struct doctor_check *k)
{
	(void)k;
	if (ctl_need(d->c, NEEDS_CONF) != OK)
		return doctor_bad_error(d, find_config_fix(d->c->cx.why.log));
	if (d->c->conf->file == NULL)
		return doctor_warn(d,
		    arena_printf(d->mem,
			"create the file: motetctl -c %s/motet.conf init --domain example.org",
			SYSCONFDIR),
		    "no configuration file found; defaults and environment variables apply");
	return doctor_good(d, "%s is readable and has no unknown key", d->c->conf->file);
}

static struct doctor_verdict check_config_domain(struct doctor *d, const struct doctor_check *k)
{
	(void)k;
	if (ctl_need(d->c, NEEDS_DOMAIN) != OK)
		return doctor_bad_error(d,
		    arena_printf(d->mem, "in %s set: domain = example.org",
			d->c->conf->file ? d->c->conf->file : "motet.conf"));
	return doctor_good(d, "the domain is %s; clients use %s%s", d->c->conf->domain,
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
	if (file && stat(file, &st) != 0 && doctor_is_hidden(errno))
		return doctor_warn_hidden(d, "configuration file", file);
	if (file == NULL || stat(file, &st) != 0)
		return doctor_skipped(
		    d, "configuration file mode not checked: no configuration file");
	if (st.st_mode & MODE_OTHERS_WRITE)
		return doctor_bad(d, make_fix_command(d, "chmod go-w", file),
		    "users other than the owner can write %s (mode %04o)", file,
		    st.st_mode & 07777u);
	if ((st.st_mode & MODE_WORLD) && has_database_password(d))
		return doctor_bad(d, make_fix_command(d, "chmod 0640", file),
		    "every user can access %s, which contains the database password", file);
	return doctor_good(d, "%s has mode %04o%s", file, st.st_mode & 07777u,
	    has_database_password(d) ? " and contains a password" : "");
}

/* Return the directory of a path; the text lives in the arena. */
static const char *find_directory(struct doctor *d, const char *path)
{
	const char *slash = strrchr(path, '/');

	return arena_dup(d->mem, path, slash > path ? (size_t)(slash - path) : 1);
}

/* Root cannot know who starts motetd where `user` is not set. */
static struct doctor_verdict check_secret_owner(struct doctor *d, const struct stat *st)
{
	const char *file = d->c->conf->secret_file, *dir = find_directory(d, file);
	bool unknown = geteuid() == 0 && d->c->conf->user[0] == '\0';
	bool spawned = geteuid() == 0 && secret_is_of_spawned(file, st->st_uid);

	if (!unknown && !spawned && st->st_uid != 0 && st->st_uid != geteuid())
		return doctor_bad(d, make_fix_command(d, "chown root", file),
		    "%s belongs to user %u, who can read and replace it", file,
		    (unsigned)st->st_uid);
	if (!unknown && secret_is_replaceable(file, spawned ? st->st_uid : geteuid()))
		return doctor_bad(d,
		    spawned ? make_fix_command(d, "chmod go-w", dir)
			    : arena_printf(d->mem, "chown root %s && chmod 1770 %s", dir, dir),
		    "others can replace %s, because they may write to its directory", file);
	if (spawned && !unknown)
		return doctor_good(d,
		    "%s has mode %04o and belongs to user %u, who starts motetd instead of root",
		    file, st->st_mode & 07777u, (unsigned)st->st_uid);
	return doctor_good(d, "%s has mode %04o%s", file, st->st_mode & 07777u,
	    unknown ? "" : ", and nobody else can replace it");
}

static struct doctor_verdict check_secret_file_mode(struct doctor *d, const struct doctor_check *k)
{
	const char *file = d->c->conf->secret_file;
	struct stat st;

	(void)k;
	if (lstat(file, &st) != 0 && doctor_is_hidden(errno))
		return doctor_warn_hidden(d, "secret_file", file);
	if (lstat(file, &st) != 0)
		return doctor_bad(d,
		    arena_printf(d->mem,
			"for a new server run: %s init; otherwise copy the secret from another "
			"host of this server",
			d->ctl),
		    "%s: %s", file, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return doctor_bad(d,
		    make_fix_command(d, "store the secret in a regular file at", file),
		    "%s is not a regular file", file);
	if (st.st_mode & MODE_NOT_OWNER)
		return doctor_bad(d, make_fix_command(d, "chmod 0400", file),
		    "users other than the owner can access %s (mode %04o), the secret that "
		    "encrypts the identity key",
		    file, st.st_mode & 07777u);
	return check_secret_owner(d, &st);
}

/* Can motetd's user write to this path? If doctor runs as root, it reads the mode bits for that
 * user; otherwise it tests its own access. */
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
	if (stat(dir, &st) != 0 && doctor_is_hidden(errno))
		return doctor_warn_hidden(d, "state_dir", dir);
	if (stat(dir, &st) != 0)
		return doctor_bad(d,
		    arena_printf(d->mem, "install -d -m 0750 -o %s %s", get_motetd_user(d), dir),
		    "state_dir %s: %s", dir, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return doctor_bad(d, "in motet.conf set state_dir to a directory",
		    "state_dir %s is not a directory", dir);
	if (st.st_mode & 0002)
		return doctor_bad(d, make_fix_command(d, "chmod o-w", dir),
		    "every user can write to state_dir %s", dir);
	if (!may_motetd_write(d, dir, &st))
		return doctor_bad(d, arena_printf(d->mem, "chown %s %s", get_motetd_user(d), dir),
		    "state_dir %s is not writable by %s", dir,
		    d->c->conf->user[0] ? d->c->conf->user : "this user");
	return doctor_good(d, "state_dir %s is writable", dir);
}

static struct doctor_verdict check_free_space(struct doctor *d, const struct doctor_check *k)
{
	const char *dir = d->c->conf->state_dir;
	struct statvfs v;

	(void)k;
	if (statvfs(dir, &v) != 0)
		return doctor_skipped(
		    d, "free space in state_dir not checked: %s", strerror(errno));
	int64_t mib = (int64_t)v.f_bavail * (int64_t)v.f_frsize / BYTES_PER_MIB;
	if (mib < 64)
		return doctor_bad(d, arena_printf(d->mem, "free disk space: df -h %s", dir),
		    "%lld MiB are free in %s", (long long)mib, dir);
	if (mib < 512)
		return doctor_warn(d, arena_printf(d->mem, "free disk space soon: df -h %s", dir),
		    "%lld MiB are free in %s", (long long)mib, dir);
	return doctor_good(d, "%lld MiB are free in %s", (long long)mib, dir);
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
	bool there = stat(file, &st) == 0;
	if (!there && doctor_is_hidden(errno))
		return doctor_warn_hidden(d, "log_file", file);
	const char *dir = slash && slash > file ? arena_dup(d->mem, file, (size_t)(slash - file))
						: "/",
		   *path = there ? file : dir;
	if (stat(path, &st) != 0)
		return doctor_bad(d,
		    arena_printf(d->mem, "install -d -m 0750 -o %s %s", get_motetd_user(d), path),
		    "log_file %s: %s", file, strerror(errno));
	if (path == file && !S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode) && !S_ISCHR(st.st_mode))
		return doctor_bad(d, "in motet.conf set log_file to a file",
		    "log_file %s is not a file, FIFO or character device", file);
	if (!may_motetd_write(d, path, &st))
		return doctor_bad(d, arena_printf(d->mem, "chown %s %s", get_motetd_user(d), path),
		    "log_file %s is not writable", file);
	return doctor_good(d, "log_file %s is writable", file);
}

/* If the web server starts motetd, this socket does not exist. If the checks through the web server
 * follow, a missing socket is only a warning. */
static struct doctor_verdict check_socket_file(struct doctor *d, const struct doctor_check *k)
{
	const char *path = d->c->conf->listen,
		   *start =
		       arena_printf(d->mem, "start motetd: systemctl start motet, or motetd -c %s",
			   d->c->conf->file ? d->c->conf->file : "FILE");
	struct stat st;

	(void)k;
	if (path[0] != '/')
		return doctor_good(d, "listen is %s (TCP)", path);
	if (stat(path, &st) == 0)
		return S_ISSOCK(st.st_mode)
		    ? doctor_good(d, "%s exists", path)
		    : doctor_bad(d, arena_printf(d->mem, "rm %s, then %s", path, start),
			  "%s is not a socket", path);
	if (doctor_is_hidden(errno))
		return doctor_warn_hidden(d, "listen", path);
	if (d->url)
		return doctor_warn(d, start,
		    "listen %s: %s; this is correct only if the web server starts motetd", path,
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
		    "in motet.conf set: listen = /run/motet/motet.sock; set the same path in the "
		    "web server",
		    "every process on this host can connect to %s; FastCGI has no authentication",
		    path);
	if (stat(path, &st) != 0)
		return doctor_skipped(d, "socket permissions not checked: %s", strerror(errno));
	if (st.st_mode & 0002)
		return doctor_bad(d,
		    "in motet.conf set: listen_mode = 0660, listen_group = www-data (the web "
		    "server's group); restart motetd",
		    "every user on this host can connect to %s (mode %04o) and forge client "
		    "addresses",
		    path, st.st_mode & 0777u);
	return doctor_good(d, "user %s%s%s and root can connect to the socket",
	    find_socket_user(d, st.st_uid), st.st_mode & 0020 ? ", group " : "",
	    st.st_mode & 0020 ? find_socket_group(d, st.st_gid) : "");
}

static struct doctor_verdict check_socket_answers(struct doctor *d, const struct doctor_check *k)
{
	struct stat st;
	char why[128];

	(void)k;
	if (d->c->conf->listen[0] == '/' && stat(d->c->conf->listen, &st) != 0)
		return doctor_skipped(d, "motetd not checked: %s", strerror(errno));
	if (doctor_fcgi_check_health(d->c->conf, why, sizeof why))
		return doctor_good(d, "motetd answers at %s", d->c->conf->listen);
	if (strcmp(why, strerror(EACCES)) == 0)
		return doctor_warn(d,
		    "run this command as root, as motetd's user or as the web server's user",
		    "this user cannot connect to %s", d->c->conf->listen);
	return doctor_bad(d, "restart motetd: systemctl restart motet; then read its log",
	    "the health check at %s failed: %s", d->c->conf->listen, why);
}

const struct doctor_check doctor_host_checks[] = {
	{ "conf.file", "configuration", "the configuration file", check_config_file, 0, HAVE_CONF,
	    NULL },
	{ "conf.domain", "configuration", "the domain", check_config_domain, HAVE_CONF, HAVE_DOMAIN,
	    NULL },
	{ "file.conf", "files", "configuration file mode", check_config_mode, HAVE_CONF, 0, NULL },
	{ "file.secret", "files", "secret file mode", check_secret_file_mode, HAVE_DOMAIN, 0,
	    NULL },
	{ "file.state", "files", "state_dir", check_state_dir, HAVE_CONF, 0, NULL },
	{ "file.disk", "files", "free space in state_dir", check_free_space, HAVE_CONF, 0, NULL },
	{ "file.log", "files", "log_file", check_log_file, HAVE_CONF, 0, NULL },
	{ "socket.file", "socket", "the socket", check_socket_file, HAVE_CONF, HAVE_SOCKET, NULL },
	{ "socket.mode", "socket", "socket permissions", check_socket_mode, HAVE_SOCKET, 0, NULL },
	{ "socket.answer", "socket", "motetd at the socket", check_socket_answers, HAVE_SOCKET, 0,
	    NULL },
	{ NULL, NULL, NULL, NULL, 0, 0, NULL },
};
