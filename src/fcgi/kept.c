#include "fcgi/kept.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A list in order of age, threaded through an array that descriptors index: every operation takes
 * constant time. */
struct link {
	int older, younger;
	int64_t us;
	bool in;
};

struct kept {
	struct link *v;
	size_t size, n, cap;
	int oldest, youngest;
};

struct kept *kept_new(size_t cap)
{
	struct kept *k = calloc(1, sizeof *k);

	if (k == NULL)
		abort();
	*k = (struct kept){ .cap = cap, .oldest = -1, .youngest = -1 };
	return k;
}

void kept_free(struct kept *k)
{
	free(k->v);
	free(k);
}

static void reach(struct kept *k, size_t fd)
{
	size_t size = k->size ? k->size : 64;

	while (size <= fd)
		size *= 2;
	if (size == k->size)
		return;
	struct link *v = realloc(k->v, size * sizeof *v);
	if (v == NULL)
		abort();
	memset(v + k->size, 0, (size - k->size) * sizeof *v);
	k->v = v;
	k->size = size;
}

bool kept_full(const struct kept *k)
{
	return k->n >= k->cap;
}

bool kept_has(const struct kept *k, int fd)
{
	return fd >= 0 && (size_t)fd < k->size && k->v[fd].in;
}

void kept_add(struct kept *k, int fd)
{
	reach(k, (size_t)fd);
	if (k->v[fd].in)
		return;
	k->v[fd] = (struct link){ .older = k->youngest, .younger = -1, .in = true };
	if (k->youngest >= 0)
		k->v[k->youngest].younger = fd;
	else
		k->oldest = fd;
	k->youngest = fd;
	k->n++;
}

void kept_remove(struct kept *k, int fd)
{
	if (!kept_has(k, fd))
		return;
	struct link l = k->v[fd];
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

void kept_touch(struct kept *k, int fd)
{
	if (k->youngest == fd)
		return;
	kept_remove(k, fd);
	kept_add(k, fd);
}

int kept_oldest(const struct kept *k)
{
	return k->oldest;
}

void kept_note(struct kept *k, int fd, int64_t us)
{
	if (kept_has(k, fd))
		k->v[fd].us = us;
}

int64_t kept_noted(const struct kept *k, int fd)
{
	return kept_has(k, fd) ? k->v[fd].us : 0;
}
