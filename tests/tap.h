#ifndef MOTET_TAP_H
#define MOTET_TAP_H
#include <stdio.h>
/* TAP (testanything.org) in three macros: ok(condition, "name", …) and, last in main(), return
 * done(). */
static int tap_n, tap_bad;
#define ok(cond, ...) \
	do { \
		int ok_ = !!(cond); \
		tap_n++; \
		tap_bad += !ok_; \
		printf("%sok %d - ", ok_ ? "" : "not ", tap_n); \
		printf(__VA_ARGS__); \
		putchar('\n'); \
		if (!ok_) \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond); \
	} while (0)
#define done() (printf("1..%d\n", tap_n), tap_bad != 0)
#endif
