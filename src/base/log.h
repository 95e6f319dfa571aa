#ifndef MOTET_BASE_LOG_H
#define MOTET_BASE_LOG_H
#include "base/str.h"
/*
 * One line an event, written with a single write(2) so that lines of several workers never mix.
 * Text (`2026-11-21T20:00:00.123Z info [pid] …`, without what syslog or the journal add by
 * themselves) or JSON, to where log_out.h says. Never a secret: callers pass ids, routes and
 * reasons.
 */
struct conf;
/* Take format, level and destination from the configuration; false when the file cannot be opened
 * (errno says why); then all stays as it was. The configuration has to outlive the next call. */
bool log_open(const struct conf *);
/* Open the file anew: after it was rotated. */
void log_reopen(void);
/* From now on every line has this id, at most 64 characters; empty: none. */
void log_request(struct str id);
#define log_error(...) log_at(0, __VA_ARGS__)
#define log_warn(...) log_at(1, __VA_ARGS__)
#define log_info(...) log_at(2, __VA_ARGS__)
#define log_debug(...) log_at(3, __VA_ARGS__)
void log_at(int level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A line with members: log_event(2, "request", (struct log_field[]){ {"status", .i = 200},
 * {"route", .s = "…"} }, 2). */
struct log_field {
	const char *name;
	const char *s; /* NULL: the number counts */
	int64_t i;
};
void log_event(int level, const char *what, const struct log_field *, size_t n);
#endif
