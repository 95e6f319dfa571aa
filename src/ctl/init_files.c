#include "ctl/init_files.h"
#include "base/secret.h"
#include "text/fid.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

/* If root creates the directories for `user`, they are sticky: the user cannot remove or replace
 * the secret, which belongs to root. */
enum {
	INITIAL_VALUE_BYTES = 4096,
	INITIAL_CONF_MODE = 0640,
	STATE_DIR_MODE = 0700,
	STATE_DIR_MODE_OF_ROOT = 01770
};

/* Print the sample file, in which the domain and each key that differs from `plain` are set. */
static void print_initial_conf(FILE *f, const struct conf *mine, const struct conf *plain)
{
	char a[INITIAL_VALUE_BYTES], b[INITIAL_VALUE_BYTES];
	size_t n;
	const struct conf_row *r = conf_rows(&n);

	fputs("# Configuration of motetd and motetctl. Commented lines show the defaults.\n"
	      "# motet.conf(5) explains each key.\n\n",
	    f);
	for (size_t i = 0; i < n; i++) {
		const char *v = conf_value(mine, i, a, sizeof a);
		bool set = strcmp(r[i].name, "domain") == 0 ||
		    strcmp(v, conf_value(plain, i, b, sizeof b)) != 0;
		fprintf(f, "# %s\n", r[i].text);
		if (r[i].words)
			fprintf(f, "# One of %s.\n", r[i].words);
		v = set ? v : r[i].def;
		fprintf(f, "%s%s =%s%s\n\n", set ? "" : "#", r[i].name, *v ? " " : "", v);
	}
}

/* When root runs init, `user` needs access to the new files; otherwise *wanted is false. */
static enum err find_state_user(
    struct ctl *c, const struct conf *conf, uid_t *uid, gid_t *gid, bool *wanted)
{
	struct passwd *p;
	struct group *g = NULL;

	*wanted = geteuid() == 0 && conf->user[0];
	if (!*wanted)
		return OK;
	if ((p = getpwnam(conf->user)) == NULL)
		return ctl_bad_conf(c, "user: there is no user %s", conf->user);
	if (conf->group[0] && (g = getgrnam(conf->group)) == NULL)
		return ctl_bad_conf(c, "group: there is no group %s", conf->group);
	*uid = p->pw_uid;
	*gid = g ? g->gr_gid : p->pw_gid;
	return OK;
}

/* A file that root creates belongs to root. The group of `user` may read it, because motetd reads
 * the file as that user at a reload. */
static enum err write_initial_conf(
    struct ctl *c, const char *path, const struct conf *mine, const struct conf *plain)
{
	uid_t uid;
	gid_t gid;
	bool wanted;

	TRY(find_state_user(c, mine, &uid, &gid, &wanted));
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, INITIAL_CONF_MODE);
	FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (f == NULL)
		return ctl_bad_conf(c, "%s: %s", path, strerror(errno));
	print_initial_conf(f, mine, plain);
	bool fine =
	    (!wanted || fchown(fd, (uid_t)-1, gid) == 0) && fflush(f) == 0 && fsync(fd) == 0;
	if (fclose(f) != 0 || !fine)
		return ctl_bad_conf(c, "%s: cannot write the file", path);
	return OK;
}

/* A function for arena_own(): the configurations live as long as the arena. */
static void free_owned_conf(void *conf)
{
	conf_free(conf);
}

static enum err load_initial_conf(struct ctl *c, struct conf **mine, struct conf **plain)
{
	const char *domain = c->opt.value[OPT_DOMAIN];
	struct conf_args args = c->opt.conf;
	char why[256];

	args.file = NULL;
	if (!conf_load(NULL, plain, why, sizeof why))
		return ctl_bad_conf(c, "%s", why);
	arena_own(c->cx.mem, *plain, free_owned_conf);
	if (!conf_args_load(&args, mine, why, sizeof why))
		return ctl_bad_conf(c, "%s", why);
	arena_own(c->cx.mem, *mine, free_owned_conf);
	if (domain && !conf_set(*mine, STR("domain"), str_of(domain), why, sizeof why))
		return ctl_bad_conf(c, "%s", why);
	if (!domain_ok(str_of((*mine)->domain)))
		return ctl_bad_conf(c,
		    "give the domain of your federation IDs, in lower case: --domain example.org");
	return OK;
}

enum err init_files_conf(struct ctl *c, const char *path, bool *made)
{
	struct conf *mine, *plain;

	*made = access(path, F_OK) != 0 && errno == ENOENT;
	if (!*made)
		return OK;
	TRY(load_initial_conf(c, &mine, &plain));
	return write_initial_conf(c, path, mine, plain);
}

static enum err share_with_user(struct ctl *c, const char *path)
{
	uid_t uid;
	gid_t gid;
	bool wanted;

	TRY(find_state_user(c, c->conf, &uid, &gid, &wanted));
	if (wanted &&
	    (chown(path, (uid_t)-1, gid) != 0 || chmod(path, STATE_DIR_MODE_OF_ROOT) != 0))
		return fail(&c->cx, ERR_INTERNAL, "%s: %s", path, strerror(errno));
	return OK;
}

/* Create the last directory of the path; its parent directories must exist. */
static enum err make_state_directory(struct ctl *c, const char *path)
{
	if (mkdir(path, STATE_DIR_MODE) == 0)
		return share_with_user(c, path);
	return errno == EEXIST ? OK : ctl_bad_conf(c, "%s: %s", path, strerror(errno));
}

static const char *parent_directory(struct arena *mem, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash > path ? arena_dup(mem, path, (size_t)(slash - path)) : "/";
}

bool init_files_has_secret(const struct ctl *c)
{
	return access(c->conf->secret_file, F_OK) == 0 || errno != ENOENT;
}

enum err init_files_secret(struct ctl *c)
{
	uint8_t secret[SECRET_BYTES];
	char why[256];

	TRY(make_state_directory(c, c->conf->state_dir));
	TRY(make_state_directory(c, parent_directory(c->cx.mem, c->conf->secret_file)));
	bool made = secret_create(c->conf->secret_file, secret, why, sizeof why);
	explicit_bzero(secret, sizeof secret);
	return made ? OK : ctl_bad_conf(c, "%s", why);
}
