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

/* BOARD_LOCKS: the first octet to lock, far behind the end of the file; one for the master, then
 * one for each row. */
enum { BOARD_LOCKS = 1 << 30, BOARD_MAGIC = sizeof((struct scoreboard *)0)->magic };
static const char board_magic[BOARD_MAGIC] = "motet scoreboard\n";

static struct {
	int fd; /* descriptor of the file that this process has created or joined; -1: none */
	dev_t dev;
	ino_t ino;
} own_file = { .fd = -1 };

static uint64_t mix_text_hash(uint64_t h, const char *s)
{
	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(1099511628211);
	return h * 31;
}

/* FNV-1a over the sizes of the structs and the names in the tables: two programs with the same hash
 * can share a file. */
static uint64_t hash_layout(void)
{
	uint64_t h = UINT64_C(14695981039346656037) ^ sizeof(struct scoreboard) ^
	    sizeof(struct scoreboard_row) << 40 ^ offsetof(struct scoreboard, row) << 20 ^
	    offsetof(struct scoreboard, nroutes) << 50;

	for (int i = 0; i < COUNTS; i++)
		h = mix_text_hash(mix_text_hash(h, meter_rows[i].family), meter_rows[i].value);
	for (int i = 0; i < PHASES; i++)
		h = mix_text_hash(h, meter_phase_names[i]);
	for (int i = 0; i < ERR_COUNT; i++)
		h = mix_text_hash(h, err_name((enum err)i));
	return h;
}

static void init_board(struct scoreboard *b, bool master)
{
	memcpy(b->magic, board_magic, sizeof board_magic);
	b->layout = hash_layout();
	snprintf(b->version, sizeof b->version, "%s", PACKAGE_VERSION);
	b->started = clock_now();
	b->started_us = clock_us();
	b->master = master ? getpid() : 0;
}

static bool lock_board_octet(int fd, int place)
{
	struct flock l = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = BOARD_LOCKS + place, .l_len = 1
	};

	return fcntl(fd, F_SETLK, &l) == 0;
}

static bool is_octet_locked(int fd, int place)
{
	struct flock l = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = BOARD_LOCKS + place, .l_len = 1
	};

	return fcntl(fd, F_GETLK, &l) == 0 && l.l_type != F_UNLCK;
}

static struct scoreboard *create_memory_board(bool master)
{
	struct scoreboard *b =
	    mmap(NULL, sizeof *b, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (b == MAP_FAILED)
		return NULL;
	init_board(b, master);
	return b;
}

static struct scoreboard *map_board(int fd, int access)
{
	struct scoreboard *b = mmap(NULL, sizeof *b, access, MAP_SHARED, fd, 0);

	return b == MAP_FAILED ? NULL : b;
}

static bool allocate_space(int fd, off_t at, size_t n)
{
	errno = posix_fallocate(fd, at, (off_t)n);
	return errno == 0;
}

/*
 * The file has a temporary name until it is complete and locked, so that any process that opens it
 * finds its owner alive. Ignore SIGXFSZ: with a small RLIMIT_FSIZE the system would kill us,
 * instead of returning an error.
 */
static struct scoreboard *create_temporary_board(char *temporary, int place, int *fd)
{
	signal(SIGXFSZ, SIG_IGN);
	*fd = mkostemp(temporary, O_CLOEXEC);
	if (*fd < 0)
		return NULL;
	bool good = fchmod(*fd, 0640) == 0 && ftruncate(*fd, sizeof(struct scoreboard)) == 0 &&
	    lock_board_octet(*fd, place) &&
	    allocate_space(*fd, 0, offsetof(struct scoreboard, row));
	struct scoreboard *b = good ? map_board(*fd, PROT_READ | PROT_WRITE) : NULL;
	if (b) {
		init_board(b, place == 0);
		b->rows = place;
		return b;
	}
	int why = errno;
	unlink(temporary);
	close(*fd);
	errno = why;
	return NULL;
}

static void adopt_board_file(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0) {
		own_file.dev = st.st_dev;
		own_file.ino = st.st_ino;
	}
	own_file.fd = fd;
}

static struct scoreboard *create_named_board(const char *path, int place, bool replace)
{
	char temporary[4096];
	struct scoreboard *b;
	int n = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path), fd;

	if (n < 0 || (size_t)n >= sizeof temporary)
		return errno = ENAMETOOLONG, NULL;
	b = create_temporary_board(temporary, place, &fd);
	if (b == NULL)
		return NULL;
	bool done = replace ? rename(temporary, path) == 0 : link(temporary, path) == 0;
	int why = errno;
	if (!replace || !done)
		unlink(temporary);
	if (done) {
		adopt_board_file(fd);
		return b;
	}
	munmap(b, sizeof *b);
	close(fd);
	errno = why;
	return NULL;
}

void scoreboard_remove(const char *path)
{
	struct stat st;

	if (own_file.fd >= 0 && stat(path, &st) == 0 && st.st_dev == own_file.dev &&
	    st.st_ino == own_file.ino)
		unlink(path);
}

void scoreboard_unmap(struct scoreboard *b)
{
	if (b)
		munmap(b, sizeof *b);
	if (own_file.fd >= 0)
		close(own_file.fd);
	own_file.fd = -1;
}

static bool has_same_layout(const struct scoreboard *b)
{
	return memcmp(b->magic, board_magic, sizeof board_magic) == 0 && b->layout == hash_layout();
}

static bool is_any_row_alive(const struct scoreboard *b, int fd)
{
	for (int i = 0; i < b->rows && i < SCOREBOARD_ROWS; i++)
		if (is_octet_locked(fd, 1 + i))
			return true;
	return false;
}

/* Lock a free row; -1: no row is free. */
static int lock_free_row(int fd)
{
	for (int i = 0; i < SCOREBOARD_ROWS; i++)
		if (lock_board_octet(fd, 1 + i))
			return i;
	return -1;
}

static struct scoreboard *map_whole_board(int fd, int access)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_size != (off_t)sizeof(struct scoreboard))
		return NULL;
	return map_board(fd, access);
}

/* Does a server that runs, and is not stopping, use this file? The file is closed again, which
 * releases all record locks of this process on it; at this time there are none. */
static bool is_board_in_use(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	struct scoreboard *b = fd >= 0 ? map_whole_board(fd, PROT_READ) : NULL;
	bool used = b && has_same_layout(b) && !b->stopping && scoreboard_is_alive(b, fd, -1);

	if (b)
		munmap(b, sizeof *b);
	if (fd >= 0)
		close(fd);
	return used;
}

struct scoreboard *scoreboard_new(const char *path, const char **why)
{
	bool used = is_board_in_use(path);
	struct scoreboard *b = used ? NULL : create_named_board(path, 0, true);

	*why = b ? NULL : used ? "another server uses it" : strerror(errno);
	return b ? b : create_memory_board(true);
}

/* Open and lock the file, so that only one process replaces it. Repeat this if another process has
 * replaced the file meanwhile. -1: there is no file. */
static int lock_board_file(const char *path)
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

/* fd stays open if the file is used: closing any descriptor of a file releases the process's record
 * locks on that file. */
static struct scoreboard *join_locked_file(const char *path, int fd, int *row)
{
	struct scoreboard *b = map_whole_board(fd, PROT_READ | PROT_WRITE);
	bool good = b && has_same_layout(b), living = good && scoreboard_is_alive(b, fd, -1);

	if (living && b->master == 0 && (*row = lock_free_row(fd)) >= 0) {
		flock(fd, LOCK_UN);
		adopt_board_file(fd);
		return b;
	}
	bool masters = living && b->master;
	if (b)
		munmap(b, sizeof *b);
	b = masters ? NULL : create_named_board(path, 1, true);
	close(fd);
	if (masters)
		errno = EBUSY;
	return b;
}

/* If another process creates the file at the same time, join that one. */
static struct scoreboard *join_board_file(const char *path, int *row)
{
	int fd = lock_board_file(path);

	if (fd >= 0)
		return join_locked_file(path, fd, row);
	struct scoreboard *b = errno == ENOENT ? create_named_board(path, 1, false) : NULL;
	if (b || errno != EEXIST)
		return b;
	fd = lock_board_file(path);
	return fd >= 0 ? join_locked_file(path, fd, row) : NULL;
}

struct scoreboard *scoreboard_join(const char *path, struct scoreboard_row **row, const char **why)
{
	int at = 0;

	struct scoreboard *b = path ? join_board_file(path, &at) : NULL;
	*why = b || path == NULL ? NULL
	    : errno == EBUSY	 ? "a server with a master uses it"
				 : strerror(errno);
	if (b == NULL)
		b = create_memory_board(false);
	if (b == NULL)
		return NULL;
	scoreboard_reserve_row(b, at);
	*row = &b->row[at];
	return b;
}

const struct scoreboard *scoreboard_open(const char *path, int *fd, const char **why)
{
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (*fd < 0)
		return *why = strerror(errno), NULL;
	struct scoreboard *b = map_whole_board(*fd, PROT_READ);
	if (b && has_same_layout(b))
		return b;
	*why = b ? "it is of another version of motetd"
		 : "it is not a scoreboard of motetd, or of another version";
	if (b)
		munmap(b, sizeof *b);
	close(*fd);
	return NULL;
}

static bool read_exactly(int fd, void *to, size_t n, size_t at)
{
	return pread(fd, to, n, (off_t)at) == (ssize_t)n;
}

/* Terminate a text of n octets, and replace what is not printable ASCII. */
static void make_printable(char *s, size_t n)
{
	s[n - 1] = '\0';
	for (; *s; s++)
		if (*s < ' ' || *s > '~')
			*s = '?';
}

static int clamp_count(int n, int most)
{
	return n < 0 ? 0 : n < most ? n : most;
}

static bool read_board_copy(struct scoreboard *b, int fd)
{
	const size_t rows_at = offsetof(struct scoreboard, row);

	if (!read_exactly(fd, b, rows_at, 0) || !has_same_layout(b))
		return false;
	b->rows = clamp_count(b->rows, SCOREBOARD_ROWS);
	b->nroutes = clamp_count(b->nroutes, SCOREBOARD_ROUTES);
	make_printable(b->version, sizeof b->version);
	for (int i = 0; i < SCOREBOARD_ROUTES; i++) {
		make_printable(b->name[i].method, sizeof b->name[i].method);
		make_printable(b->name[i].path, sizeof b->name[i].path);
	}
	for (int i = 0; i < b->rows; i++)
		if (!read_exactly(
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
	if (b != MAP_FAILED && read_board_copy(b, *fd))
		return b;
	*why = b == MAP_FAILED ? strerror(errno)
			       : "it is not a scoreboard of motetd, or of another version";
	if (b != MAP_FAILED)
		munmap(b, sizeof *b);
	close(*fd);
	return NULL;
}

bool scoreboard_is_alive(const struct scoreboard *b, int fd, int row)
{
	if (b->master)
		return is_octet_locked(fd, 0);
	return row >= 0 ? is_octet_locked(fd, 1 + row) : is_any_row_alive(b, fd);
}

/* If the disk is full, the row is in memory instead, and motetctl does not see it. */
void scoreboard_reserve_row(struct scoreboard *b, int row)
{
	off_t at = (off_t)(offsetof(struct scoreboard, row) + (size_t)row * sizeof b->row[0]);

	if (own_file.fd >= 0 && !allocate_space(own_file.fd, at, sizeof b->row[0]) &&
	    mmap(&b->row[row], sizeof b->row[0], PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		return;
	if (b->rows <= row)
		b->rows = row + 1;
}
