#include "base/install_path.h"
#include "core/verify.h"
#include "ctl/cmd.h"
#include "ctl/term/out.h"
#include "ctl/term/progress.h"
#include <json-c/json.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

struct verify_printer {
	struct progress p;
	bool json, any;
};

static struct json_object *finding_text_json(struct str s)
{
	return json_object_new_string_len(s.n ? s.s : "", (int)s.n);
}

static void print_json_finding(struct verify_printer *w, const struct verify_finding *f)
{
	struct json_object *o = json_object_new_object(), *key = json_object_new_array();

	json_object_array_add(key, finding_text_json(f->key.a));
	if (f->key.b.n)
		json_object_array_add(key, finding_text_json(f->key.b));
	json_object_object_add(o, "table", finding_text_json(str_of(f->table)));
	json_object_object_add(o, "key", key);
	json_object_object_add(o, "what", finding_text_json(str_of(f->what)));
	printf("%s\n  %s", w->any ? "," : "",
	    json_object_to_json_string_ext(
		o, JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}

/* Print each finding at once, because a check of millions of rows takes long. */
static void print_finding(void *arg, const struct verify_finding *f)
{
	struct verify_printer *w = arg;

	progress_end(&w->p);
	if (w->json)
		print_json_finding(w, f);
	else
		printf("%s %.*s%s%.*s: %s\n", f->table, (int)f->key.a.n, f->key.a.s,
		    f->key.b.n ? " " : "", (int)f->key.b.n, f->key.b.n ? f->key.b.s : "", f->what);
	w->any = true;
	fflush(stdout);
}

static void show_verify_progress(void *arg, const char *table, int64_t done, int64_t all)
{
	struct verify_printer *w = arg;
	double seconds = progress_seconds(&w->p), rate = seconds > 0 ? (double)done / seconds : 0;
	int64_t left = all > done ? all - done : 0;

	if (progress_due(&w->p))
		progress_line(&w->p, "%3d %%  %lld of %lld rows  %.0f rows/s  %.0f s left  %s",
		    all ? (int)(100 * (all - left) / all) : 100, (long long)done, (long long)all,
		    rate, rate > 0 ? (double)left / rate : 0, table);
}

/* What `motetctl verify` cannot check, and who can. */
static const char *const unchecked[] = {
	"missing rows that no other row refers to: compare with a backup",
	"indexes and files of PostgreSQL: run pg_amcheck and pg_checksums",
	"what clients encrypted, and passwords: only the actors can check them",
	"the server that uses this data: run motetctl doctor URL, motetctl selftest URL",
};

static enum err print_verify_result(
    struct ctl *c, const struct verify_printer *w, const struct verify_tally *t)
{
	double seconds = progress_seconds(&w->p);

	if (w->json)
		puts(w->any ? "\n]" : "]");
	else
		printf("%lld rows in %.1f s: %s\n", (long long)t->rows, seconds,
		    t->findings ? "faults found" : "no fault found");
	for (size_t i = 0; !w->json && i < sizeof unchecked / sizeof unchecked[0]; i++)
		printf("not checked: %s\n", unchecked[i]);
	if (t->findings == 0)
		return OK;
	return refuse(&c->cx, ERR_CONFLICT, "", "%lld fault%s in %lld rows", (long long)t->findings,
	    t->findings == 1 ? "" : "s", (long long)t->rows);
}

/* The schema files are installed with motetctl; a copy of the program alone does not have them. */
static const char *find_installed_schema_files(const struct ctl *c)
{
	const char *dir =
	    ctl_options_has(&c->opt, OPT_DIR) ? c->opt.value[OPT_DIR] : install_path(SCHEMADIR);

	if (ctl_options_has(&c->opt, OPT_DIR) || access(dir, R_OK) == 0)
		return dir;
	fprintf(stderr,
	    "motetctl: warning: cannot compare the schema with its files: %s: %s; name their "
	    "directory with --dir\n",
	    dir, strerror(errno));
	return NULL;
}

enum err cmd_verify(struct ctl *c)
{
	const char *schema = find_installed_schema_files(c);
	struct verify_printer w = { .json = ctl_options_has(&c->opt, OPT_JSON) };
	const struct verify_watch watch = { print_finding, show_verify_progress, &w };
	struct verify_tally t;

	progress_begin(&w.p);
	if (w.json)
		putchar('[');
	enum err e = verify_run(&c->cx, schema, &watch, &t);
	progress_end(&w.p);
	TRY(e);
	return print_verify_result(c, &w, &t);
}
