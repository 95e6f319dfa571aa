#ifndef MOTET_CORE_VERIFY_ROWS_H
#define MOTET_CORE_VERIFY_ROWS_H
#include "core/verify.h"
/* What makes a row right, one function for each table; verify.c hands them the rows. */
struct verify {
	struct cx *cx; /* with an arena for this page */
	const struct verify_watch *watch;
	const char *table;
	const struct verify_key *key; /* of the row at hand */
	struct verify_tally *tally;
	const char *schema; /* as in verify_run() */
};
typedef void verify_row_fn(struct verify *, const void *row);
extern const struct verify_rows {
	const char *name; /* of the table in the database */
	verify_row_fn *fn;
} verify_rows[VERIFY_TABLES];
#endif
