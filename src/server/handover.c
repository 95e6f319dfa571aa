#include "server/handover.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#define NAME "MOTETD_HANDOVER"
enum {
	FORMAT = 1,
	FILE_NUMBERS = 4, /* which socket file it is: device, inode, change time */
	TEXT = 512 + SCORES * 12
};

static void put_numbers(struct buf *b, const int64_t *v, int n)
{
	buf_z(b, " ");
	for (int i = 0; i < n; i++)
		buf_printf(b, "%s%lld", i ? "," : "", (long long)v[i]);
}

/* At most max numbers between commas; how many there were, or -1. */
static int get_numbers(struct str s, int64_t *v, int max)
{
	struct str one;
	int n = 0;

	for (; s.n; n++) {
		str_cut(s, ',', &one, &s);
		if (n == max || !str_i64(one, &v[n]))
			return -1;
	}
	return n;
}

bool handover_is_there(void)
{
	return getenv(NAME) != NULL;
}

void handover_end(void)
{
	unsetenv(NAME);
}

/* A descriptor is told one higher than it is: 0 for none. */
bool handover_put(const struct handover *h)
{
	const struct listener *l = &h->listener;
	const int64_t file[FILE_NUMBERS] = { (int64_t)l->dev, (int64_t)l->ino, l->changed.tv_sec,
		l->changed.tv_nsec };
	int64_t fds[HANDOVER_FDS], workers[SCORES];
	struct buf b = { .mem = arena_new(4 * TEXT) };

	for (int i = 0; i < HANDOVER_FDS; i++)
		fds[i] = h->fd[i] + 1;
	for (int i = 0; i < h->nworkers; i++)
		workers[i] = h->worker[i];
	buf_printf(&b, "%d %s", FORMAT, h->version);
	put_numbers(&b, fds, HANDOVER_FDS);
	put_numbers(&b, file, FILE_NUMBERS);
	put_numbers(&b, workers, h->nworkers);
	buf_printf(&b, " %s", l->path);
	bool good = setenv(NAME, buf_done(&b).s, 1) == 0;
	arena_free(b.mem);
	return good;
}

static struct str word(struct str *rest)
{
	struct str w;

	str_cut(*rest, ' ', &w, rest);
	return w;
}

static bool get_fds(struct str s, struct handover *h)
{
	int64_t v[HANDOVER_FDS];

	if (get_numbers(s, v, HANDOVER_FDS) != HANDOVER_FDS)
		return false;
	for (int i = 0; i < HANDOVER_FDS; i++)
		h->fd[i] = (int)v[i] - 1;
	return true;
}

static bool get_file(struct str s, struct listener *l)
{
	int64_t v[FILE_NUMBERS];

	if (get_numbers(s, v, FILE_NUMBERS) != FILE_NUMBERS)
		return false;
	l->dev = (dev_t)v[0];
	l->ino = (ino_t)v[1];
	l->changed = (struct timespec){ .tv_sec = (time_t)v[2], .tv_nsec = (long)v[3] };
	return true;
}

static bool get_workers(struct str s, struct handover *h)
{
	int64_t v[SCORES];

	h->nworkers = get_numbers(s, v, SCORES);
	for (int i = 0; i < h->nworkers; i++)
		h->worker[i] = (pid_t)v[i];
	return h->nworkers >= 0;
}

bool handover_get(struct handover *h, char *why, size_t size)
{
	struct str rest = str_of(getenv(NAME)), format = word(&rest), version = word(&rest);

	*h = (struct handover){ .listener = { .fd = -1 } };
	snprintf(h->version, sizeof h->version, "%.*s", (int)version.n, version.s);
	if (str_is(format, "1") && get_fds(word(&rest), h) && get_file(word(&rest), &h->listener) &&
	    get_workers(word(&rest), h)) {
		snprintf(h->listener.path, sizeof h->listener.path, "%.*s", (int)rest.n, rest.s);
		h->listener.fd = h->fd[HANDOVER_LISTEN];
		return true;
	}
	snprintf(why, size,
	    "motetd %s, which runs here, hands over in a way that motetd " PACKAGE_VERSION
	    " does not know: restart it",
	    h->version);
	return false;
}

void handover_open(const struct handover *h, bool across_exec)
{
	for (int i = 0; i < HANDOVER_FDS; i++)
		if (h->fd[i] >= 0)
			fcntl(h->fd[i], F_SETFD, across_exec ? 0 : FD_CLOEXEC);
}
