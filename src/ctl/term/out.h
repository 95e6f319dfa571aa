#ifndef MOTET_CTL_TERM_OUT_H
#define MOTET_CTL_TERM_OUT_H
#include "base/cx.h"
#include <stddef.h>
/*
 * Print rows on standard output, as text for people or as JSON for programs. Each struct column
 * names a member of the row's struct; both forms are made from the same columns. JSON members keep
 * their names and types in later releases; later releases may add members.
 */
enum column_kind {
	COL_STR,  /* struct str */
	COL_ID,	  /* int64_t; a string in JSON, because many readers round large numbers */
	COL_NUM,  /* int64_t */
	COL_REAL, /* double: one decimal place as text, three in JSON */
	COL_BOOL, /* bool: yes or no as text */
	COL_TIME /* int64_t, seconds since 1970: 2026-11-21T20:00:00Z; 0: null in JSON, - as text */
};
struct column {
	const char *name;
	enum column_kind kind;
	size_t off;
};
/* _Generic refuses, at compile time, a member of another type. */
#define COL_(K, CT, st, m, called) \
	{ \
		called, K, \
		    offsetof(struct st, m) + 0 * sizeof(_Generic(&((struct st *)0)->m, CT * : 0)) \
	}
#define COL_STR(st, m, called) COL_(COL_STR, struct str, st, m, called)
#define COL_ID(st, m, called) COL_(COL_ID, int64_t, st, m, called)
#define COL_NUM(st, m, called) COL_(COL_NUM, int64_t, st, m, called)
#define COL_REAL(st, m, called) COL_(COL_REAL, double, st, m, called)
#define COL_BOOL(st, m, called) COL_(COL_BOOL, bool, st, m, called)
#define COL_TIME(st, m, called) COL_(COL_TIME, int64_t, st, m, called)

struct listing {
	const struct column *cols;
	size_t ncols;
	const void *rows; /* an array of structs of `size` bytes */
	size_t size, n;
};
#define LISTING(columns, array, count) \
	{ \
		columns, sizeof(columns) / sizeof(columns)[0], array, sizeof *(array), count \
	}
/* Print a table with a header line, or a JSON array of objects. */
void out_list(struct cx *, const struct listing *, bool json);
/*
 * Print each row as lines `name: value`, with blank lines between rows, or a JSON array of objects.
 */
void out_blocks(struct cx *, const struct listing *, bool json);
/* Print the first row as lines `name: value`, or as a JSON object. */
void out_one(struct cx *, const struct listing *, bool json);
/* Print a JSON object with `n` members: names[i] is the JSON array of lists[i]. */
void out_arrays(struct cx *, const char *const names[], const struct listing lists[], size_t n);
#endif
