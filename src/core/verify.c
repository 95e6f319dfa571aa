#include "core/verify.h"
#include "base/log.h"
#include "core/verify_rows.h"

enum {
	PAGE_ROWS = 512,
	PAGE_SHARE = 8, /* a page that cannot be read is read again in pages of an eighth of its
			   size; 512 is a power of 8 */
	UNREADABLE_ROWS = 20, /* the maximum of unreadable rows of one table that are passed over */
	PAGE_ARENA_BYTES = 256 << 20,
	PAGE_KEY_MAX = 1024
};

/* A copy of a row's key that outlives the page's arena. */
struct page_key {
	char a[PAGE_KEY_MAX], b[PAGE_KEY_MAX];
	struct verify_key key;
};

static enum err copy_page_key(struct cx *cx, struct page_key *p, const struct verify_key *to)
{
	if (to->a.n > PAGE_KEY_MAX || to->b.n > PAGE_KEY_MAX)
		return fail(cx, ERR_INTERNAL, "a row key of %zu and %zu bytes is too long", to->a.n,
		    to->b.n);
	if (to->a.n)
		memcpy(p->a, to->a.s, to->a.n);
	if (to->b.n)
		memcpy(p->b, to->b.s, to->b.n);
	p->key = (struct verify_key){ { p->a, to->a.n }, { p->b, to->b.n } };
	return OK;
}

static enum err verify_page(
    struct verify *v, enum verify_table t, struct page_key *p, int64_t most, size_t *n)
{
	size_t size;
	void *rows;

	TRY(q_verify_page(v->cx, t, &p->key, most, &rows, n, &size));
	for (size_t i = 0; i < *n; i++) {
		const void *row = (const char *)rows + i * size;
		v->key = row; /* the key is the first member of every row's struct */
		verify_rows[t].fn(v, row);
		v->tally->rows++;
	}
	return *n ? copy_page_key(v->cx, p, v->key) : OK;
}

static void reset_page(struct verify *v)
{
	arena_reset(v->cx->mem);
	v->cx->why = (struct fail){ .err = OK };
}

/* If many rows cannot be read, or the next key cannot be read either, the whole table counts as
 * unreadable, and the error of this row is returned. */
static enum err pass_over_unreadable_row(struct verify *v, struct page_key *p, int *passed)
{
	struct fail why = v->cx->why;
	const struct verify_key *next;

	if (++*passed > UNREADABLE_ROWS ||
	    q_verify_next_key(v->cx, v->table, &p->key, &next) != OK || next == NULL) {
		v->cx->why = why;
		return why.err;
	}
	v->key = next;
	v->tally->rows++;
	verify_rows_report(v, "this row cannot be read: %s", why.log);
	return copy_page_key(v->cx, p, next);
}

/* A page with a row that cannot be read is read again in smaller pages, until that row is alone in
 * its page.
 */
static enum err verify_one_table(struct verify *v, enum verify_table t, int64_t all)
{
	struct page_key p = { .key = { STR(""), STR("") } };
	size_t n = PAGE_ROWS, most = PAGE_ROWS;
	int passed = 0;

	v->table = verify_rows[t].name;
	while (n == most) {
		reset_page(v);
		if (verify_page(v, t, &p, (int64_t)most, &n) == OK) {
			v->watch->progress(v->watch->arg, v->table, v->tally->rows, all);
			continue;
		}
		if (most > 1) {
			n = most /= PAGE_SHARE;
			continue;
		}
		TRY(pass_over_unreadable_row(v, &p, &passed));
		n = most = PAGE_ROWS;
	}
	return OK;
}

/* A table that cannot be read is reported, and the others are still checked. */
static void verify_table_or_tell(
    struct verify *v, enum verify_table t, int64_t all, struct fail *first)
{
	if (verify_one_table(v, t, all) == OK)
		return;
	log_warn("verifying %s: %s", v->table, v->cx->why.log);
	if (first->err == OK)
		*first = v->cx->why;
}

static enum err verify_all_tables(struct verify *v)
{
	int64_t counts[VERIFY_TABLES], all = 0;
	struct fail first = { .err = OK };

	TRY(q_verify_counts(v->cx, counts));
	for (int t = 0; t < VERIFY_TABLES; t++)
		all += counts[t];
	for (int t = 0; t < VERIFY_TABLES; t++)
		verify_table_or_tell(v, (enum verify_table)t, all, &first);
	v->cx->why = first;
	return first.err;
}

enum err verify_run(
    struct cx *cx, const char *schema, const struct verify_watch *w, struct verify_tally *out)
{
	struct cx mine = *cx;
	struct verify v = { .cx = &mine, .watch = w, .tally = out, .schema = schema };

	*out = (struct verify_tally){ 0 };
	mine.mem = arena_new(PAGE_ARENA_BYTES);
	enum err e = verify_all_tables(&v);
	cx->why = mine.why;
	arena_free(mine.mem);
	return e;
}
