#include "shm/scoreboard.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Octets to lock: far behind the end, one for the master and one for each row. */
enum { LOCKS = 1 << 30, MAGIC = sizeof((struct scoreboard *)0)->magic };
static const char magic[MAGIC] = "motet scoreboard\n";

static struct {
	int fd; /* of the file that this process has made or joined; -1: none */
	dev_t dev;
	ino_t ino;
} own = { .fd = -1 };

static uint64_t mixed(uint64_t h, const char *s)
{
	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(1099511628211);
	return h * 31;
}

/* Two programs agree when their structs and tables do: FNV-1a over what these are made of. */
static uint64_t layout(void)
{
	uint64_t h = UINT64_C(14695981039346656037) ^ sizeof(struct scoreboard) ^
	    sizeof(struct scoreboard_row) << 40 ^ offsetof(struct scoreboard, row) << 20 ^
	    offsetof(struct scoreboard, nroutes) << 50;

	for (int i = 0; i < COUNTS; i++)
		h = mixed(mixed(h, meter_rows[i].family), meter_rows[i].value);
	for (int i = 0; i < PHASES; i++)
		h = mixed(h, meter_phase_names[i]);
	for (int i = 0; i < ERR_COUNT; i++)
		h = mixed(h, err_name((enum err)i));
	return h;
}

static void head(struct scoreboard *b, bool master)
{
	memcpy(b->magic, magic, sizeof magic);
	b->layout = layout();
	snprintf(b->version, sizeof b->version, "%s", PACKAGE_VERSION);
	b->started = clock_now();
	b->started_us = clock_us();
	b->master = master ? getpid() : 0;
}

static bool lock(int fd, int place)
{
	struct flock l = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = LOCKS + place, .l_len = 1
	};

	return fcntl(fd, F_SETLK, &l) == 0;
}

static bool locked(int fd, int place)
{
	struct flock l = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = LOCKS + place, .l_len = 1
	};

	return fcntl(fd, F_GETLK, &l) == 0 && l.l_type != F_UNLCK;
}

static struct scoreboard *in_memory(bool master)
{
	struct scoreboard *b =
	    mmap(NULL, sizeof *b, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (b == MAP_FAILED)
		return NULL;
	head(b, master);
	return b;
}

static struct scoreboard *map(int fd, int access)
{
	struct scoreboard *b = mmap(NULL, sizeof *b, access, MAP_SHARED, fd, 0);

	return b == MAP_FAILED ? NULL : b;
}

static bool allocated(int fd, off_t at, size_t n)
{
	errno = posix_fallocate(fd, at, (off_t)n);
	return errno == 0;
}

/*
 * Under a name of its own until it is whole. The lock comes first: who finds the file finds
 * somebody in it. Where a process may not make so large a file (RLIMIT_FSIZE), the system would
 * kill it for the attempt: ignored, that is an error like others.
 */
static struct scoreboard *make(char *temporary, int place, int *fd)
{
	signal(SIGXFSZ, SIG_IGN);
	*fd = mkostemp(temporary, O_CLOEXEC);
	if (*fd < 0)
		return NULL;
	bool good = fchmod(*fd, 0640) == 0 && ftruncate(*fd, sizeof(struct scoreboard)) == 0 &&
	    lock(*fd, place) && allocated(*fd, 0, offsetof(struct scoreboard, row));
	struct scoreboard *b = good ? map(*fd, PROT_READ | PROT_WRITE) : NULL;
	if (b) {
		head(b, place == 0);
		b->rows = place;
		return b;
	}
	int why = errno;
	unlink(temporary);
	close(*fd);
	errno = why;
	return NULL;
}

static void adopt(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0) {
		own.dev = st.st_dev;
		own.ino = st.st_ino;
	}
	own.fd = fd;
}

static struct scoreboard *named(const char *path, int place, bool replace)
{
	char temporary[4096];
	struct scoreboard *b;
	int n = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path), fd;

	if (n < 0 || (size_t)n >= sizeof temporary)
		return errno = ENAMETOOLONG, NULL;
	b = make(temporary, place, &fd);
	if (b == NULL)
		return NULL;
	bool done = replace ? rename(temporary, path) == 0 : link(temporary, path) == 0;
	int why = errno;
	if (!replace || !done)
		unlink(temporary);
	if (done) {
		adopt(fd);
		return b;
	}
	munmap(b, sizeof *b);
	close(fd);
	errno = why;
	return NULL;
}

struct scoreboard *scoreboard_new(const char *path, const char **why)
{
	struct scoreboard *b = named(path, 0, true);

	*why = b ? NULL : strerror(errno);
	return b ? b : in_memory(true);
}

void scoreboard_remove(const char *path)
{
	struct stat st;

	if (own.fd >= 0 && stat(path, &st) == 0 && st.st_dev == own.dev && st.st_ino == own.ino)
		unlink(path);
}

void scoreboard_leave(struct scoreboard *b)
{
	if (b)
		munmap(b, sizeof *b);
	if (own.fd >= 0)
		close(own.fd);
	own.fd = -1;
}

static bool fits(const struct scoreboard *b)
{
	return memcmp(b->magic, magic, sizeof magic) == 0 && b->layout == layout();
}

static bool anybody(const struct scoreboard *b, int fd)
{
	for (int i = 0; i < b->rows && i < SCORES; i++)
		if (locked(fd, 1 + i))
			return true;
	return false;
}

/* A free row, locked; -1: there is none. */
static int free_row(int fd)
{
	for (int i = 0; i < SCORES; i++)
		if (lock(fd, 1 + i))
			return i;
	return -1;
}

static struct scoreboard *map_whole(int fd, int access)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_size != (off_t)sizeof(struct scoreboard))
		return NULL;
	return map(fd, access);
}

/* The file that has the name now, with its lock, so that only one replaces it; -1: there is none.
 */
static int hold(const char *path)
{
	struct stat is, was;
	int fd;

	while ((fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)) >= 0) {
		if (flock(fd, LOCK_EX) == 0 && fstat(fd, &was) == 0 && stat(path, &is) == 0 &&
		    is.st_dev == was.st_dev && is.st_ino == was.st_ino)
			return fd;
		close(fd);
	}
	return -1;
}

/* fd stays open when its file is used: a record lock ends with any descriptor of its file. */
static struct scoreboard *join_held(const char *path, int fd, int *row)
{
	struct scoreboard *b = map_whole(fd, PROT_READ | PROT_WRITE);
	bool good = b && fits(b), living = good && scoreboard_lives(b, fd, -1);

	if (living && b->master == 0 && (*row = free_row(fd)) >= 0) {
		flock(fd, LOCK_UN);
		adopt(fd);
		return b;
	}
	bool masters = living && b->master;
	if (b)
		munmap(b, sizeof *b);
	b = masters ? NULL : named(path, 1, true);
	close(fd);
	if (masters)
		errno = EBUSY;
	return b;
}

/* Who makes the first file and is not alone with that joins the other's. */
static struct scoreboard *join(const char *path, int *row)
{
	int fd = hold(path);

	if (fd >= 0)
		return join_held(path, fd, row);
	struct scoreboard *b = errno == ENOENT ? named(path, 1, false) : NULL;
	if (b || errno != EEXIST)
		return b;
	fd = hold(path);
	return fd >= 0 ? join_held(path, fd, row) : NULL;
}

struct scoreboard *scoreboard_join(const char *path, struct scoreboard_row **row, const char **why)
{
	int at = 0;

	struct scoreboard *b = path ? join(path, &at) : NULL;
	*why = b || path == NULL ? NULL
	    : errno == EBUSY	 ? "a server with a master uses it"
				 : strerror(errno);
	if (b == NULL)
		b = in_memory(false);
	if (b == NULL)
		return NULL;
	scoreboard_room(b, at);
	*row = &b->row[at];
	return b;
}

const struct scoreboard *scoreboard_open(const char *path, int *fd, const char **why)
{
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (*fd < 0)
		return *why = strerror(errno), NULL;
	struct scoreboard *b = map_whole(*fd, PROT_READ);
	if (b && fits(b))
		return b;
	*why = b ? "it is of another version of motetd than this program"
		 : "it is no scoreboard of motetd, or of another version";
	if (b)
		munmap(b, sizeof *b);
	close(*fd);
	return NULL;
}

static bool read_all(int fd, void *to, size_t n, size_t at)
{
	return pread(fd, to, n, (off_t)at) == (ssize_t)n;
}

/* Of n octets, the last one ends it. */
static void tidy(char *s, size_t n)
{
	s[n - 1] = '\0';
	for (; *s; s++)
		if (*s < ' ' || *s > '~')
			*s = '?';
}

static int clamp(int n, int most)
{
	return n < 0 ? 0 : n < most ? n : most;
}

static bool fill(struct scoreboard *b, int fd)
{
	const size_t rows_at = offsetof(struct scoreboard, row);

	if (!read_all(fd, b, rows_at, 0) || !fits(b))
		return false;
	b->rows = clamp(b->rows, SCORES);
	b->nroutes = clamp(b->nroutes, SCOREBOARD_ROUTES);
	tidy(b->version, sizeof b->version);
	for (int i = 0; i < SCOREBOARD_ROUTES; i++) {
		tidy(b->name[i].method, sizeof b->name[i].method);
		tidy(b->name[i].path, sizeof b->name[i].path);
	}
	for (int i = 0; i < b->rows; i++)
		if (!read_all(
			fd, &b->row[i], sizeof b->row[i], rows_at + (size_t)i * sizeof b->row[i]))
			return false;
	return true;
}

const struct scoreboard *scoreboard_copy(const char *path, int *fd, const char **why)
{
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (*fd < 0)
		return *why = strerror(errno), NULL;
	struct scoreboard *b = mmap(NULL, sizeof *b, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (b != MAP_FAILED && fill(b, *fd))
		return b;
	*why = b == MAP_FAILED
	    ? strerror(errno)
	    : "it is no scoreboard of motetd, or of another version than this program";
	if (b != MAP_FAILED)
		munmap(b, sizeof *b);
	close(*fd);
	return NULL;
}

bool scoreboard_lives(const struct scoreboard *b, int fd, int row)
{
	if (b->master)
		return locked(fd, 0);
	return row >= 0 ? locked(fd, 1 + row) : anybody(b, fd);
}

/* On a full disk the row is in memory instead, which motetctl does not see. */
void scoreboard_room(struct scoreboard *b, int row)
{
	off_t at = (off_t)(offsetof(struct scoreboard, row) + (size_t)row * sizeof b->row[0]);

	if (own.fd >= 0 && !allocated(own.fd, at, sizeof b->row[0]) &&
	    mmap(&b->row[row], sizeof b->row[0], PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		return;
	if (b->rows <= row)
		b->rows = row + 1;
}
