#ifndef MOTET_CTL_TERM_OUT_H
#define MOTET_CTL_TERM_OUT_H
#include "base/cx.h"
#include <stddef.h>
/*
 * Lists and single things on standard output: as a table for people, as JSON for programs. Columns
 * are rows that name a member of a struct; the same rows make both. JSON members keep their names
 * and types from release to release; new ones may be added.
 */
enum column_kind {
	COL_STR,  /* struct str */
	COL_ID,	  /* int64_t that other programs' numbers may not hold: a string in JSON */
	COL_NUM,  /* int64_t */
	COL_REAL, /* double: a decimal place for people, three for programs */
	COL_BOOL, /* bool: yes, or empty */
	COL_TIME  /* int64_t, seconds since 1970: 2026-11-21T20:00:00Z; 0: null, or a dash */
};
struct column {
	const char *name;
	enum column_kind kind;
	size_t off;
};
/* The _Generic makes a row refuse a member of another type. */
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
/* A table with a head line, or an array of objects. */
void out_list(struct cx *, const struct listing *, bool json);
/* Each row as lines `name: value` with a blank line between; or, for JSON, an array of objects. */
void out_blocks(struct cx *, const struct listing *, bool json);
/* The one row there is: lines `name: value`, or an object. */
void out_one(struct cx *, const struct listing *, bool json);
#endif
