#include "server/recycle.h"
#include "server/backoff.h"
#include <fcntl.h>
#include <unistd.h>

#define SECOND INT64_C(1000000)

int64_t recycle_due(const struct conf *c, int64_t now_us)
{
	return c->max_age ? now_us + backoff_spread(c->max_age * SECOND) : INT64_MAX;
}

/* The second number of statm, in pages; 0 where there is no /proc. */
static int64_t resident(pid_t pid)
{
	char path[64], text[128];
	struct str size, rest, pages;
	int64_t n = 0;

	snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	ssize_t got = read(fd, text, sizeof text);
	close(fd);
	str_cut((struct str){ text, got > 0 ? (size_t)got : 0 }, ' ', &size, &rest);
	str_cut(rest, ' ', &pages, &rest);
	str_i64(pages, &n);
	return n * sysconf(_SC_PAGESIZE);
}

bool recycle_reason(const struct conf *c, pid_t pid, int64_t due_us, int64_t now_us, char *why, size_t size)
{
	int64_t rss = resident(pid);

	if (rss > c->max_rss)
		snprintf(why, size, "it has grown to %lld MiB (max_rss)", (long long)(rss >> 20));
	else if (now_us >= due_us)
		snprintf(why, size, "it is old (max_age)");
	else
		return false;
	return true;
}
