#include "server/handover.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#define HANDOVER_VARIABLE "MOTETD_HANDOVER"
enum {
	HANDOVER_FORMAT = 1,
	HANDOVER_FILE_NUMBERS = 4, /* device, inode and change time (two) of the socket file */
	HANDOVER_TEXT = 512 + SCOREBOARD_ROWS * 12
};

static void write_handover_numbers(struct buf *b, const int64_t *v, int n)
{
	buf_z(b, " ");
	for (int i = 0; i < n; i++)
		buf_printf(b, "%s%lld", i ? "," : "", (long long)v[i]);
}

/* Read up to max numbers separated by commas. Return how many were read, or -1 on an error. */
static int read_handover_numbers(struct str s, int64_t *v, int max)
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

bool handover_is_pending(void)
{
	return getenv(HANDOVER_VARIABLE) != NULL;
}

void handover_clear(void)
{
	unsetenv(HANDOVER_VARIABLE);
}

/* Numbers are not negative, so a descriptor is written plus one, and 0 means none. */
bool handover_export(const struct handover *h)
{
	const struct listener *l = &h->listener;
	const int64_t file[HANDOVER_FILE_NUMBERS] = { (int64_t)l->dev, (int64_t)l->ino,
		l->changed.tv_sec, l->changed.tv_nsec };
	int64_t fds[HANDOVER_FDS], workers[SCOREBOARD_ROWS];
	struct buf b = { .mem = arena_new(4 * HANDOVER_TEXT) };

	for (int i = 0; i < HANDOVER_FDS; i++)
		fds[i] = h->fd[i] + 1;
	for (int i = 0; i < h->nworkers; i++)
		workers[i] = h->worker[i];
	buf_printf(&b, "%d %s", HANDOVER_FORMAT, h->version);
	write_handover_numbers(&b, fds, HANDOVER_FDS);
	write_handover_numbers(&b, file, HANDOVER_FILE_NUMBERS);
	write_handover_numbers(&b, workers, h->nworkers);
	buf_printf(&b, " %s", l->path);
	bool good = setenv(HANDOVER_VARIABLE, buf_done(&b).s, 1) == 0;
	arena_free(b.mem);
	return good;
}

static struct str cut_handover_word(struct str *rest)
{
	struct str w;

	str_cut(*rest, ' ', &w, rest);
	return w;
}

static bool read_handover_fds(struct str s, struct handover *h)
{
	int64_t v[HANDOVER_FDS];

	if (read_handover_numbers(s, v, HANDOVER_FDS) != HANDOVER_FDS)
		return false;
	for (int i = 0; i < HANDOVER_FDS; i++)
		h->fd[i] = (int)v[i] - 1;
	return true;
}

static bool read_handover_file(struct str s, struct listener *l)
{
	int64_t v[HANDOVER_FILE_NUMBERS];

	if (read_handover_numbers(s, v, HANDOVER_FILE_NUMBERS) != HANDOVER_FILE_NUMBERS)
		return false;
	l->dev = (dev_t)v[0];
	l->ino = (ino_t)v[1];
	l->changed = (struct timespec){ .tv_sec = (time_t)v[2], .tv_nsec = (long)v[3] };
	return true;
}

static bool read_handover_workers(struct str s, struct handover *h)
{
	int64_t v[SCOREBOARD_ROWS];

	h->nworkers = read_handover_numbers(s, v, SCOREBOARD_ROWS);
	for (int i = 0; i < h->nworkers; i++)
		h->worker[i] = (pid_t)v[i];
	return h->nworkers >= 0;
}

bool handover_import(struct handover *h, char *why, size_t size)
{
	struct str rest = str_of(getenv(HANDOVER_VARIABLE)), format = cut_handover_word(&rest),
		   version = cut_handover_word(&rest);

	*h = (struct handover){ .listener = { .fd = -1 } };
	snprintf(h->version, sizeof h->version, "%.*s", (int)version.n, version.s);
	if (str_is(format, "1") && read_handover_fds(cut_handover_word(&rest), h) &&
	    read_handover_file(cut_handover_word(&rest), &h->listener) &&
	    read_handover_workers(cut_handover_word(&rest), h)) {
		snprintf(h->listener.path, sizeof h->listener.path, "%.*s", (int)rest.n, rest.s);
		h->listener.fd = h->fd[HANDOVER_LISTEN];
		return true;
	}
	snprintf(why, size,
	    "what the running motetd %s hands over cannot be read by motetd " PACKAGE_VERSION
	    ": restart motetd instead",
	    h->version);
	return false;
}

void handover_keep_fds(const struct handover *h, bool across_exec)
{
	for (int i = 0; i < HANDOVER_FDS; i++)
		if (h->fd[i] >= 0)
			fcntl(h->fd[i], F_SETFD, across_exec ? 0 : FD_CLOEXEC);
}
