#include "base/machine.h"
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

enum {
	CPU_SETS = 8,	   /* for at most 8192 cores */
	GROUP_PATH = 1024, /* octets of a path; a control group with a longer path is skipped */
	HASH_MEMORY = 19 << 20, /* bytes of one hash (crypto/passwd.h) */
	HASH_MEMORY_SHARE = 8	/* all hashes together take at most 1/8 of the memory */
};

static int count_affine_cores(int pid)
{
	cpu_set_t set[CPU_SETS];
	long online = sysconf(_SC_NPROCESSORS_ONLN);

	int n = sched_getaffinity(pid, sizeof set, set) == 0 ? CPU_COUNT_S(sizeof set, set) : 0;
	if (n > 0)
		return n;
	return online > 0 ? (int)online : 1;
}

/* Read the first line of a file. False: it cannot be read. */
static bool read_group_line(const char *dir, const char *name, char *line, size_t size)
{
	char path[2 * GROUP_PATH];

	if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path)
		return false;
	FILE *f = fopen(path, "re");
	bool good = f && fgets(line, (int)size, f) != NULL;
	if (f)
		fclose(f);
	return good;
}

static void limit_cores(struct machine *m, struct str quota, struct str period)
{
	int64_t q, p;

	if (!str_i64(str_trim(quota), &q) || !str_i64(str_trim(period), &p) || q <= 0 || p <= 0)
		return;
	int64_t cores = (q + p - 1) / p;
	if (cores < m->cores)
		m->cores = (int)cores;
}

/* Apply the limits of one group. Each of these files exists in only one version of control
 * groups. */
static void limit_by_group(struct machine *m, const char *dir)
{
	static const char *const memory[] = { "memory.max", "memory.limit_in_bytes" };
	char line[64], period[64];
	struct str a, b;
	int64_t n;

	if (read_group_line(dir, "cpu.max", line, sizeof line) &&
	    str_cut(str_of(line), ' ', &a, &b))
		limit_cores(m, a, b);
	if (read_group_line(dir, "cpu.cfs_quota_us", line, sizeof line) &&
	    read_group_line(dir, "cpu.cfs_period_us", period, sizeof period))
		limit_cores(m, str_of(line), str_of(period));
	for (size_t i = 0; i < sizeof memory / sizeof memory[0]; i++)
		if (read_group_line(dir, memory[i], line, sizeof line) &&
		    str_i64(str_trim(str_of(line)), &n) && n > 0 && n < m->memory)
			m->memory = n;
}

/* Apply the limits of the group and of all groups above it, which limit its processes, too. In a
 * container the path may be one of the host; then only the mount point itself exists. */
static void limit_by_hierarchy(struct machine *m, const char *mount, struct str path)
{
	char dir[GROUP_PATH];

	for (;;) {
		int n = snprintf(dir, sizeof dir, "%s%.*s", mount, (int)path.n, path.s);
		if (n < (int)sizeof dir)
			limit_by_group(m, dir);
		if (path.n == 0)
			return;
		while (path.n && path.s[--path.n] != '/')
			;
	}
}

/* Apply the limits of a line of /proc/PID/cgroup: 0::/path, or 4:cpu,cpuacct:/path. */
static void limit_by_line(struct machine *m, const char *root, struct str line)
{
	struct str id, rest, controllers, path;
	char mount[GROUP_PATH];

	if (!str_cut(line, ':', &id, &rest) || !str_cut(rest, ':', &controllers, &path))
		return;
	int n = snprintf(mount, sizeof mount, "%s/sys/fs/cgroup%s%.*s", root,
	    controllers.n ? "/" : "", (int)controllers.n, controllers.s);
	if (n < (int)sizeof mount)
		limit_by_hierarchy(m, mount, str_trim(path));
}

struct machine machine_read(const char *root, int pid)
{
	struct machine m = { count_affine_cores(pid),
		(int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE) };
	char path[GROUP_PATH], line[GROUP_PATH];

	snprintf(path, sizeof path, "%s/proc/%d/cgroup", root, pid ? pid : (int)getpid());
	FILE *f = fopen(path, "re");
	while (f && fgets(line, sizeof line, f))
		limit_by_line(&m, root, str_of(line));
	if (f)
		fclose(f);
	return m;
}

int machine_workers(const struct conf *c, const struct machine *m, int64_t connections)
{
	int64_t n = 2 * m->cores, most = connections - MACHINE_SPARE_CONNECTIONS;

	if (c->workers)
		return (int)c->workers;
	if (connections && n > most)
		n = most;
	return n > 1 ? (int)n : 1;
}

int machine_hash_slots(const struct conf *c, const struct machine *m, int workers)
{
	int64_t n = m->cores - 1, memory = m->memory / HASH_MEMORY_SHARE / HASH_MEMORY;

	if (c->hashing_slots)
		return (int)c->hashing_slots;
	if (n > memory)
		n = memory;
	if (n > workers - 1)
		n = workers - 1;
	return n > 0 ? (int)n : 1;
}
