#include "core/schema.h"
#include "base/clock.h"
#include "crypto/hash.h"
#include "text/encoding.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define VERSION_INSERT "\nINSERT INTO schema_version "
enum { SCHEMA_FILES_MAX = 1000, SCHEMA_FILE_BYTES_MAX = 1 << 20 };
/* The pause between two tries for a lock, and between two messages about the wait. */
enum { LOCK_PAUSE_US = 1000 * 1000, LOCK_TELL_US = 10 * 1000 * 1000 };

struct schema_file {
	int64_t version;
	const char *name;
	struct str text, checksum;
};

enum err schema_check_version(struct cx *cx)
{
	struct schema_state *s;
	bool there;

	TRY(q_schema_exists(cx, &there));
	if (!there)
		return fail(cx, ERR_MISFIT, "the database has no tables yet: run motetctl migrate");
	TRY(q_schema_state(cx, &s));
	if (s->version < SCHEMA_VERSION)
		return fail(cx, ERR_MISFIT,
		    "the schema has version %lld, this program needs %d: run motetctl migrate",
		    (long long)s->version, SCHEMA_VERSION);
	if (s->compat > SCHEMA_VERSION)
		return fail(cx, ERR_MISFIT,
		    "the schema has version %lld and needs a program for version %lld or later; "
		    "this one is for %d: install a newer program",
		    (long long)s->version, (long long)s->compat, SCHEMA_VERSION);
	return OK;
}

static enum err read_schema_file(struct cx *cx, const char *path, struct str *text)
{
	struct stat st;
	FILE *f = fopen(path, "re");

	if (f == NULL)
		return fail(cx, ERR_INTERNAL, "%s: %s", path, strerror(errno));
	enum err e = OK;
	if (fstat(fileno(f), &st) != 0 || st.st_size > SCHEMA_FILE_BYTES_MAX)
		e = fail(cx, ERR_INTERNAL, "%s: not a schema file", path);
	if (e == OK) {
		char *s = arena_alloc(cx->mem, (size_t)st.st_size + 1);
		*text = (struct str){ s, fread(s, 1, (size_t)st.st_size, f) };
	}
	fclose(f);
	return e;
}

/* The file's last statement contains the checksum of all before it, so that psql -f stores it
 * too. */
static enum err check_schema_checksum(struct cx *cx, struct schema_file *f)
{
	uint8_t hash[HASH_BYTES];
	const char *record = strstr(f->text.s, VERSION_INSERT);

	if (record == NULL)
		return fail(
		    cx, ERR_INTERNAL, "%s does not insert itself into schema_version", f->name);
	sha256((struct blob){ (const uint8_t *)f->text.s, (size_t)(record + 1 - f->text.s) }, hash);
	f->checksum = hex_encode(cx->mem, (struct blob){ hash, sizeof hash });
	if (strstr(record, f->checksum.s) == NULL)
		return fail(
		    cx, ERR_INTERNAL, "%s was changed: its checksum is %s", f->name, f->checksum.s);
	return OK;
}

static int is_schema_name(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 9 && strspn(d->d_name, "0123456789") == 4 && d->d_name[4] == '_' &&
	    strcmp(d->d_name + n - 4, ".sql") == 0;
}

static enum err load_schema_files(
    struct cx *cx, const char *dir, struct schema_file *files, size_t *n)
{
	struct dirent **names;
	enum err e = OK;
	int count = scandir(dir, &names, is_schema_name, alphasort);

	if (count <= 0)
		return fail(cx, ERR_INTERNAL, "%s: %s", dir,
		    count < 0 ? strerror(errno) : "no schema files");
	for (*n = 0; (int)*n < count && *n < SCHEMA_FILES_MAX && e == OK; ++*n) {
		struct schema_file *f = &files[*n];
		f->name = arena_dup(cx->mem, names[*n]->d_name, strlen(names[*n]->d_name));
		f->version = strtol(f->name, NULL, 10);
		e = read_schema_file(cx, arena_printf(cx->mem, "%s/%s", dir, f->name), &f->text);
		if (e == OK)
			e = check_schema_checksum(cx, f);
	}
	for (int i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return e;
}

static const struct schema_item *find_applied_version(
    const struct schema_item *v, size_t n, int64_t version)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].version == version)
			return &v[i];
	return NULL;
}

struct schema_survey {
	struct schema_file *files;
	struct schema_item *done;
	size_t nfiles, ndone;
};

static enum err list_applied_versions(struct cx *cx, struct schema_survey *s)
{
	bool there;

	TRY(q_schema_exists(cx, &there));
	return there ? q_schema_list(cx, &s->done, &s->ndone) : OK;
}

static enum err find_schema_files(struct cx *cx, const char *dir, struct schema_survey *s)
{
	*s = (struct schema_survey){ .files = arena_alloc(
					 cx->mem, SCHEMA_FILES_MAX * sizeof *s->files) };
	return load_schema_files(cx, dir, s->files, &s->nfiles);
}

/* The state of a wait for a lock that another transaction holds. */
struct lock_wait {
	const char *what;
	void (*tell)(const char *, ...);
	int64_t until_us, told_us;
};

static struct lock_wait begin_lock_wait(const char *what, void (*tell)(const char *, ...))
{
	return (struct lock_wait){ what, tell, clock_us() + SCHEMA_LOCK_MINUTES * INT64_C(60000000),
		0 };
}

/* Return whether to try again after the error `e`; the message of the database names the lock. */
static bool is_lock_due(const struct cx *cx, struct lock_wait *w, enum err e)
{
	int64_t now = clock_us();

	if (e != ERR_RETRY || now >= w->until_us)
		return false;
	if (now - w->told_us > LOCK_TELL_US) {
		w->told_us = now;
		w->tell("%s: waiting for a lock of another transaction; trying again (%.*s)",
		    w->what, (int)strcspn(cx->why.log, "\n"), cx->why.log);
	}
	usleep(LOCK_PAUSE_US);
	return true;
}

static enum err lock_schema(struct cx *cx, void (*tell)(const char *, ...))
{
	struct lock_wait w = begin_lock_wait("migrate", tell);
	enum err e;

	do
		e = q_schema_lock(cx);
	while (is_lock_due(cx, &w, e));
	return e;
}

static enum err apply_schema_file(
    struct cx *cx, const struct schema_file *f, void (*tell)(const char *, ...))
{
	struct lock_wait w = begin_lock_wait(f->name, tell);
	enum err e;

	do
		e = db_script(cx, f->text.s);
	while (is_lock_due(cx, &w, e));
	return e;
}

enum err schema_migrate(struct cx *cx, const char *dir, void (*tell)(const char *, ...))
{
	struct schema_survey s;

	TRY(find_schema_files(cx, dir, &s));
	TRY(lock_schema(cx, tell));
	TRY(list_applied_versions(cx, &s));
	for (size_t i = 0; i < s.nfiles; i++) {
		const struct schema_file *f = &s.files[i];
		const struct schema_item *d = find_applied_version(s.done, s.ndone, f->version);
		if (d && !str_eq(d->checksum, f->checksum))
			return fail(cx, ERR_CONFLICT,
			    "%s is not the file that was applied as schema %lld", f->name,
			    (long long)d->version);
		if (d)
			continue;
		tell("%s …", f->name);
		TRY(apply_schema_file(cx, f, tell));
		tell("%s applied", f->name);
	}
	tell("schema %lld of %lld", (long long)s.files[s.nfiles - 1].version,
	    (long long)s.files[s.nfiles - 1].version);
	return OK;
}

static const struct schema_file *find_schema_file(const struct schema_survey *s, int64_t version)
{
	for (size_t i = 0; i < s->nfiles; i++)
		if (s->files[i].version == version)
			return &s->files[i];
	return NULL;
}

static void add_schema_step(
    struct schema_step *to, const struct schema_file *f, const struct schema_item *d)
{
	*to = (struct schema_step){ .version = f ? f->version : d->version,
		.applied_at = d ? d->applied_at : 0,
		.name = str_of(f ? f->name : NULL),
		.changed = f && d && !str_eq(f->checksum, d->checksum) };
}

/* The versions with files come first: a version without a file is newer than all files. */
enum err schema_steps(struct cx *cx, const char *dir, struct schema_step **out, size_t *n)
{
	struct schema_survey s;

	TRY(find_schema_files(cx, dir, &s));
	TRY(list_applied_versions(cx, &s));
	*n = 0;
	*out = arena_alloc(cx->mem, (s.nfiles + s.ndone) * sizeof **out);
	for (size_t i = 0; i < s.nfiles; i++)
		add_schema_step(&(*out)[(*n)++], &s.files[i],
		    find_applied_version(s.done, s.ndone, s.files[i].version));
	for (size_t i = 0; i < s.ndone; i++)
		if (find_schema_file(&s, s.done[i].version) == NULL)
			add_schema_step(&(*out)[(*n)++], NULL, &s.done[i]);
	return OK;
}
