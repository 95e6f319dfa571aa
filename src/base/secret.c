#include "base/secret.h"
#include "base/ascii.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECRET_TEXT = 2 * SECRET_BYTES + 1 };

static bool reject_secret_file(char *why, size_t size, const char *path, const char *what)
{
	snprintf(why, size, "%s: %s", path, what);
	return false;
}

static int read_secret_digit(char c)
{
	return ascii_is_upper(c) ? -1 : ascii_hex_value(c);
}

static bool decode_secret(const char *text, ssize_t n, uint8_t *out)
{
	if (n != SECRET_TEXT || text[SECRET_TEXT - 1] != '\n')
		return false;
	for (int i = 0; i < SECRET_BYTES; i++) {
		int hi = read_secret_digit(text[2 * i]), lo = read_secret_digit(text[2 * i + 1]);
		if (hi < 0 || lo < 0)
			return false;
		out[i] = (uint8_t)(hi << 4 | lo);
	}
	return true;
}

static bool stat_directory_of(const char *path, struct stat *st)
{
	const char *slash = strrchr(path, '/');
	char dir[4096];
	int n = snprintf(dir, sizeof dir, "%.*s", slash > path ? (int)(slash - path) : 1,
	    slash > path ? path : "/");
	return slash != NULL && n >= 0 && (size_t)n < sizeof dir && stat(dir, st) == 0;
}
bool secret_is_of_spawned(const char *path, uid_t owner)
{
	struct stat st;
	return owner != 0 && stat_directory_of(path, &st) && st.st_uid == owner;
}
/* Root can open the files of all users, so the owner must be checked, too. */
static bool check_secret_mode(int fd, const char *path, bool spawned, char *why, size_t size)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return reject_secret_file(why, size, path, "is not a regular file");
	if (st.st_uid != geteuid() &&
	    !(spawned && geteuid() == 0 && secret_is_of_spawned(path, st.st_uid)))
		return reject_secret_file(why, size, path,
		    "belongs to another user, who can read and replace it; run chown on it: to "
		    "root where root starts motetd, else to the user that motetd runs as");
	if (st.st_mode & 077)
		return reject_secret_file(
		    why, size, path, "is readable by others; run chmod 0400 on it");
	return true;
}

static int open_secret(const char *path, bool spawned, char *why, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		reject_secret_file(why, size, path,
		    errno == ENOENT ? "there is no such file; run `motetctl init` to create it"
			: errno == EACCES
			? "this user may not read it: start as root with `user` set, or chown it "
			  "to the user that motetd runs as"
			: strerror(errno));
	if (fd < 0 || check_secret_mode(fd, path, spawned, why, size))
		return fd;
	close(fd);
	return -1;
}

int secret_open(const char *path, char *why, size_t size)
{
	return open_secret(path, false, why, size);
}

bool secret_read(int fd, const char *path, uint8_t secret[SECRET_BYTES], char *why, size_t size)
{
	char text[SECRET_TEXT + 1];
	bool fine = decode_secret(text, pread(fd, text, sizeof text, 0), secret);

	explicit_bzero(text, sizeof text);
	return fine ||
	    reject_secret_file(why, size, path,
		"does not hold a motet secret: 64 lower-case hex digits and a newline");
}

static bool read_and_close(
    int fd, const char *path, uint8_t secret[SECRET_BYTES], char *why, size_t size)
{
	if (fd < 0)
		return false;
	bool fine = secret_read(fd, path, secret, why, size);
	close(fd);
	return fine;
}

bool secret_load(const char *path, uint8_t secret[SECRET_BYTES], char *why, size_t size)
{
	return read_and_close(open_secret(path, false, why, size), path, secret, why, size);
}

bool secret_load_for_ctl(const char *path, uint8_t secret[SECRET_BYTES], char *why, size_t size)
{
	return read_and_close(open_secret(path, true, why, size), path, secret, why, size);
}

bool secret_is_replaceable(const char *path, uid_t owner)
{
	struct stat st;

	if (!stat_directory_of(path, &st))
		return false;
	return (st.st_uid != owner && st.st_uid != 0) ||
	    ((st.st_mode & 022) && !(st.st_mode & S_ISVTX));
}

bool secret_create(const char *path, uint8_t secret[SECRET_BYTES], char *why, size_t size)
{
	char text[SECRET_TEXT + 1];

	if (getrandom(secret, SECRET_BYTES, 0) != SECRET_BYTES)
		return reject_secret_file(why, size, path, "the system gave no random bytes");
	for (int i = 0; i < SECRET_BYTES; i++)
		snprintf(text + 2 * i, 3, "%02x", secret[i]);
	text[SECRET_TEXT - 1] = '\n';
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0400);
	if (fd < 0)
		return reject_secret_file(why, size, path,
		    errno == EEXIST ? "exists already and was not changed" : strerror(errno));
	bool fine = write(fd, text, SECRET_TEXT) == SECRET_TEXT && fsync(fd) == 0;
	explicit_bzero(text, sizeof text);
	close(fd);
	return fine || reject_secret_file(why, size, path, "could not be written");
}
