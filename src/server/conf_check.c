#include "server/conf_check.h"
#include "api/call.h"
#include "base/address.h"
#include "base/install_path.h"
#include "base/secret.h"
#include "crypto/ca_file.h"
#include "db/conninfo.h"
#include "http/http.h"
#include "net/net.h"
#include "server/listen.h"
#include "server/priv.h"
#include "text/fid.h"
#include "text/origin.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct conf_point {
	const struct conf *conf;
	const char *key, *value; /* the value, if the key is a text; NULL if it is not */
	char *why;
	size_t size;
};

static bool reject_value(const struct conf_point *p, const char *what)
{
	snprintf(p->why, p->size, "%s: %s: %s", p->key, p->value, what);
	return false;
}

static bool check_conf_type(const struct conf_point *p)
{
	(void)p;
	return true;
}

static bool check_conf_base_path(const struct conf_point *p)
{
	struct cx cx = { .mem = arena_new(1 << 20), .conf = p->conf };
	struct http_req q = { .method = M_GET, .target = str_of(p->value) };
	bool good = p->value[0] == '\0' ||
	    (p->value[0] == '/' && strpbrk(p->value, "?%#") == NULL &&
		http_target(&cx, "", &q) == OK);

	arena_free(cx.mem);
	return good ||
	    reject_value(p, "must be a path such as /~jo/motet, without //, ., .., ?, # and %");
}

static bool check_conf_database(const struct conf_point *p)
{
	char what[256];

	if (conninfo_valid(p->value, what, sizeof what))
		return true;
	snprintf(p->why, p->size, "%s: is not a connection string of libpq: %s", p->key, what);
	return false;
}

/* The workers can read the configuration file, so the password of the database's owner must not be
 * in that file. */
static bool check_conf_owner_database(const struct conf_point *p)
{
	if (!check_conf_database(p))
		return false;
	return p->value[0] == '\0' || !conninfo_has_password(p->value) ||
	    reject_value(
		p, "must have no password: put it into .pgpass of the user who runs motetctl");
}

static bool check_conf_database_timeout(const struct conf_point *p)
{
	if (p->conf->database_timeout <= p->conf->request_deadline)
		return true;
	snprintf(p->why, p->size,
	    "%s: %lld s is longer than request_deadline, which is %lld s: a worker would be killed "
	    "while it waits for the database",
	    p->key, (long long)p->conf->database_timeout, (long long)p->conf->request_deadline);
	return false;
}

static bool check_conf_contact(const struct conf_point *p)
{
	struct str name, host;
	bool good = str_cut(str_of(p->value), '@', &name, &host) && name.n && host.n &&
	    strpbrk(p->value, " \t,;<>\"") == NULL && memchr(host.s, '@', host.n) == NULL;

	return p->value[0] == '\0' || good ||
	    reject_value(p, "is not one address, such as admin@example.org");
}

static bool check_conf_domain(const struct conf_point *p)
{
	return domain_ok(str_of(p->value)) ||
	    reject_value(p, "is not a domain in lower case, such as example.org");
}

/* The checks of the keys federation_… already name the key in their messages. */
static bool check_conf_federation(const struct conf_point *p)
{
	return net_conf_valid(p->conf, p->why, p->size);
}

static bool check_conf_ca_file(const struct conf_point *p)
{
	return p->value[0] == '\0' || ca_file_ok(p->value) ||
	    reject_value(p, "cannot be read, or has no certificate in PEM");
}

static bool check_conf_user(const struct conf_point *p)
{
	return p->value[0] == '\0' || getpwnam(p->value) || reject_value(p, "no such user");
}

static bool check_conf_group(const struct conf_point *p)
{
	return p->value[0] == '\0' || getgrnam(p->value) || reject_value(p, "no such group");
}

/* Find the directory of a path; false: the path names no directory. */
static bool cut_file_name(const char *path, char *dir, size_t size)
{
	const char *slash = strrchr(path, '/');

	return slash &&
	    snprintf(dir, size, "%.*s", slash == path ? 1 : (int)(slash - path), path) < (int)size;
}

static bool is_made_at_start(const char *dir)
{
	char run[4096];

	return cut_file_name(install_path(RUNDIR "/motet.sock"), run, sizeof run) &&
	    strcmp(dir, run) == 0;
}

static bool check_parent_directory(const struct conf_point *p, bool for_writing)
{
	char dir[4096], what[4200];
	struct stat st;

	if (!cut_file_name(p->value, dir, sizeof dir))
		return reject_value(p, "is not the path of a file");
	bool there = stat(dir, &st) == 0 && S_ISDIR(st.st_mode);
	if (!there && (is_made_at_start(dir) || errno == EACCES))
		return true;
	snprintf(what, sizeof what,
	    there ? "the directory %s is not writable" : "there is no directory %s", dir);
	bool writable = there && faccessat(AT_FDCWD, dir, W_OK | X_OK, AT_EACCESS) == 0;
	return (there && (writable || !for_writing)) || reject_value(p, what);
}

static bool check_conf_listen(const struct conf_point *p)
{
	return p->value[0] == '\0' ||
	    (listen_valid(p->conf, p->why, p->size) &&
		(p->value[0] != '/' || check_parent_directory(p, false)));
}

static bool check_conf_listen_mode(const struct conf_point *p)
{
	return p->conf->listen[0] == '\0' || listen_valid(p->conf, p->why, p->size);
}

/* The log file is opened for writing; if it is missing, its directory must be writable. */
static bool check_conf_log_file(const struct conf_point *p)
{
	if (p->value[0] == '\0')
		return true;
	int fd = open(p->value, O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && errno == ENXIO)
		return true; /* the file is a FIFO: log_open() will wait for its reader */
	if (fd < 0 && errno != ENOENT)
		return reject_value(p, strerror(errno));
	if (fd >= 0)
		close(fd);
	return fd >= 0 || check_parent_directory(p, true);
}

/* The default file in state_dir is not checked: without it, only motetctl status does not work. */
static bool check_conf_scoreboard_file(const struct conf_point *p)
{
	size_t n = strlen(p->conf->state_dir);
	bool own = strncmp(p->value, p->conf->state_dir, n) == 0 &&
	    strcmp(p->value + n, "/scoreboard") == 0;

	return own || check_parent_directory(p, true);
}

static bool check_conf_addresses(const struct conf_point *p)
{
	char what[256];

	if (address_list_ok(p->value, what, sizeof what))
		return true;
	snprintf(p->why, p->size, "%s: %s", p->key, what);
	return false;
}

static bool check_conf_names(const struct conf_point *p)
{
	struct str rest = str_of(p->value), one;

	while (str_next_word(&rest, &one))
		if (!local_name_ok(one)) {
			snprintf(p->why, p->size,
			    "%s: %.*s is not the name of an actor: a-z 0-9 . _ + -, and commas "
			    "between them",
			    p->key, (int)one.n, one.s);
			return false;
		}
	return true;
}

static bool check_conf_origin(const struct conf_point *p)
{
	struct arena *mem = arena_new(1 << 20);
	struct str origin;
	const char *wrong =
	    origin_read(mem, str_of(p->value), ORIGIN_HTTP | ORIGIN_ADDRESS, &origin);

	arena_free(mem);
	return wrong == NULL || reject_value(p, wrong);
}

static bool check_conf_secret(const struct conf_point *p)
{
	uint8_t secret[SECRET_BYTES];
	char what[512];

	if (faccessat(AT_FDCWD, p->value, R_OK, AT_EACCESS) != 0 && errno == EACCES)
		return true;
	bool good = secret_load(p->value, secret, what, sizeof what);
	explicit_bzero(secret, sizeof secret);
	if (!good)
		snprintf(p->why, p->size, "%s: %s", p->key, what);
	return good;
}

static bool check_conf_state_dir(const struct conf_point *p)
{
	struct stat st;

	if (stat(p->value, &st) == 0)
		return S_ISDIR(st.st_mode) || reject_value(p, "is not a directory");
	return errno == EACCES || reject_value(p, strerror(errno));
}

/* Check the keys that only the API can check. */
static bool check_conf_api(const struct conf_point *p)
{
	return api_conf_ok(p->conf, p->key, p->why, p->size);
}

#define IS_TEXT(name) _Generic(((struct conf *)NULL)->name, const char * : true, default : false)

static const struct {
	const char *key;
	size_t at;
	bool text;
	bool (*check)(const struct conf_point *);
} conf_checks[] = {
#define CONF(type, name, def, min, max, check, text) \
	{ #name, offsetof(struct conf, name), IS_TEXT(name), check_conf_##check },
#include "base/conf.def"
};

bool conf_check(const struct conf *c, char *why, size_t size)
{
	for (size_t i = 0; i < sizeof conf_checks / sizeof conf_checks[0]; i++) {
		const void *at = (const char *)c + conf_checks[i].at;
		const struct conf_point p = { c, conf_checks[i].key,
			conf_checks[i].text ? *(const char *const *)at : NULL, why, size };
		if (!conf_checks[i].check(&p))
			return false;
	}
	return true;
}

static void run_check_child(const struct conf *c, int said)
{
	char why[512] = "";
	bool good = priv_drop(c, why, sizeof why) && conf_check(c, why, sizeof why);

	_exit(good || write(said, why, strlen(why)) < 0 ? 0 : 1);
}

bool conf_check_as_user(const struct conf *c, char *why, size_t size)
{
	int ends[2], status = 0;

	if (geteuid() != 0 || c->user[0] == '\0')
		return true;
	pid_t pid = pipe2(ends, O_CLOEXEC) == 0 ? fork() : -1;
	if (pid == 0)
		run_check_child(c, ends[1]);
	if (pid < 0) {
		snprintf(why, size, "user: %s", strerror(errno));
		return false;
	}
	close(ends[1]);
	ssize_t n = read(ends[0], why, size - 1);
	close(ends[0]);
	waitpid(pid, &status, 0);
	why[n > 0 ? n : 0] = '\0';
	return n <= 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
