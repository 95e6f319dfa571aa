#include "ctl/term/out.h"
#include "json/json.h"
#include <json-c/json.h>
#include <stdio.h>
#include <time.h>

enum { GAP = 2 };

static const void *member(const struct listing *l, size_t row, size_t col)
{
	return (const char *)l->rows + row * l->size + l->cols[col].off;
}

static struct str time_text(struct arena *mem, int64_t at)
{
	char text[32];
	time_t t = (time_t)at;
	struct tm tm;

	if (at == 0)
		return (struct str){ NULL, 0 };
	gmtime_r(&t, &tm);
	return (struct str){
		arena_dup(mem, text, strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm)), 20
	};
}

/* s NULL: there is no value. */
static struct str text_of(struct arena *mem, const struct listing *l, size_t row, size_t col)
{
	const void *p = member(l, row, col);

	switch (l->cols[col].kind) {
	case COL_STR:
		return *(const struct str *)p;
	case COL_BOOL:
		return *(const bool *)p ? STR("yes") : STR("no");
	case COL_TIME:
		return time_text(mem, *(const int64_t *)p);
	case COL_REAL:
		return str_of(arena_printf(mem, "%.1f", *(const double *)p));
	case COL_ID:
	case COL_NUM:
		break;
	}
	return str_of(arena_printf(mem, "%lld", (long long)*(const int64_t *)p));
}

static struct str shown(struct arena *mem, const struct listing *l, size_t row, size_t col)
{
	struct str s = text_of(mem, l, row, col);

	return s.n ? s : STR("-");
}

static struct json_object *value_of(
    struct arena *mem, const struct listing *l, size_t row, size_t col)
{
	const void *p = member(l, row, col);

	if (l->cols[col].kind == COL_BOOL)
		return json_object_new_boolean(*(const bool *)p);
	if (l->cols[col].kind == COL_NUM)
		return json_object_new_int64(*(const int64_t *)p);
	if (l->cols[col].kind == COL_REAL)
		return json_object_new_double_s(
		    *(const double *)p, arena_printf(mem, "%.3f", *(const double *)p));
	struct str s = text_of(mem, l, row, col);
	return s.s ? json_str(s) : NULL;
}

static struct json_object *object(struct arena *mem, const struct listing *l, size_t row)
{
	struct json_object *o = json_object_new_object();

	for (size_t c = 0; c < l->ncols; c++)
		json_object_object_add(o, l->cols[c].name, value_of(mem, l, row, c));
	return o;
}

static void put_json(struct json_object *o)
{
	puts(json_object_to_json_string_ext(
	    o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}

static void put_array(struct cx *cx, const struct listing *l)
{
	struct json_object *a = json_object_new_array();

	for (size_t i = 0; i < l->n; i++)
		json_object_array_add(a, object(cx->mem, l, i));
	put_json(a);
}

static void put_cell(struct str s, size_t width, bool last)
{
	printf("%.*s%*s", (int)s.n, s.s, last ? 0 : (int)(width - s.n) + GAP, "");
	if (last)
		putchar('\n');
}

static void put_column_head(const struct column *c, size_t width, bool last)
{
	for (const char *p = c->name; *p; p++)
		putchar(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
	put_cell(STR(""), width - strlen(c->name), last);
}

static size_t *widths(struct cx *cx, const struct listing *l)
{
	size_t *w = arena_alloc(cx->mem, l->ncols * sizeof *w);

	for (size_t c = 0; c < l->ncols; c++)
		w[c] = strlen(l->cols[c].name);
	for (size_t i = 0; i < l->n; i++)
		for (size_t c = 0; c < l->ncols; c++) {
			size_t n = shown(cx->mem, l, i, c).n;
			w[c] = n > w[c] ? n : w[c];
		}
	return w;
}

void out_list(struct cx *cx, const struct listing *l, bool json)
{
	if (json) {
		put_array(cx, l);
		return;
	}
	size_t *w = widths(cx, l);
	for (size_t c = 0; c < l->ncols; c++)
		put_column_head(&l->cols[c], w[c], c + 1 == l->ncols);
	for (size_t i = 0; i < l->n; i++)
		for (size_t c = 0; c < l->ncols; c++)
			put_cell(shown(cx->mem, l, i, c), w[c], c + 1 == l->ncols);
}

static void put_block(struct cx *cx, const struct listing *l, size_t row)
{
	size_t width = 0;

	for (size_t c = 0; c < l->ncols; c++)
		width = strlen(l->cols[c].name) > width ? strlen(l->cols[c].name) : width;
	for (size_t c = 0; c < l->ncols; c++) {
		struct str s = shown(cx->mem, l, row, c);
		printf("%s:%*s%.*s\n", l->cols[c].name,
		    (int)(width - strlen(l->cols[c].name)) + GAP, "", (int)s.n, s.s);
	}
}

void out_blocks(struct cx *cx, const struct listing *l, bool json)
{
	if (json) {
		put_array(cx, l);
		return;
	}
	for (size_t i = 0; i < l->n; i++) {
		if (i)
			putchar('\n');
		put_block(cx, l, i);
	}
}

void out_one(struct cx *cx, const struct listing *l, bool json)
{
	if (json)
		put_json(object(cx->mem, l, 0));
	else
		put_block(cx, l, 0);
}
