#include "server/state_lock.h"
#include "base/clock.h"
#include "base/log.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { STATE_LOCK_WAIT_US = 3000000, STATE_LOCK_NAP_US = 50000 };

static int state_lock_fd = -1;

static int open_state_lock(const char *dir)
{
	char path[4096];
	int n = snprintf(path, sizeof path, "%s/motetd.lock", dir);

	if (n < 0 || (size_t)n >= sizeof path)
		return errno = ENAMETOOLONG, -1;
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static bool lock_state_file(int fd, bool master)
{
	struct flock l = { .l_type = master ? F_WRLCK : F_RDLCK, .l_whence = SEEK_SET };
	int64_t end = clock_us() + STATE_LOCK_WAIT_US;

	while (fcntl(fd, F_SETLK, &l) != 0) {
		if ((errno != EAGAIN && errno != EACCES) || clock_us() >= end)
			return false;
		usleep(STATE_LOCK_NAP_US);
	}
	return true;
}

bool state_lock_take(const char *dir, bool master, char *why, size_t size)
{
	int fd = open_state_lock(dir);

	if (fd >= 0 && lock_state_file(fd, master)) {
		state_lock_fd = fd;
		return true;
	}
	int e = errno;
	if (fd >= 0)
		close(fd);
	if (fd >= 0 && (e == EAGAIN || e == EACCES)) {
		snprintf(why, size,
		    "state_dir %s: another motetd uses it; stop that one, or give each a "
		    "directory of its own",
		    dir);
		return false;
	}
	log_warn("state_dir %s: %s; motetd would not notice another motetd that uses it", dir,
	    strerror(e));
	return true;
}

void state_lock_release(void)
{
	if (state_lock_fd >= 0)
		close(state_lock_fd);
	state_lock_fd = -1;
}
