#include "core/schema.h"
#include "codec/hash.h"
#include "codec/text.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#define RECORD "\nINSERT INTO schema_version "
enum { FILES = 1000, LARGEST = 1 << 20 };

struct file {
	int64_t version;
	const char *name;
	struct str text, checksum;
};

enum err schema_fits(struct cx *cx)
{
	struct schema_state *s;
	bool there;

	TRY(q_schema_exists(cx, &there));
	if (!there)
		return fail(cx, ERR_UNAVAILABLE, "the database has no tables yet: run motetctl migrate");
	TRY(q_schema_state(cx, &s));
	if (s->version < SCHEMA_VERSION)
		return fail(cx, ERR_UNAVAILABLE, "the schema is %lld, this program needs %d: run motetctl migrate", (long long)s->version,
		    SCHEMA_VERSION);
	if (s->compat > SCHEMA_VERSION)
		return fail(cx, ERR_UNAVAILABLE, "the schema is %lld and serves programs from %lld on, this one is %d: install the newer program",
		    (long long)s->version, (long long)s->compat, SCHEMA_VERSION);
	return OK;
}

static enum err slurp(struct cx *cx, const char *path, struct str *text)
{
	struct stat st;
	FILE *f = fopen(path, "re");

	if (f == NULL)
		return fail(cx, ERR_INTERNAL, "%s: %s", path, strerror(errno));
	enum err e = OK;
	if (fstat(fileno(f), &st) != 0 || st.st_size > LARGEST)
		e = fail(cx, ERR_INTERNAL, "%s: not a schema file", path);
	if (e == OK) {
		char *s = arena_alloc(cx->mem, (size_t)st.st_size + 1);
		*text = (struct str){ s, fread(s, 1, (size_t)st.st_size, f) };
	}
	fclose(f);
	return e;
}

/* The checksum stands in the file's own last statement, so that psql -f records it too; it covers all before that. */
static enum err sum(struct cx *cx, struct file *f)
{
	uint8_t hash[HASH_BYTES];
	const char *record = strstr(f->text.s, RECORD);

	if (record == NULL)
		return fail(cx, ERR_INTERNAL, "%s does not record itself in schema_version", f->name);
	sha256((struct blob){ (const uint8_t *)f->text.s, (size_t)(record + 1 - f->text.s) }, hash);
	f->checksum = hex_encode(cx->mem, (struct blob){ hash, sizeof hash });
	if (strstr(record, f->checksum.s) == NULL)
		return fail(cx, ERR_INTERNAL, "%s was changed: its checksum is %s", f->name, f->checksum.s);
	return OK;
}

static int is_schema(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 9 && strspn(d->d_name, "0123456789") == 4 && d->d_name[4] == '_' && strcmp(d->d_name + n - 4, ".sql") == 0;
}

static enum err load(struct cx *cx, const char *dir, struct file *files, size_t *n)
{
	struct dirent **names;
	enum err e = OK;
	int count = scandir(dir, &names, is_schema, alphasort);

	if (count <= 0)
		return fail(cx, ERR_INTERNAL, "%s: %s", dir, count < 0 ? strerror(errno) : "no schema files");
	for (*n = 0; (int)*n < count && *n < FILES && e == OK; ++*n) {
		struct file *f = &files[*n];
		f->name = arena_dup(cx->mem, names[*n]->d_name, strlen(names[*n]->d_name));
		f->version = strtol(f->name, NULL, 10);
		e = slurp(cx, arena_printf(cx->mem, "%s/%s", dir, f->name), &f->text);
		if (e == OK)
			e = sum(cx, f);
	}
	for (int i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return e;
}

static const struct schema_item *applied(const struct schema_item *v, size_t n, int64_t version)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].version == version)
			return &v[i];
	return NULL;
}

enum err schema_migrate(struct cx *cx, const char *dir, void (*tell)(const char *, ...))
{
	struct file *files = arena_alloc(cx->mem, FILES * sizeof *files);
	struct schema_item *done = NULL;
	size_t nfiles, ndone = 0;
	bool there;

	TRY(load(cx, dir, files, &nfiles));
	TRY(q_schema_lock(cx));
	TRY(q_schema_exists(cx, &there));
	if (there)
		TRY(q_schema_list(cx, &done, &ndone));
	for (size_t i = 0; i < nfiles; i++) {
		const struct schema_item *d = applied(done, ndone, files[i].version);
		if (d && !str_eq(d->checksum, files[i].checksum))
			return fail(cx, ERR_CONFLICT, "%s is not the file that was applied as schema %lld", files[i].name, (long long)d->version);
		if (d)
			continue;
		tell("%s …", files[i].name);
		TRY(db_script(cx, files[i].text.s));
		tell("%s applied", files[i].name);
	}
	tell("schema %lld of %lld", (long long)files[nfiles - 1].version, (long long)files[nfiles - 1].version);
	return OK;
}
