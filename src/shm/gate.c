#include "shm/gate.h"
#include "base/clock.h"
#include "base/memory_file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	GATE_NAP_US = 3000, /* a pause, which is much shorter than a hash takes */
	GATE_KEYS = 1 << 20 /* number of the first octet for keys, and how many there are */
};

struct gate {
	int fd, slots;
	int held; /* the slot that this process has, or -1 */
};

static bool lock_gate_octet(int fd, int slot, short type)
{
	struct flock l = { .l_type = type, .l_whence = SEEK_SET, .l_start = slot, .l_len = 1 };

	return fcntl(fd, F_SETLK, &l) == 0;
}

static bool is_lock_taken(int err)
{
	return err == EAGAIN || err == EACCES;
}

/* Some network file systems have no locks: find out when the gate is made. */
static bool can_lock_file(int fd)
{
	if (lock_gate_octet(fd, 0, F_WRLCK))
		return lock_gate_octet(fd, 0, F_UNLCK);
	return is_lock_taken(errno);
}

static int open_gate_file(const char *dir, const char *name)
{
	char path[4096];
	int n = snprintf(path, sizeof path, "%s/%s.lock", dir, name);

	if (n < 0 || (size_t)n >= sizeof path)
		return -1;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0 && !can_lock_file(fd)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

struct gate *gate_new_named(const char *state_dir, const char *name, int slots)
{
	struct gate *g = calloc(1, sizeof *g);

	if (g == NULL)
		return NULL;
	*g = (struct gate){ .fd = open_gate_file(state_dir, name), .slots = slots, .held = -1 };
	if (g->fd < 0)
		g->fd = memory_file_open(name);
	if (g->fd >= 0)
		return g;
	free(g);
	return NULL;
}

struct gate *gate_new(const char *state_dir, int slots)
{
	return gate_new_named(state_dir, "hashing", slots);
}

void gate_free(struct gate *g)
{
	if (g)
		close(g->fd);
	free(g);
}

int gate_slots(const struct gate *g)
{
	return g->slots;
}

static bool try_gate_places(struct gate *g)
{
	for (int i = 0; i < g->slots; i++) {
		int place = (int)(((unsigned)getpid() + (unsigned)i) % (unsigned)g->slots);
		if (lock_gate_octet(g->fd, place, F_WRLCK)) {
			g->held = place;
			return true;
		}
	}
	return false;
}

bool gate_enter(struct gate *g, int timeout_ms)
{
	int64_t end = clock_us() + (int64_t)timeout_ms * 1000;

	while (!try_gate_places(g)) {
		if (clock_us() >= end)
			return false;
		usleep(GATE_NAP_US);
	}
	return true;
}

bool gate_lock_key(struct gate *g, uint64_t key)
{
	return lock_gate_octet(g->fd, GATE_KEYS + (int)(key % GATE_KEYS), F_WRLCK);
}
void gate_unlock_key(struct gate *g, uint64_t key)
{
	lock_gate_octet(g->fd, GATE_KEYS + (int)(key % GATE_KEYS), F_UNLCK);
}
void gate_leave(struct gate *g)
{
	if (g->held >= 0)
		lock_gate_octet(g->fd, g->held, F_UNLCK);
	g->held = -1;
}
