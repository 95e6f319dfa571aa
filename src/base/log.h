#ifndef MOTET_BASE_LOG_H
#define MOTET_BASE_LOG_H
#include "base/str.h"
/*
 * The log: one line per event, written with a single write(2) so that lines of several workers do
 * not mix. A line is text (`2026-11-21T20:00:00.123Z info [pid] …`; without time, level and pid
 * where syslog or the journal add them) or JSON. log_out.h has the destinations. Never log a
 * secret: pass IDs, routes and reasons.
 */
struct conf;
/*
 * Log in the format, at the level and to the destination that the configuration names. False if the
 * log file cannot be opened (see errno); then nothing changes. The configuration must live until
 * the next log_open().
 */
bool log_open(const struct conf *);
/* Reopen the log file, after it was rotated. */
void log_reopen(void);
/* Add this request ID, cut to 64 bytes, to every line from now on; empty: no ID. */
void log_request(struct str id);
#define log_error(...) log_at(0, __VA_ARGS__)
#define log_warn(...) log_at(1, __VA_ARGS__)
#define log_info(...) log_at(2, __VA_ARGS__)
#define log_debug(...) log_at(3, __VA_ARGS__)
void log_at(int level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Log a line with n members:
 *
 *	log_event(2, "request",
 *	    (struct log_field[]){ { "status", .i = 200 }, { "route", .s = "…" } }, 2);
 */
struct log_field {
	const char *name;
	const char *s; /* NULL: the value is i */
	int64_t i;
};
void log_event(int level, const char *what, const struct log_field *, size_t n);
#endif
