#include "fcgi/fd_queue.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A linked list inside an array that is indexed by descriptor. */
struct fd_link {
	int older, younger;
	void *data;
	bool in;
};

struct fd_queue {
	struct fd_link *v;
	size_t size, n, cap;
	int oldest, youngest;
};

struct fd_queue *fd_queue_new(size_t cap)
{
	struct fd_queue *k = calloc(1, sizeof *k);

	if (k == NULL)
		abort();
	*k = (struct fd_queue){ .cap = cap, .oldest = -1, .youngest = -1 };
	return k;
}

void fd_queue_free(struct fd_queue *k)
{
	free(k->v);
	free(k);
}

static void grow_fd_queue(struct fd_queue *k, size_t fd)
{
	size_t size = k->size ? k->size : 64;

	while (size <= fd)
		size *= 2;
	if (size == k->size)
		return;
	struct fd_link *v = realloc(k->v, size * sizeof *v);
	if (v == NULL)
		abort();
	memset(v + k->size, 0, (size - k->size) * sizeof *v);
	k->v = v;
	k->size = size;
}

bool fd_queue_is_full(const struct fd_queue *k)
{
	return k->n >= k->cap;
}

bool fd_queue_has(const struct fd_queue *k, int fd)
{
	return fd >= 0 && (size_t)fd < k->size && k->v[fd].in;
}

void fd_queue_add(struct fd_queue *k, int fd)
{
	grow_fd_queue(k, (size_t)fd);
	if (k->v[fd].in)
		return;
	k->v[fd] = (struct fd_link){ .older = k->youngest, .younger = -1, .in = true };
	if (k->youngest >= 0)
		k->v[k->youngest].younger = fd;
	else
		k->oldest = fd;
	k->youngest = fd;
	k->n++;
}

void fd_queue_remove(struct fd_queue *k, int fd)
{
	if (!fd_queue_has(k, fd))
		return;
	struct fd_link l = k->v[fd];
	if (l.older >= 0)
		k->v[l.older].younger = l.younger;
	else
		k->oldest = l.younger;
	if (l.younger >= 0)
		k->v[l.younger].older = l.older;
	else
		k->youngest = l.older;
	k->v[fd].in = false;
	k->n--;
}

void fd_queue_touch(struct fd_queue *k, int fd)
{
	if (k->youngest == fd)
		return;
	void *data = fd_queue_get_data(k, fd);

	fd_queue_remove(k, fd);
	fd_queue_add(k, fd);
	k->v[fd].data = data;
}

int fd_queue_oldest(const struct fd_queue *k)
{
	return k->oldest;
}

void fd_queue_set_data(struct fd_queue *k, int fd, void *data)
{
	if (fd_queue_has(k, fd))
		k->v[fd].data = data;
}

void *fd_queue_get_data(const struct fd_queue *k, int fd)
{
	return fd_queue_has(k, fd) ? k->v[fd].data : NULL;
}
