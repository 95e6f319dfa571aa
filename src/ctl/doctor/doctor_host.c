#include "base/log_out.h"
#include "base/secret.h"
#include "text/fid.h"
#include "ctl/doctor/doctor.h"
#include "ctl/doctor/doctor_fcgi.h"
#include "ctl/mask.h"
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* What lies on this host: the configuration, the files that it names, and the socket. */
enum { WORLD = 0007, NOT_OWNER = 0077, OTHERS_WRITE = 0022 };
#define MIB (INT64_C(1) << 20)

static const struct conf *conf(const struct doctor *d)
{
	return d->c->conf;
}

static const char *fix(struct doctor *d, const char *command, const char *path)
{
	return arena_printf(d->mem, "%s %s", command, path);
}

#define NAME_IT "name the file with -c: motetctl -c " SYSCONFDIR "/motet.conf doctor"

/* What to do about a configuration that is not taken, by what the message ends with. */
static const struct {
	int why;
	const char *fix;
} unreadable[] = {
	{ EACCES, "run this as root, or as the user that motetd runs as" },
	{ ENOENT, NAME_IT },
	{ ENOTDIR, NAME_IT },
	{ EISDIR, NAME_IT },
};

static const char *conf_fix(const char *said)
{
	for (size_t i = 0; i < sizeof unreadable / sizeof unreadable[0]; i++) {
		const char *why = strerror(unreadable[i].why), *at = strstr(said, why);
		if (at && at[strlen(why)] == '\0')
			return unreadable[i].fix;
	}
	return "put that line right: motet.conf(5) and `motetctl config --sample` have every key";
}

static struct verdict conf_file(struct doctor *d, const struct check *k)
{
	(void)k;
	if (ctl_need(d->c, NEEDS_CONF) != OK)
		return doctor_error(d, conf_fix(d->c->cx.why.log));
	if (conf(d)->file == NULL)
		return doctor_warn(d,
		    arena_printf(
			d->mem, "motetctl -c %s/motet.conf init --domain example.org", SYSCONFDIR),
		    "no configuration file was found, so all is default or from the environment");
	return doctor_good(d, "%s can be read, and every key in it is known", conf(d)->file);
}

static struct verdict conf_domain(struct doctor *d, const struct check *k)
{
	(void)k;
	if (ctl_need(d->c, NEEDS_DOMAIN) != OK)
		return doctor_error(d,
		    arena_printf(d->mem, "in %s: domain = example.org",
			conf(d)->file ? conf(d)->file : "motet.conf"));
	return doctor_good(d, "the domain is %s, and clients come to %s%s", conf(d)->domain,
	    conf(d)->public_url, conf(d)->base_path);
}

static bool has_password(struct doctor *d)
{
	return !str_is(mask_passwords(d->mem, str_of(conf(d)->database)), conf(d)->database);
}

static struct verdict conf_mode(struct doctor *d, const struct check *k)
{
	const char *file = conf(d)->file;
	struct stat st;

	(void)k;
	if (file == NULL || stat(file, &st) != 0)
		return doctor_skipped(d, "there is no configuration file to look at");
	if (st.st_mode & OTHERS_WRITE)
		return doctor_bad(d, fix(d, "chmod go-w", file),
		    "others than its owner may write %s (mode %04o)", file, st.st_mode & 07777u);
	if ((st.st_mode & WORLD) && has_password(d))
		return doctor_bad(d, fix(d, "chmod 0640", file),
		    "everybody may read %s, and the password of the database is in it", file);
	return doctor_good(d, "%s has mode %04o%s", file, st.st_mode & 07777u,
	    has_password(d) ? ", with a password in it" : "");
}

static struct verdict secret_mode(struct doctor *d, const struct check *k)
{
	const char *file = conf(d)->secret_file;
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
		return doctor_bad(
		    d, fix(d, "put the secret itself at", file), "%s is not a regular file", file);
	if (st.st_mode & NOT_OWNER)
		return doctor_bad(d, fix(d, "chmod 0400", file),
		    "others than its owner may read %s (mode %04o), which protects the identity key",
		    file, st.st_mode & 07777u);
	return doctor_good(d, "%s has mode %04o", file, st.st_mode & 07777u);
}

/* May the user that motetd runs as write there? By the bits; who is not root asks for himself. */
static bool may_write(struct doctor *d, const char *path, const struct stat *st)
{
	const struct passwd *pw = conf(d)->user[0] ? getpwnam(conf(d)->user) : NULL;

	if (geteuid() != 0 || pw == NULL)
		return access(path, W_OK) == 0;
	unsigned shift = st->st_uid == pw->pw_uid ? 6 : st->st_gid == pw->pw_gid ? 3 : 0;
	return pw->pw_uid == 0 || (st->st_mode >> shift & 2);
}

static const char *whose(struct doctor *d)
{
	return conf(d)->user[0] ? conf(d)->user : "motet";
}

static struct verdict state_dir(struct doctor *d, const struct check *k)
{
	const char *dir = conf(d)->state_dir;
	struct stat st;

	(void)k;
	if (stat(dir, &st) != 0)
		return doctor_bad(d,
		    arena_printf(d->mem, "install -d -m 0750 -o %s %s", whose(d), dir),
		    "state_dir %s: %s", dir, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return doctor_bad(
		    d, "name a directory as state_dir", "state_dir %s is not a directory", dir);
	if (st.st_mode & 0002)
		return doctor_bad(
		    d, fix(d, "chmod o-w", dir), "everybody may write to state_dir %s", dir);
	if (!may_write(d, dir, &st))
		return doctor_bad(d, arena_printf(d->mem, "chown %s %s", whose(d), dir),
		    "state_dir %s cannot be written by %s", dir,
		    conf(d)->user[0] ? conf(d)->user : "this user");
	return doctor_good(d, "state_dir %s can be written", dir);
}

static struct verdict disk(struct doctor *d, const struct check *k)
{
	const char *dir = conf(d)->state_dir;
	struct statvfs v;

	(void)k;
	if (statvfs(dir, &v) != 0)
		return doctor_skipped(
		    d, "how much room there is in state_dir: %s", strerror(errno));
	int64_t mib = (int64_t)v.f_bavail * (int64_t)v.f_frsize / MIB;
	if (mib < 64)
		return doctor_bad(d, arena_printf(d->mem, "make room there: df -h %s", dir),
		    "%lld MB are free in %s", (long long)mib, dir);
	if (mib < 512)
		return doctor_warn(d, arena_printf(d->mem, "make room there soon: df -h %s", dir),
		    "%lld MB are free in %s", (long long)mib, dir);
	return doctor_good(d, "%lld MB are free in %s", (long long)mib, dir);
}

static struct verdict log_file(struct doctor *d, const struct check *k)
{
	static const char *const others[] = {
		[LOG_TO_STDERR] = "standard error of motetd",
		[LOG_TO_SYSLOG] = "syslog",
		[LOG_TO_JOURNAL] = "the journal of systemd",
	};
	const char *file = conf(d)->log_file, *slash = strrchr(file, '/');
	struct stat st;

	(void)k;
	if (file[0] == '\0')
		return doctor_good(d, "the log goes to %s", others[conf(d)->log_to]);
	const char *dir = slash && slash > file ? arena_dup(d->mem, file, (size_t)(slash - file))
						: "/",
		   *path = stat(file, &st) == 0 ? file : dir;
	if (stat(path, &st) != 0)
		return doctor_bad(d,
		    arena_printf(d->mem, "install -d -m 0750 -o %s %s", whose(d), path),
		    "log_file %s: %s", file, strerror(errno));
	if (path == file && !S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode) && !S_ISCHR(st.st_mode))
		return doctor_bad(d, "name a file as log_file", "log_file %s is not a file", file);
	if (!may_write(d, path, &st))
		return doctor_bad(d, arena_printf(d->mem, "chown %s %s", whose(d), path),
		    "log_file %s cannot be written", file);
	return doctor_good(d, "log_file %s can be written", file);
}

/* Where the web server starts motetd itself there is no socket of this name; then the checks
 * through the web server say whether all is well. */
static struct verdict socket_file(struct doctor *d, const struct check *k)
{
	const char *path = conf(d)->listen,
		   *start =
		       arena_printf(d->mem, "start motetd: systemctl start motet, or motetd -c %s",
			   conf(d)->file ? conf(d)->file : "FILE");
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

static const char *user_name(struct doctor *d, uid_t uid)
{
	const struct passwd *pw = getpwuid(uid);

	return pw ? arena_dup(d->mem, pw->pw_name, strlen(pw->pw_name))
		  : arena_printf(d->mem, "%u", (unsigned)uid);
}

static const char *group_name(struct doctor *d, gid_t gid)
{
	const struct group *gr = getgrgid(gid);

	return gr ? arena_dup(d->mem, gr->gr_name, strlen(gr->gr_name))
		  : arena_printf(d->mem, "%u", (unsigned)gid);
}

static struct verdict socket_mode(struct doctor *d, const struct check *k)
{
	const char *path = conf(d)->listen;
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
	    user_name(d, st.st_uid), st.st_mode & 0020 ? " and the group " : "",
	    st.st_mode & 0020 ? group_name(d, st.st_gid) : "");
}

static struct verdict socket_answers(struct doctor *d, const struct check *k)
{
	struct stat st;
	char why[128];

	(void)k;
	if (conf(d)->listen[0] == '/' && stat(conf(d)->listen, &st) != 0)
		return doctor_skipped(d, "there is no socket that could answer");
	if (doctor_fcgi_ask(conf(d), why, sizeof why))
		return doctor_good(d, "motetd answers at %s", conf(d)->listen);
	if (strcmp(why, strerror(EACCES)) == 0)
		return doctor_warn(d,
		    "run this as root, or as the user of motetd or of the web server",
		    "%s: this user may not connect", conf(d)->listen);
	return doctor_bad(d, "start motetd anew: systemctl restart motet; then look at its log",
	    "nobody answers at %s: %s", conf(d)->listen, why);
}

const struct check doctor_host[] = {
	{ "conf.file", "configuration", "the configuration file", conf_file, 0, HAVE_CONF, NULL },
	{ "conf.domain", "configuration", "the domain", conf_domain, HAVE_CONF, HAVE_DOMAIN, NULL },
	{ "file.conf", "files", "who may read the configuration", conf_mode, HAVE_CONF, 0, NULL },
	{ "file.secret", "files", "who may read the secret", secret_mode, HAVE_DOMAIN, 0, NULL },
	{ "file.state", "files", "state_dir", state_dir, HAVE_CONF, 0, NULL },
	{ "file.disk", "files", "free room in state_dir", disk, HAVE_CONF, 0, NULL },
	{ "file.log", "files", "log_file", log_file, HAVE_CONF, 0, NULL },
	{ "socket.file", "socket", "the socket", socket_file, HAVE_CONF, HAVE_SOCKET, NULL },
	{ "socket.mode", "socket", "who may connect", socket_mode, HAVE_SOCKET, 0, NULL },
	{ "socket.answer", "socket", "motetd behind the socket", socket_answers, HAVE_SOCKET, 0,
	    NULL },
	{ NULL, NULL, NULL, NULL, 0, 0, NULL },
};
