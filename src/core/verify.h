#ifndef MOTET_CORE_VERIFY_H
#define MOTET_CORE_VERIFY_H
#include "store/q_verify.h"
/*
 * Does everything that is stored still say what it said? Every row of the tables of enum
 * verify_table is read again, page by page, in memory that does not grow with the table:
 * certificates by the reader and by the second one (idcert_lint), their signatures by the server
 * key of their time, what is sealed with the secret, and every column that repeats what a
 * certificate, a KeyPackage or a signature says, or has a form. The server may run meanwhile: a row
 * is compared with what one statement saw.
 *
 * Not read, because a row of theirs repeats nothing, and all that it can be is what the database's
 * own constraints let in: serial_used (in which the serial of every certificate is looked up),
 * setting, throttle, probe, selftest, key_package_notice.
 *
 * What cannot be told: whether a row is missing that nothing points to (a serial number without its
 * certificate is no sign of it: selftests leave some), and whether a home server did sign a
 * statement whose key is not remembered any more.
 */
struct verify_finding {
	const char *table;
	struct verify_key key; /* of the row */
	const char *what;      /* a sentence without an end */
};
struct verify_watch {
	void (*found)(void *arg, const struct verify_finding *);
	/* After each page. all: rows of all tables, as they were counted at the beginning. */
	void (*progress)(void *arg, const char *table, int64_t done, int64_t all);
	void *arg;
};
struct verify_tally {
	int64_t rows, findings;
};
/*
 * cx->ca must hold the secret: what is sealed is opened. schema: the directory of the schema files,
 * as in schema_steps(), or NULL. An error is one of looking; what is found wrong is no error.
 */
must_check enum err verify_run(
    struct cx *, const char *schema, const struct verify_watch *, struct verify_tally *);
#endif
