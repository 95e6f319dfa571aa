#include "base/conf.h"
#include "base/ascii.h"
#include "base/install_path.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum conf_type { T_STR, T_PATH, T_LIST, T_INT, T_SIZE, T_SECS, T_BOOL, T_ENUM };

/* The argument `min` of a row is either a number or, for an ENUM, its words. */
#define ROW_WORDS(x) _Generic((x), char * : (const char *)(uintptr_t)(x), default : NULL)
#define ROW_MIN(x) _Generic((x), char * : 0, default : (int64_t)(uintptr_t)(x))

static struct conf_entry {
	enum conf_type type;
	size_t off;
	struct conf_row pub;
} conf_entries[] = {
#define CONF(type, name, def, min, max, check, text) \
	{ T_##type, offsetof(struct conf, name), \
		{ #name, #type, def, ROW_WORDS(min), text, ROW_MIN(min), max } },
#include "base/conf.def"
};
enum { CONF_ENTRIES = sizeof conf_entries / sizeof conf_entries[0] };
_Static_assert(CONF_ENTRIES <= 128, "the rows must fit into conf.seen");

static struct conf_row public_rows[CONF_ENTRIES];

/* If the installation was moved, default paths have moved with it. */
static void relocate_defaults(void)
{
	static bool placed;

	for (size_t i = 0; i < CONF_ENTRIES && !placed; i++)
		conf_entries[i].pub.def = install_path(conf_entries[i].pub.def);
	placed = true;
}

const struct conf_row *conf_rows(size_t *n)
{
	relocate_defaults();
	for (size_t i = 0; i < CONF_ENTRIES; i++)
		public_rows[i] = conf_entries[i].pub;
	*n = CONF_ENTRIES;
	return public_rows;
}

static bool reject_key(char *why, size_t size, const char *key, const char *what)
{
	snprintf(why, size, "%s: %s", key, what);
	return false;
}

static bool parse_conf_number(const struct conf_entry *r, struct str v, int64_t *out)
{
	static const struct {
		enum conf_type type;
		char unit;
		int64_t factor;
	} units[] = { { T_SIZE, 'k', 1024 }, { T_SIZE, 'm', 1048576 }, { T_SECS, 's', 1 },
		{ T_SECS, 'm', 60 }, { T_SECS, 'h', 3600 }, { T_SECS, 'd', 86400 } };
	int64_t factor = 1;

	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
		if (v.n > 1 && units[i].type == r->type && units[i].unit == v.s[v.n - 1]) {
			factor = units[i].factor;
			v.n--;
			break;
		}
	return str_i64(v, out) && !__builtin_mul_overflow(*out, factor, out) &&
	    *out >= r->pub.min && *out <= r->pub.max;
}

bool conf_seconds(struct str v, int64_t least, int64_t most, int64_t *out)
{
	const struct conf_entry r = { .type = T_SECS, .pub = { .min = least, .max = most } };

	return parse_conf_number(&r, v, out);
}

static bool find_enum_word(const char *words, struct str v, int *out)
{
	struct str all = str_of(words), one;

	for (*out = 0; all.n; ++*out) {
		str_cut(all, '|', &one, &all);
		if (str_eq(one, v))
			return true;
	}
	return false;
}

static bool store_value(
    const struct conf_entry *r, struct conf *c, struct str v, char *why, size_t size)
{
	void *at = (char *)c + r->off;
	int64_t n;
	int w;
	char what[160];

	switch (r->type) {
	case T_PATH:
		if (v.n && v.s[0] != '/')
			return reject_key(why, size, r->pub.name, "must be an absolute path");
		/* fall through */
	case T_STR:
	case T_LIST:
		*(const char **)at = arena_dup(c->mem, v.s, v.n);
		return true;
	case T_BOOL:
		if (!str_is(v, "on") && !str_is(v, "off"))
			return reject_key(why, size, r->pub.name, "must be on or off");
		*(bool *)at = str_is(v, "on");
		return true;
	case T_ENUM:
		snprintf(what, sizeof what, "must be one of %s", r->pub.words);
		if (!find_enum_word(r->pub.words, v, &w))
			return reject_key(why, size, r->pub.name, what);
		*(int *)at = w;
		return true;
	case T_INT:
	case T_SIZE:
	case T_SECS:
		snprintf(what, sizeof what, "must be a number from %lld to %lld%s",
		    (long long)r->pub.min, (long long)r->pub.max,
		    r->type == T_SECS	    ? " (seconds; or with s, m, h or d)"
			: r->type == T_SIZE ? " (bytes; or with k or m)"
					    : "");
		if (!parse_conf_number(r, v, &n))
			return reject_key(why, size, r->pub.name, what);
		*(int64_t *)at = n;
		return true;
	}
	return false;
}

bool conf_set(struct conf *c, struct str key, struct str value, char *why, size_t size)
{
	for (size_t i = 0; i < CONF_ENTRIES; i++)
		if (str_is(key, conf_entries[i].pub.name))
			return store_value(&conf_entries[i], c, value, why, size);
	snprintf(why, size, "%.*s: there is no such key; `motetctl config --sample` lists all keys",
	    (int)key.n, key.s);
	return false;
}

/* Refuse a key that is set twice: one of the two lines would be ignored. */
static bool mark_key_seen(struct conf *c, struct str key, char *why, size_t size)
{
	for (size_t i = 0; i < CONF_ENTRIES; i++) {
		if (!str_is(key, conf_entries[i].pub.name))
			continue;
		if (c->seen[i])
			return reject_key(why, size, conf_entries[i].pub.name,
			    conf_entries[i].type == T_LIST
				? "is set twice; write one line, with commas between the words"
				: "is set twice; delete one of the two lines");
		c->seen[i] = true;
	}
	return true;
}

bool conf_set_text(struct conf *c, struct str text, char *why, size_t size)
{
	struct str key, value;

	if (str_cut(text, '=', &key, &value))
		return conf_set(c, str_trim(key), str_trim(value), why, size);
	snprintf(why, size, "%.*s: write it as key = value", (int)text.n, text.s);
	return false;
}

static bool read_conf_line(struct conf *c, struct str line, char *why, size_t size)
{
	struct str key, value;

	line = str_trim(line);
	if (line.n == 0 || line.s[0] == '#')
		return true;
	str_cut(line, '=', &key, &value);
	return mark_key_seen(c, str_trim(key), why, size) && conf_set_text(c, line, why, size);
}

static bool read_conf_lines(struct conf *c, FILE *f, const char *path, char *why, size_t size)
{
	char *line = NULL, what[256] = "";
	size_t cap = 0;
	ssize_t n;
	int no = 0;
	bool fine = true;

	while (fine && (n = getline(&line, &cap, f)) >= 0) {
		no++;
		fine = read_conf_line(c, (struct str){ line, (size_t)n }, what, sizeof what);
	}
	if (!fine)
		snprintf(why, size, "%s, line %d: %s", path, no, what);
	else if (ferror(f))
		snprintf(why, size, "%s: %s", path, strerror(errno));
	fine = fine && !ferror(f);
	free(line);
	return fine;
}

static bool read_conf_file(struct conf *c, const char *path, char *why, size_t size)
{
	FILE *f = fopen(path, "re");

	if (f == NULL) {
		snprintf(why, size, "%s: %s", path, strerror(errno));
		return false;
	}
	bool fine = read_conf_lines(c, f, path, why, size);
	fclose(f);
	return fine;
}

enum { VARIABLE_NAME = 64 };

static const char *name_variable(const struct conf_entry *r, char name[VARIABLE_NAME])
{
	size_t k = (size_t)snprintf(name, VARIABLE_NAME, "MOTET_");

	for (const char *p = r->pub.name; *p && k + 1 < VARIABLE_NAME; p++)
		name[k++] = (char)(ascii_is_lower(*p) ? *p - 'a' + 'A' : *p);
	name[k] = '\0';
	return name;
}

static bool is_known_variable(struct str name)
{
	char known[VARIABLE_NAME];

	for (size_t i = 0; i < CONF_ENTRIES; i++)
		if (str_is(name, name_variable(&conf_entries[i], known)))
			return true;
	return str_is(name, "MOTET_CONF");
}

void conf_warn_of_environment(void (*warn)(const char *text))
{
	const char *allow = getenv("MOTET_FEDERATION_ALLOW");
	struct str name, value;
	char text[256];

	for (char **e = environ; *e; e++) {
		str_cut(str_of(*e), '=', &name, &value);
		if (!str_starts(name, "MOTET_") || is_known_variable(name))
			continue;
		snprintf(text, sizeof text,
		    "the environment has %.*s, but there is no such key; `motetctl config "
		    "--sample` lists all keys",
		    name.n > 100 ? 100 : (int)name.n, name.s);
		warn(text);
	}
	if (allow && str_trim(str_of(allow)).n == 0)
		warn("MOTET_FEDERATION_ALLOW is empty: this server federates with all domains that "
		     "federation_deny does not name");
}

static bool read_environment(struct conf *c, char *why, size_t size)
{
	for (size_t i = 0; i < CONF_ENTRIES; i++) {
		char name[VARIABLE_NAME];
		const char *v = getenv(name_variable(&conf_entries[i], name));
		if (v && !store_value(&conf_entries[i], c, str_of(v), why, size))
			return false;
	}
	return true;
}

bool conf_load(const char *file, struct conf **out, char *why, size_t size)
{
	struct arena *mem = arena_new(1 << 20);
	struct conf *c = arena_alloc(mem, sizeof *c);

	c->mem = mem;
	*out = NULL;
	relocate_defaults();
	for (size_t i = 0; i < CONF_ENTRIES; i++)
		if (!store_value(&conf_entries[i], c, str_of(conf_entries[i].pub.def), why, size))
			return conf_free(c), false;
	if ((file && !read_conf_file(c, file, why, size)) || !read_environment(c, why, size))
		return conf_free(c), false;
	c->file = file ? arena_dup(mem, file, strlen(file)) : NULL;
	*out = c;
	return true;
}

/* A slash at the end would become // in the paths that are built from it. */
static struct str strip_slashes(const char *url)
{
	struct str s = str_of(url);

	while (s.n && s.s[s.n - 1] == '/')
		s.n--;
	return s;
}

static void strip_end(struct str *s, const char *end)
{
	size_t n = strlen(end);

	if (s->n > n && memcmp(s->s + s->n - n, end, n) == 0)
		s->n -= n;
}

/* Make an origin in the form that browsers compare: lower case, no default port (RFC 6454 6.1). */
static const char *normalize_origin(const struct conf *c, const char *url)
{
	struct str s = str_lower(c->mem, strip_slashes(url));

	if (str_starts(s, "https://"))
		strip_end(&s, ":443");
	else if (str_starts(s, "http://"))
		strip_end(&s, ":80");
	return str_z(c->mem, s);
}

bool conf_finish(struct conf *c, char *why, size_t size)
{
	if (c->domain[0] == '\0')
		return reject_key(why, size, "domain",
		    "is not set: set it to the part after the @ in your actors' names, "
		    "such as example.org");
	c->base_path = str_z(c->mem, strip_slashes(c->base_path));
	c->public_url = normalize_origin(c, c->public_url);
	if (c->public_url[0] == '\0')
		c->public_url = arena_printf(c->mem, "https://%s", c->domain);
	if (c->scoreboard_file[0] == '\0')
		c->scoreboard_file = arena_printf(c->mem, "%s/scoreboard", c->state_dir);
	if (c->secret_file[0] == '\0')
		c->secret_file = arena_printf(c->mem, "%s/secret", c->state_dir);
	return true;
}

void conf_free(struct conf *c)
{
	if (c)
		arena_free(c->mem);
}

/* EACCES: a directory of the path cannot be searched, so the file may exist. */
static bool may_exist(const char *path)
{
	return access(path, F_OK) == 0 || errno == EACCES;
}

const char *conf_default_file(const char *argv0, char *buf, size_t size)
{
	const char *env = getenv("MOTET_CONF"), *slash = argv0 ? strrchr(argv0, '/') : NULL;
	static const char *const places[] = { "", "/..", "/../etc" };

	if (env && env[0])
		return env;
	for (size_t i = 0; slash && i < sizeof places / sizeof places[0]; i++) {
		int n = snprintf(
		    buf, size, "%.*s%s/motet.conf", (int)(slash - argv0), argv0, places[i]);
		if (n > 0 && (size_t)n < size && may_exist(buf))
			return buf;
	}
	const char *installed = install_path(SYSCONFDIR "/motet.conf");
	return may_exist(installed) ? installed : NULL;
}

bool conf_listed(const char *list, struct str w)
{
	struct str all = str_of(list), one;

	while (str_next_word(&all, &one))
		if (str_eq(one, w))
			return true;
	return false;
}

static bool is_subdomain(struct str domain, struct str parent)
{
	if (parent.n && parent.s[0] == '.')
		parent = str_from(parent, 1);
	if (parent.n == 0 || domain.n < parent.n ||
	    !str_ieq(str_from(domain, domain.n - parent.n), parent))
		return false;
	return domain.n == parent.n || domain.s[domain.n - parent.n - 1] == '.';
}

bool conf_domain_listed(const char *list, struct str domain)
{
	struct str all = str_of(list), one;

	while (str_next_word(&all, &one))
		if (is_subdomain(domain, one))
			return true;
	return false;
}

bool conf_federates(const struct conf *c, struct str domain)
{
	if (conf_domain_listed(c->federation_deny, domain))
		return false;
	return str_trim(str_of(c->federation_allow)).n == 0 ||
	    conf_domain_listed(c->federation_allow, domain);
}

static const char *print_enum_word(const char *words, int i, char *buf, size_t size)
{
	struct str all = str_of(words), one = { "", 0 };

	for (; i >= 0 && all.n; i--)
		str_cut(all, '|', &one, &all);
	snprintf(buf, size, "%.*s", (int)one.n, one.s);
	return buf;
}

const char *conf_value(const struct conf *c, size_t i, char *buf, size_t size)
{
	const void *at = (const char *)c + conf_entries[i].off;

	switch (conf_entries[i].type) {
	case T_STR:
	case T_PATH:
	case T_LIST:
		snprintf(buf, size, "%s", *(const char *const *)at);
		break;
	case T_BOOL:
		snprintf(buf, size, "%s", *(const bool *)at ? "on" : "off");
		break;
	case T_ENUM:
		print_enum_word(conf_entries[i].pub.words, *(const int *)at, buf, size);
		break;
	case T_INT:
	case T_SIZE:
	case T_SECS:
		snprintf(buf, size, "%lld", (long long)*(const int64_t *)at);
		break;
	}
	return buf;
}

void conf_print(const struct conf *c, FILE *f, bool sentences)
{
	char value[1024];

	relocate_defaults();
	for (size_t i = 0; i < CONF_ENTRIES; i++) {
		if (sentences)
			fprintf(f, "# %s\n", conf_entries[i].pub.text);
		if (sentences && conf_entries[i].pub.words)
			fprintf(f, "# One of %s.\n", conf_entries[i].pub.words);
		const char *v = c ? conf_value(c, i, value, sizeof value) : conf_entries[i].pub.def;
		fprintf(f, "%s%s =%s%s\n%s", c ? "" : "#", conf_entries[i].pub.name, *v ? " " : "",
		    v, sentences ? "\n" : "");
	}
}
