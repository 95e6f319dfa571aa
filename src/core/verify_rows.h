#ifndef MOTET_CORE_VERIFY_ROWS_H
#define MOTET_CORE_VERIFY_ROWS_H
#include "core/verify.h"
/* The checks of a row, one function per table, called by verify.c. */
struct verify {
	struct cx *cx; /* with an arena for this page */
	const struct verify_watch *watch;
	const char *table;
	const struct verify_key *key; /* key of the current row */
	struct verify_tally *tally;
	const char *schema; /* as in verify_run() */
};
/* Report a fault in the current row. */
__attribute__((format(printf, 2, 3))) void verify_rows_report(
    struct verify *, const char *fmt, ...);
typedef void verify_row_fn(struct verify *, const void *row);
extern const struct verify_rows {
	const char *name; /* name of the table in the database */
	verify_row_fn *fn;
} verify_rows[VERIFY_TABLES];
#endif
