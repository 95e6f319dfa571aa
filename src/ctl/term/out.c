#include "ctl/term/out.h"
#include "json/json.h"
#include <json-c/json.h>
#include <stdio.h>
#include <time.h>

enum { COLUMN_GAP = 2 };

static const void *cell_address(const struct listing *l, size_t row, size_t col)
{
	return (const char *)l->rows + row * l->size + l->cols[col].off;
}

static struct str format_utc_time(struct arena *mem, int64_t at)
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

/* Return the text of a cell; its .s is NULL if the cell has no value. */
static struct str cell_text(struct arena *mem, const struct listing *l, size_t row, size_t col)
{
	const void *p = cell_address(l, row, col);

	switch (l->cols[col].kind) {
	case COL_STR:
		return *(const struct str *)p;
	case COL_BOOL:
		return *(const bool *)p ? STR("yes") : STR("no");
	case COL_TIME:
		return format_utc_time(mem, *(const int64_t *)p);
	case COL_REAL:
		return str_of(arena_printf(mem, "%.1f", *(const double *)p));
	case COL_ID:
	case COL_NUM:
		break;
	}
	return str_of(arena_printf(mem, "%lld", (long long)*(const int64_t *)p));
}

static struct str shown_cell_text(
    struct arena *mem, const struct listing *l, size_t row, size_t col)
{
	struct str s = cell_text(mem, l, row, col);

	return s.n ? s : STR("-");
}

static struct json_object *cell_json(
    struct arena *mem, const struct listing *l, size_t row, size_t col)
{
	const void *p = cell_address(l, row, col);

	if (l->cols[col].kind == COL_BOOL)
		return json_object_new_boolean(*(const bool *)p);
	if (l->cols[col].kind == COL_NUM)
		return json_object_new_int64(*(const int64_t *)p);
	if (l->cols[col].kind == COL_REAL)
		return json_object_new_double_s(
		    *(const double *)p, arena_printf(mem, "%.3f", *(const double *)p));
	struct str s = cell_text(mem, l, row, col);
	return s.s ? json_from_str(s) : NULL;
}

static struct json_object *row_json(struct arena *mem, const struct listing *l, size_t row)
{
	struct json_object *o = json_object_new_object();

	for (size_t c = 0; c < l->ncols; c++)
		json_object_object_add(o, l->cols[c].name, cell_json(mem, l, row, c));
	return o;
}

static void print_json_value(struct json_object *o)
{
	puts(json_object_to_json_string_ext(
	    o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}

static struct json_object *rows_json(struct arena *mem, const struct listing *l)
{
	struct json_object *a = json_object_new_array();

	for (size_t i = 0; i < l->n; i++)
		json_object_array_add(a, row_json(mem, l, i));
	return a;
}

static void print_json_rows(struct cx *cx, const struct listing *l)
{
	print_json_value(rows_json(cx->mem, l));
}

void out_arrays(struct cx *cx, const char *const names[], const struct listing lists[], size_t n)
{
	struct json_object *o = json_object_new_object();

	for (size_t i = 0; i < n; i++)
		json_object_object_add(o, names[i], rows_json(cx->mem, &lists[i]));
	print_json_value(o);
}

static void print_cell(struct str s, size_t width, bool last)
{
	printf("%.*s%*s", (int)s.n, s.s, last ? 0 : (int)(width - s.n) + COLUMN_GAP, "");
	if (last)
		putchar('\n');
}

static void print_column_head(const struct column *c, size_t width, bool last)
{
	for (const char *p = c->name; *p; p++)
		putchar(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
	print_cell(STR(""), width - strlen(c->name), last);
}

static size_t *measure_columns(struct cx *cx, const struct listing *l)
{
	size_t *w = arena_alloc(cx->mem, l->ncols * sizeof *w);

	for (size_t c = 0; c < l->ncols; c++)
		w[c] = strlen(l->cols[c].name);
	for (size_t i = 0; i < l->n; i++)
		for (size_t c = 0; c < l->ncols; c++) {
			size_t n = shown_cell_text(cx->mem, l, i, c).n;
			w[c] = n > w[c] ? n : w[c];
		}
	return w;
}

void out_list(struct cx *cx, const struct listing *l, bool json)
{
	if (json) {
		print_json_rows(cx, l);
		return;
	}
	size_t *w = measure_columns(cx, l);
	for (size_t c = 0; c < l->ncols; c++)
		print_column_head(&l->cols[c], w[c], c + 1 == l->ncols);
	for (size_t i = 0; i < l->n; i++)
		for (size_t c = 0; c < l->ncols; c++)
			print_cell(shown_cell_text(cx->mem, l, i, c), w[c], c + 1 == l->ncols);
}

static void print_row_block(struct cx *cx, const struct listing *l, size_t row)
{
	size_t width = 0;

	for (size_t c = 0; c < l->ncols; c++)
		width = strlen(l->cols[c].name) > width ? strlen(l->cols[c].name) : width;
	for (size_t c = 0; c < l->ncols; c++) {
		struct str s = shown_cell_text(cx->mem, l, row, c);
		printf("%s:%*s%.*s\n", l->cols[c].name,
		    (int)(width - strlen(l->cols[c].name)) + COLUMN_GAP, "", (int)s.n, s.s);
	}
}

void out_blocks(struct cx *cx, const struct listing *l, bool json)
{
	if (json) {
		print_json_rows(cx, l);
		return;
	}
	for (size_t i = 0; i < l->n; i++) {
		if (i)
			putchar('\n');
		print_row_block(cx, l, i);
	}
}

void out_one(struct cx *cx, const struct listing *l, bool json)
{
	if (json)
		print_json_value(row_json(cx->mem, l, 0));
	else
		print_row_block(cx, l, 0);
}
