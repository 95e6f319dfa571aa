#include "ctl/archive.h"
#include "crypto/hash.h"
#include "text/encoding.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const member_names[] = { "about", "database.dump", "motet.conf", "secret" };
enum { MEMBERS = sizeof member_names / sizeof member_names[0] };
enum { ARCHIVE_MASK = 077, SECRET_MODE = 0400, HEX_HASH = 2 * HASH_BYTES };

const char *archive_path(struct ctl *c, const struct archive *a, const char *name)
{
	return arena_printf(c->cx.mem, "%s/%s", a->dir, name);
}

static enum err fail_file(struct ctl *c, const char *path)
{
	return fail(&c->cx, ERR_INTERNAL, "%s: %s", path, strerror(errno));
}

static sigset_t list_signals(void)
{
	sigset_t s;

	sigemptyset(&s);
	sigaddset(&s, SIGINT);
	sigaddset(&s, SIGTERM);
	sigaddset(&s, SIGHUP);
	sigaddset(&s, SIGCHLD);
	return s;
}

enum err archive_begin(struct ctl *c, const char *path, struct archive *a)
{
	char *dir = arena_printf(c->cx.mem, "%s.XXXXXX", path);

	const sigset_t s = list_signals();

	umask(ARCHIVE_MASK);
	sigprocmask(SIG_BLOCK, &s, &a->before);
	a->dir = dir;
	return mkdtemp(dir) ? OK : fail_file(c, dir);
}

void archive_end(struct ctl *c, const struct archive *a)
{
	for (size_t i = 0; i < MEMBERS; i++)
		unlink(archive_path(c, a, member_names[i]));
	unlink(archive_path(c, a, "manifest"));
	rmdir(a->dir);
	sigprocmask(SIG_SETMASK, &a->before, NULL);
}

static void exec_program(const char *const argv[], bool quiet)
{
	int nowhere = quiet ? open("/dev/null", O_WRONLY) : -1;
	const sigset_t s = list_signals();

	sigprocmask(SIG_UNBLOCK, &s, NULL);
	if (nowhere >= 0)
		dup2(nowhere, STDOUT_FILENO);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	fprintf(stderr, "motetctl: %s: %s\n", argv[0], strerror(errno));
	_exit(EXIT_FAILURE);
}

/* A signal that motetctl receives ends the program that it waits for; motetctl then cleans up. */
static int wait_for_program(pid_t p)
{
	const sigset_t s = list_signals();
	int status = -1;

	while (waitpid(p, &status, WNOHANG) == 0) {
		int sig = sigwaitinfo(&s, NULL);
		if (sig > 0 && sig != SIGCHLD)
			kill(p, SIGTERM);
	}
	return status;
}

enum err archive_run(struct ctl *c, const char *const argv[], bool quiet)
{
	fflush(stdout);
	pid_t p = fork();
	if (p == 0)
		exec_program(argv, quiet);
	int status = p > 0 ? wait_for_program(p) : -1;
	return status == 0 ? OK : fail(&c->cx, ERR_INTERNAL, "%s failed", argv[0]);
}

enum err archive_write(struct ctl *c, const struct archive *a, const char *name, const char *text)
{
	const char *path = archive_path(c, a, name);
	FILE *f = fopen(path, "wxe");

	if (f == NULL)
		return fail_file(c, path);
	bool fine = fputs(text, f) >= 0;
	return (fclose(f) == 0) & fine ? OK : fail_file(c, path);
}

/* Map the whole file; if it is empty, out->p is NULL. */
static enum err map_file(struct ctl *c, const char *path, struct blob *out)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	*out = (struct blob){ NULL, 0 };
	if (fd < 0 || fstat(fd, &st) != 0)
		return fail_file(c, path);
	void *p = st.st_size ? mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0) : NULL;
	close(fd);
	if (p == MAP_FAILED)
		return fail_file(c, path);
	*out = (struct blob){ p, (size_t)st.st_size };
	return OK;
}

static void unmap_file(struct blob b)
{
	if (b.p)
		munmap((void *)(uintptr_t)b.p, b.n);
}

static enum err write_whole(
    struct ctl *c, const char *path, struct blob b, const struct stat *owner)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, SECRET_MODE);
	FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;

	if (f == NULL)
		return fail_file(c, path);
	bool fine = fwrite(b.p, 1, b.n, f) == b.n &&
	    (owner == NULL || geteuid() != 0 || fchown(fd, owner->st_uid, owner->st_gid) == 0) &&
	    fflush(f) == 0 && fsync(fd) == 0;
	return (fclose(f) == 0) & fine ? OK : fail_file(c, path);
}

enum err archive_copy_in(struct ctl *c, const struct archive *a, const char *name, const char *from)
{
	struct blob b;

	TRY(map_file(c, from, &b));
	enum err e = write_whole(c, archive_path(c, a, name), b, NULL);
	unmap_file(b);
	return e;
}

enum err archive_copy_out(struct ctl *c, const struct archive *a, const char *name, const char *to)
{
	const char *slash = strrchr(to, '/');
	const char *dir =
	    slash > to ? arena_dup(c->cx.mem, to, (size_t)(slash - to)) : (slash ? "/" : ".");
	struct stat owner;
	struct blob b;

	if (stat(dir, &owner) != 0)
		return fail_file(c, dir);
	TRY(map_file(c, archive_path(c, a, name), &b));
	enum err e = write_whole(c, to, b, &owner);
	unmap_file(b);
	return e;
}

static enum err hash_member(
    struct ctl *c, const struct archive *a, const char *name, struct str *hex)
{
	uint8_t hash[HASH_BYTES];
	struct blob b;

	TRY(map_file(c, archive_path(c, a, name), &b));
	sha256(b, hash);
	unmap_file(b);
	*hex = hex_encode(c->cx.mem, (struct blob){ hash, sizeof hash });
	return OK;
}

/* Append the members that exist to the arguments of tar. */
static size_t add_members(struct ctl *c, const struct archive *a, const char *argv[], size_t n)
{
	for (size_t i = 0; i < MEMBERS; i++)
		if (access(archive_path(c, a, member_names[i]), F_OK) == 0)
			argv[n++] = member_names[i];
	argv[n] = NULL;
	return n;
}

enum err archive_pack(struct ctl *c, const struct archive *a, const char *file)
{
	const char *part = arena_printf(c->cx.mem, "%s.part", a->dir);
	const char *argv[MEMBERS + 7] = { "tar", "-cf", part, "-C", a->dir, "manifest" };
	struct buf manifest = { .mem = c->cx.mem };
	const size_t fixed = 6, n = add_members(c, a, argv, fixed);
	struct str hex;

	for (size_t i = fixed; i < n; i++) {
		TRY(hash_member(c, a, argv[i], &hex));
		buf_printf(&manifest, "%s  %s\n", hex.s, argv[i]);
	}
	TRY(archive_write(c, a, "manifest", buf_done(&manifest).s));
	enum err e = archive_run(c, argv, true);
	if (e == OK && link(part, file) != 0)
		e = fail_file(c, file);
	unlink(part);
	return e;
}

static const char *find_member_name(struct str name)
{
	for (size_t i = 0; i < MEMBERS; i++)
		if (str_is(name, member_names[i]))
			return member_names[i];
	return NULL;
}

/* Unpack the member that this line of the manifest names, and compare its hash. */
static enum err unpack_member(
    struct ctl *c, const struct archive *a, const char *file, struct str line)
{
	const size_t gap = HEX_HASH + 2;
	const char *name =
	    line.n > gap ? find_member_name((struct str){ line.s + gap, line.n - gap }) : NULL;
	struct str hex;

	if (name == NULL)
		return fail(&c->cx, ERR_INTERNAL, "the manifest in the backup %s is damaged", file);
	TRY(archive_run(
	    c, (const char *const[]){ "tar", "-xf", file, "-C", a->dir, name, NULL }, true));
	TRY(hash_member(c, a, name, &hex));
	return str_eq(hex, (struct str){ line.s, HEX_HASH })
	    ? OK
	    : fail(&c->cx, ERR_INTERNAL,
		  "the backup %s is damaged: the SHA-256 of %s differs from the manifest", file,
		  name);
}

enum err archive_unpack(struct ctl *c, const struct archive *a, const char *file)
{
	struct blob b;

	TRY(archive_run(
	    c, (const char *const[]){ "tar", "-xf", file, "-C", a->dir, "manifest", NULL }, true));
	TRY(map_file(c, archive_path(c, a, "manifest"), &b));
	struct str rest = { (const char *)b.p, b.n }, line;
	enum err e = OK;
	while (e == OK && rest.n) {
		str_cut(rest, '\n', &line, &rest);
		e = unpack_member(c, a, file, line);
	}
	unmap_file(b);
	if (e == OK && access(archive_path(c, a, "database.dump"), F_OK) != 0)
		return fail(&c->cx, ERR_INTERNAL,
		    "the backup %s does not contain a dump of the database", file);
	return e;
}
