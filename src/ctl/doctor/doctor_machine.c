#include "base/machine.h"
#include "crypto/algorithms.h"
#include "ctl/doctor/doctor.h"
#include "ctl/scoreboard_view.h"
#include <errno.h>
#include <stdio.h>
#include <sys/random.h>

/* Checks of what motet needs of its host; motetctl-doctor(8) lists them. */
#define MIB (INT64_C(1) << 20)
#define WORKER_MEMORY (32 * MIB) /* that a worker needs for its largest request */
#define HASH_MEMORY (19 * MIB)	 /* that hashing one password needs */
enum { LEAST_FILES = 512 };

static struct doctor_verdict check_algorithms(struct doctor *d, const struct doctor_check *k)
{
	char why[512];

	(void)k;
	if (!algorithms_there(why, sizeof why))
		return doctor_bad(d,
		    "in openssl.cnf activate the default provider, or unset OPENSSL_CONF; then "
		    "restart motetd",
		    "%s", why);
	return doctor_good(d, "OpenSSL has every algorithm that motet needs");
}

static struct doctor_verdict check_entropy(struct doctor *d, const struct doctor_check *k)
{
	uint8_t byte;

	(void)k;
	if (getrandom(&byte, 1, GRND_NONBLOCK) == 1)
		return doctor_good(d, "the system has random bytes");
	return doctor_bad(d,
	    "wait until the system has gathered randomness; in a virtual machine, add the device "
	    "virtio-rng",
	    "the system has no random bytes yet (%s): motetd waits for them when it starts",
	    strerror(errno));
}

static bool is_in_temporary_directory(const char *path)
{
	return strncmp(path, "/tmp/", 5) == 0 || strncmp(path, "/var/tmp/", 9) == 0;
}

static struct doctor_verdict check_lasting_paths(struct doctor *d, const struct doctor_check *k)
{
	const struct conf *c = d->c->conf;
	const struct {
		const char *key, *path;
	} paths[] = { { "state_dir", c->state_dir }, { "secret_file", c->secret_file },
		{ "scoreboard_file", c->scoreboard_file }, { "listen", c->listen },
		{ "log_file", c->log_file } };

	(void)k;
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
		if (is_in_temporary_directory(paths[i].path))
			return doctor_warn(d,
			    arena_printf(d->mem,
				"in motet.conf set %s to a path below /var/lib/motet or /run/motet",
				paths[i].key),
			    "%s is %s: the system may delete files not used for days there",
			    paths[i].key, paths[i].path);
	return doctor_good(d, "no file of motetd is below /tmp or /var/tmp");
}

/* Find the process id of a worker of the server on this host; 0: no worker was found. */
static int find_worker_pid(struct doctor *d, int *workers)
{
	struct scoreboard_view *b;

	*workers = 0;
	if (scoreboard_view_take(d->c, &b) != OK) {
		doctor_take_error(d);
		return 0;
	}
	*workers = (int)b->nworkers;
	return b->nworkers ? b->worker[0].pid : 0;
}

/* Read the soft limit of open files in /proc/PID/limits; -1: it cannot be read. */
static int64_t read_file_limit(struct doctor *d, int pid)
{
	static const char name[] = "Max open files";
	FILE *f = fopen(arena_printf(d->mem, "/proc/%d/limits", pid), "re");
	int64_t n = -1;
	char line[256];
	struct str soft, rest;

	while (f && n < 0 && fgets(line, sizeof line, f))
		if (strncmp(line, name, strlen(name)) == 0) {
			str_cut(str_trim(str_of(line + strlen(name))), ' ', &soft, &rest);
			n = str_is(soft, "unlimited") || !str_i64(soft, &n) ? INT64_MAX : n;
		}
	if (f)
		fclose(f);
	return n;
}

static struct doctor_verdict check_file_limit(struct doctor *d, const struct doctor_check *k)
{
	int workers, pid = find_worker_pid(d, &workers);
	int64_t n = pid ? read_file_limit(d, pid) : -1;

	(void)k;
	if (n < 0)
		return doctor_skipped(d, "file limit not checked: no running worker was found");
	if (n < LEAST_FILES)
		return doctor_warn(d,
		    "raise the limit: set LimitNOFILE=4096 in the systemd unit, or run ulimit -n "
		    "4096 before you start motetd",
		    "the limit is %lld open files for each worker, so it can keep few connections",
		    (long long)n);
	return doctor_good(
	    d, "each worker can open %lld files", (long long)(n == INT64_MAX ? 1048576 : n));
}

static struct doctor_verdict check_memory(struct doctor *d, const struct doctor_check *k)
{
	int workers, pid = find_worker_pid(d, &workers);
	const struct machine m = machine_read("", pid);
	int hashes = machine_hash_slots(d->c->conf, &m, workers);
	int64_t need = workers * WORKER_MEMORY + hashes * HASH_MEMORY;

	(void)k;
	if (pid == 0)
		return doctor_skipped(
		    d, "cores and memory not checked: no running worker was found");
	if (need > m.memory)
		return doctor_warn(d, "raise the memory limit, or lower workers in motet.conf",
		    "%d workers, with %d password hashes at a time, can need %lld MiB, but motetd "
		    "has only %lld MiB",
		    workers, hashes, (long long)(need / MIB), (long long)(m.memory / MIB));
	return doctor_good(d, "motetd has %d core%s and %lld MiB of memory for %d workers", m.cores,
	    m.cores == 1 ? "" : "s", (long long)(m.memory / MIB), workers);
}

const struct doctor_check doctor_machine_checks[] = {
	{ "host.openssl", "host", "the algorithms of OpenSSL", check_algorithms, 0, HAVE_OPENSSL,
	    NULL },
	{ "host.entropy", "host", "random bytes", check_entropy, 0, 0, NULL },
	{ "host.lasting", "host", "files in temporary directories", check_lasting_paths,
	    HAVE_DOMAIN, 0, NULL },
	{ "host.files", "host", "the limit of open files", check_file_limit, HAVE_DOMAIN, 0, NULL },
	{ "host.memory", "host", "cores and memory", check_memory, HAVE_DOMAIN, 0, NULL },
	{ NULL, NULL, NULL, NULL, 0, 0, NULL },
};
