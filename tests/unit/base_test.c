#include "../tap.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/secret.h"
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

/* Is it one line, with an even number of quotes and no truncated escape or character? */
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
	secrets();
	long_lines();
	wiped();
	return done();
}
