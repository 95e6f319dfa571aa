#ifndef MOTET_CORE_VERIFY_H
#define MOTET_CORE_VERIFY_H
#include "store/q_verify.h"
/*
 * Check the stored data. Every row of the tables of enum verify_table is read, page by page, in
 * constant memory: certificates with the reader and the second reader (idcert_lint), their
 * signatures with the server key that was current when they were issued, sealed values with the
 * secret. verify_run() also checks each column that repeats a value of a certificate, KeyPackage or
 * signature, and each column that must have a fixed format. The server may run at the same time:
 * each row is checked against a single statement's snapshot.
 *
 * These tables are not read, as the database's constraints check all there is to check: serial_used
 * (but each certificate's serial is looked up in it), setting, throttle, probe, selftest,
 * key_package_notice.
 *
 * Some faults cannot be detected, for example a missing row to which no other row refers (a serial
 * number in serial_used without a certificate is no sign of one, since selftests leave such
 * numbers, too), and a foreign certificate that its server did not sign, if that server's key is no
 * longer cached.
 */
struct verify_finding {
	const char *table;
	struct verify_key key; /* of the faulty row */
	const char *what;      /* without a final period */
};
struct verify_watch {
	void (*found)(void *arg, const struct verify_finding *);
	/* Called after each page. `all`: the number of rows of all tables, counted at the start. */
	void (*progress)(void *arg, const char *table, int64_t done, int64_t all);
	void *arg;
};
struct verify_tally {
	int64_t rows, findings;
};
/*
 * cx->ca must hold the secret, to open sealed values. schema: the directory of the schema files, as
 * in schema_steps(), or NULL. A finding is not returned as an error; a row that cannot be read is a
 * finding. An error means that one table at least could not be checked to its end: the error is
 * logged, and the other tables are checked.
 */
must_check enum err verify_run(
    struct cx *, const char *schema, const struct verify_watch *, struct verify_tally *);
#endif
