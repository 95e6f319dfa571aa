#ifndef MOTET_BASE_LOG_OUT_H
#define MOTET_BASE_LOG_OUT_H
#include <stdbool.h>
#include <stddef.h>
/*
 * Destinations of log lines: a file; standard error, with a priority before each line if the
 * journal reads it (JOURNAL_STREAM, sd-daemon(3)); syslog(3); or the journal's socket, where the
 * members of a line become fields (`journalctl MOTET_STATUS=500`).
 */
enum log_to { LOG_TO_STDERR, LOG_TO_SYSLOG, LOG_TO_JOURNAL };
/* Log to `file`; if it is "", to the destination `to`. False: see errno; then nothing changes.
 * `file` must live until the next call. */
bool log_out_open(enum log_to, const char *file);
/* Reopen the log file, after it was rotated. */
void log_out_reopen(void);
/* Does the destination add time, level and process ID? If it does, a text line need not contain
 * them. */
bool log_out_adds_time(void);
/* Does the destination take the members of a line as fields? */
bool log_out_takes_fields(void);
/* Write one line, which ends with a newline. `fields` holds lines NAME=value, or nothing. A line
 * that the journal does not accept goes to standard error. */
void log_out_line(int level, const char *line, size_t n, const char *fields, size_t nfields);
/* The path of the journal's socket, which tests change. */
extern const char *log_out_journal_path;
#endif
