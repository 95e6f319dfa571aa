#include "server/pidfile.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

static const char *pidfile_path;
static int pidfile_descriptor = -1;

static bool report_pidfile_error(char *why, size_t size, const char *path, const char *what)
{
	snprintf(why, size, "%s: %s", path, what);
	return false;
}

bool pidfile_write(const char *path, char *why, size_t size)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);

	if (fd < 0)
		return report_pidfile_error(why, size, path, strerror(errno));
	/* The lock lasts while this descriptor or a copy in a worker is open: do not close it. */
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		return report_pidfile_error(why, size, path, "another motetd holds it");
	if (ftruncate(fd, 0) != 0 || dprintf(fd, "%d\n", (int)getpid()) < 0)
		return report_pidfile_error(why, size, path, strerror(errno));
	pidfile_adopt(path, fd);
	return true;
}

void pidfile_adopt(const char *path, int fd)
{
	pidfile_path = path;
	pidfile_descriptor = fd;
}

int pidfile_fd(void)
{
	return pidfile_descriptor;
}

void pidfile_remove(void)
{
	if (pidfile_path)
		unlink(pidfile_path);
	pidfile_path = NULL;
}
