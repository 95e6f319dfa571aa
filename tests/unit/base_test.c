#include "../tap.h"
#include "base/conf.h"
#include "base/machine.h"
#include "base/log.h"
#include "base/secret.h"
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

static int order[3], norder;

static void note(void *p)
{
	order[norder++] = *(int *)p;
}

static void arenas(void)
{
	struct arena *a = arena_new(1 << 20);
	int one = 1, two = 2;

	arena_own(a, &one, note);
	arena_own(a, &two, note);
	char *p = arena_alloc(a, 5000);
	ok(p[0] == 0 && p[4999] == 0, "memory is zeroed");
	ok(((uintptr_t)arena_alloc(a, 1) & 15) == 0, "memory is aligned");
	memset(p, 'x', 5000);
	arena_reset(a);
	ok(norder == 2 && order[0] == 2 && order[1] == 1, "destructors run in reverse order");
	p = arena_alloc(a, 8000);
	ok(p[0] == 0 && p[7999] == 0, "memory is zeroed after a reset too");
	ok(arena_total(a) <= 8192, "a reset arena keeps one block: %zu bytes", arena_total(a));
	arena_free(a);
}

static void texts(void)
{
	static const struct {
		const char *s;
		bool good;
		int64_t v;
	} rows[] = { { "0", true, 0 }, { "9223372036854775807", true, INT64_MAX },
		{ "9223372036854775808", false, 0 }, { "01", false, 0 }, { "", false, 0 },
		{ "-1", false, 0 }, { "+1", false, 0 }, { " 1", false, 0 }, { "1x", false, 0 } };
	struct arena *a = arena_new(1 << 20);

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t v = 0;
		bool good = str_i64(str_of(rows[i].s), &v);
		ok(good == rows[i].good && v == rows[i].v, "str_i64 of '%s'", rows[i].s);
	}
	struct buf b = { .mem = a };
	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "%d,", i);
	ok(buf_done(&b).n == 3890 && strlen(b.s) == 3890, "a buffer grows");
	ok(str_eq(str_trim(STR(" \t a b\r\n")), STR("a b")), "blanks are trimmed");
	arena_free(a);
}

static const struct {
	const char *key, *value;
	bool good;
} confs[] = {
	{ "domain", "example.org", true },
	{ "workers", "4", true },
	{ "workers", "1025", false },
	{ "workers", "-1", false },
	{ "workers", "x", false },
	{ "idcert_lifetime", "30d", true },
	{ "idcert_lifetime", "61d", false },
	{ "keymaterial_max_bytes", "16k", true },
	{ "keymaterial_max_bytes", "799", false },
	{ "rate_limit", "on", true },
	{ "rate_limit", "yes", false },
	{ "log_format", "json", true },
	{ "log_format", "jso", false },
	{ "log_file", "x.log", false },
	{ "state_dir", "/x", true },
	{ "no_such_key", "1", false },
	{ "cache_lifetime", "59m", false },
};

static void put_file(const char *root, const char *path, const char *text)
{
	char at[512];

	snprintf(at, sizeof at, "%s%s", root, path);
	for (char *p = at + strlen(root) + 1; (p = strchr(p, '/')) != NULL; *p++ = '/') {
		*p = '\0';
		mkdir(at, 0700);
	}
	FILE *f = fopen(at, "w");
	if (f) {
		fputs(text, f);
		fclose(f);
	}
}

/* What control groups of version 1 and 2 leave of the host's cores and memory. */
static void machines(void)
{
	static const struct {
		const char *name, *line, *file[3], *text[3];
		int cores;
		int64_t memory;
	} rows[] = {
		{ "version 2", "0::/a/b\n",
		    { "/sys/fs/cgroup/a/b/cpu.max", "/sys/fs/cgroup/a/memory.max", NULL },
		    { "50000 100000\n", "67108864\n", NULL }, 1, 64 << 20 },
		{ "version 2 without a limit", "0::/a/b\n",
		    { "/sys/fs/cgroup/a/b/cpu.max", "/sys/fs/cgroup/a/memory.max", NULL },
		    { "max 100000\n", "max\n", NULL }, 0, 0 },
		{ "version 1", "4:memory:/c\n7:cpu,cpuacct:/c\n",
		    { "/sys/fs/cgroup/cpu,cpuacct/c/cpu.cfs_quota_us",
			"/sys/fs/cgroup/cpu,cpuacct/c/cpu.cfs_period_us",
			"/sys/fs/cgroup/memory/memory.limit_in_bytes" },
		    { "100000\n", "100000\n", "33554432\n" }, 1, 32 << 20 },
		{ "no files", "0::/nowhere\n", { NULL }, { NULL }, 0, 0 },
	};
	const struct machine host = machine_read("/nowhere", 0);
	const char *tmp = getenv("TMPDIR");
	char root[256], self[64];

	ok(host.cores > 0 && host.memory > 0, "this host has %d cores", host.cores);
	snprintf(self, sizeof self, "/proc/%d/cgroup", (int)getpid());
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		snprintf(root, sizeof root, "%s/machine-XXXXXX", tmp ? tmp : "/tmp");
		if (mkdtemp(root) == NULL)
			abort();
		put_file(root, self, rows[i].line);
		for (int k = 0; k < 3 && rows[i].file[k]; k++)
			put_file(root, rows[i].file[k], rows[i].text[k]);
		struct machine m = machine_read(root, 0);
		ok(m.cores == (rows[i].cores ? rows[i].cores : host.cores) &&
			m.memory == (rows[i].memory ? rows[i].memory : host.memory),
		    "control groups, %s: %d cores, %lld bytes", rows[i].name, m.cores,
		    (long long)m.memory);
	}
}

static void one_core(void)
{
	cpu_set_t all, one;

	if (sched_getaffinity(0, sizeof all, &all) != 0)
		return;
	CPU_ZERO(&one);
	for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++)
		if (CPU_ISSET(i, &all))
			CPU_SET(i, &one);
	ok(sched_setaffinity(0, sizeof one, &one) == 0 && machine_read("", 0).cores == 1,
	    "a process that may use one core has one");
	ok(sched_setaffinity(0, sizeof all, &all) == 0, "and all again");
}

static void worker_counts(void)
{
	static const struct {
		int cores;
		int64_t memory, workers, slots, connections;
		int want, want_slots;
	} rows[] = {
		{ 4, 8 << 20, 0, 0, 0, 8, 1 },
		{ 4, INT64_C(8) << 30, 0, 0, 0, 8, 3 },
		{ 4, INT64_C(8) << 30, 0, 0, 7, 4, 3 },
		{ 96, INT64_C(8) << 30, 0, 0, 97, 94, 53 },
		{ 4, INT64_C(8) << 30, 0, 0, 2, 1, 1 },
		{ 4, INT64_C(8) << 30, 20, 2, 7, 20, 2 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct machine m = { rows[i].cores, rows[i].memory };
		const struct conf c = { .workers = rows[i].workers,
			.hashing_slots = rows[i].slots };
		int n = machine_workers(&c, &m, rows[i].connections),
		    slots = machine_hash_slots(&c, &m, n);
		ok(n == rows[i].want && slots == rows[i].want_slots,
		    "%d cores, %lld connections: %d workers, %d hashes", m.cores,
		    (long long)rows[i].connections, n, slots);
	}
}

static void configuration(void)
{
	char why[256];
	struct conf *c = NULL;

	ok(conf_load(NULL, &c, why, sizeof why), "the defaults of all rows are valid: %s",
	    c ? "" : why);
	ok(!conf_finish(c, why, sizeof why) && strstr(why, "domain"),
	    "a missing domain is reported: %s", why);
	for (size_t i = 0; i < sizeof confs / sizeof confs[0]; i++) {
		why[0] = '\0';
		bool good =
		    conf_set(c, str_of(confs[i].key), str_of(confs[i].value), why, sizeof why);
		ok(good == confs[i].good, "%s = %s: %s", confs[i].key, confs[i].value, why);
	}
	ok(conf_finish(c, why, sizeof why), "conf_finish() succeeds");
	ok(strcmp(c->public_url, "https://example.org") == 0 &&
		strcmp(c->secret_file, "/x/secret") == 0,
	    "derived values are filled in");
	static const char *const same[] = { "https://example.org/", "HTTPS://Example.ORG:443//",
		"https://example.org:443" };
	for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
		ok(conf_set(c, STR("public_url"), str_of(same[i]), why, sizeof why) &&
			conf_finish(c, why, sizeof why) &&
			strcmp(c->public_url, "https://example.org") == 0,
		    "public_url = %s becomes %s", same[i], c->public_url);
	ok(c->idcert_lifetime == 30 * 86400 && c->keymaterial_max_bytes == 16384,
	    "suffixes d and k are units");
	conf_free(c);
	setenv("MOTET_WORKERS", "7", 1);
	ok(conf_load(NULL, &c, why, sizeof why) && c->workers == 7, "a key from the environment");
	unsetenv("MOTET_WORKERS");
	conf_free(c);
	ok(conf_listed("127.0.0.1, ::1", STR("::1")) && !conf_listed("127.0.0.1", STR("127.0.0")),
	    "conf_listed() compares whole words");
}

/* Which secret files root may load when a spawner starts motetd as another user. */
static void secrets_of_spawned(void)
{
	static const struct {
		uid_t dir, file;
		bool motetd, ctl;
	} rows[] = { { 0, 0, true, true }, { 1, 0, true, true }, { 1, 1, false, true },
		{ 0, 1, false, false }, { 2, 1, false, false } };
	char why[256], dir[] = "/tmp/motet-secret-XXXXXX", path[64];
	uint8_t a[SECRET_BYTES], b[SECRET_BYTES];

	if (geteuid() != 0 || mkdtemp(dir) == NULL)
		return;
	snprintf(path, sizeof path, "%s/secret", dir);
	ok(secret_create(path, a, why, sizeof why), "a secret in a directory is created");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ok(chown(dir, rows[i].dir, 0) == 0 && chown(path, rows[i].file, 0) == 0 &&
			secret_load(path, b, why, sizeof why) == rows[i].motetd &&
			secret_load_for_ctl(path, b, why, sizeof why) == rows[i].ctl,
		    "root loads a secret of user %d in a directory of user %d: motetd %d, motetctl %d",
		    (int)rows[i].file, (int)rows[i].dir, rows[i].motetd, rows[i].ctl);
	unlink(path);
	rmdir(dir);
}

static void secrets(void)
{
	char why[256], path[] = "/tmp/motet-secret-XXXXXX";
	uint8_t a[SECRET_BYTES], b[SECRET_BYTES];

	close(mkstemp(path));
	unlink(path);
	ok(secret_create(path, a, why, sizeof why), "a secret is created");
	ok(!secret_create(path, b, why, sizeof why), "an existing secret is not overwritten: %s",
	    why);
	ok(secret_load(path, b, why, sizeof why) && memcmp(a, b, sizeof a) == 0,
	    "the secret is read back");
	secrets_of_spawned();
	chmod(path, 0440);
	ok(!secret_load(path, b, why, sizeof why), "a file readable by others is refused: %s", why);
	chmod(path, 0600);
	FILE *f = fopen(path, "w");
	fputs("tooshort\n", f);
	fclose(f);
	ok(!secret_load(path, b, why, sizeof why), "a file without a secret is refused: %s", why);
	unlink(path);
	ok(!secret_load(path, b, why, sizeof why), "a missing file is reported: %s", why);
}

/* Write one line with log_event() and read it back from the file; returns its length. */
static size_t logged(
    char *line, size_t size, const char *method, const char *why, const char *format)
{
	char path[] = "/tmp/motet-log-XXXXXX";
	struct conf c = { .log_file = path,
		.log_level = LOG_LEVEL_INFO,
		.log_format = strcmp(format, "json") == 0 };
	struct log_field f[] = { { "method", method, 0 }, { "status", NULL, 404 },
		{ "why", why, 0 }, { "last", "here", 0 } };
	int fd = mkstemp(path);

	log_open(&c);
	log_event(LOG_LEVEL_INFO, "request", f, sizeof f / sizeof f[0]);
	ssize_t n = read(fd, line, size - 1);
	line[n > 0 ? n : 0] = '\0';
	close(fd);
	unlink(path);
	log_open(&(struct conf){ .log_file = "", .log_level = LOG_LEVEL_INFO });
	return n > 0 ? (size_t)n : 0;
}

/* Is the text one line, with an even number of quotes and no truncated escape or character? */
static bool whole(const char *s, size_t n)
{
	size_t quotes = 0;

	for (size_t i = 0; i < n; i++) {
		quotes += s[i] == '"';
		if (s[i] == '\\' && (s[i + 1] != 'u' || strspn(s + i + 2, "0123456789abcdef") < 4))
			return false;
		if ((s[i] & 0xc0) == 0xc0 && (s[i + 1] & 0xc0) != 0x80)
			return false;
	}
	return n > 2 && quotes % 2 == 0 && strcmp(s + n - 2, "}\n") == 0 &&
	    strchr(s, '\n') == s + n - 1;
}

static void long_lines(void)
{
	static const char *const units[] = { "x", "\"", "\xc3\xa4", "\xe2\x82\xac" };
	static char value[20000], line[20000];
	int torn = 0, lost = 0;

	for (size_t u = 0; u < sizeof units / sizeof units[0]; u++)
		for (size_t n = 0; n < 2100; n++) {
			size_t size = strlen(units[u]);
			for (size_t i = 0; i < n; i++)
				memcpy(value + i * size, units[u], size);
			value[n * size] = '\0';
			size_t got = logged(line, sizeof line, value, value, "json");
			torn += !whole(line, got);
			lost += strstr(line, "\"status\":404") == NULL ||
			    strstr(line, "\"last\":\"here\"") == NULL;
		}
	ok(torn == 0, "a JSON line with long values stays well-formed: %d of 8400 do not", torn);
	ok(lost == 0, "the other members stay in the line: %d lost", lost);
}

/* Reads the memory of a reset arena, which keeps its block. */
static void wiped(void)
{
	struct arena *a = arena_new(1 << 20);
	char *body = arena_dup(a, "a body with a password", 22);

	arena_reset(a);
	ok(memmem(body, 22, "password", 8) == NULL, "an arena overwrites what it held");
	arena_free(a);
}

int main(void)
{
	arenas();
	texts();
	configuration();
	machines();
	one_core();
	worker_counts();
	secrets();
	long_lines();
	wiped();
	return done();
}
