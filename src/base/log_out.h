#ifndef MOTET_BASE_LOG_OUT_H
#define MOTET_BASE_LOG_OUT_H
#include <stdbool.h>
#include <stddef.h>
/*
 * Where lines of the log go: a file; standard error, where the priority stands before each line
 * when that is the journal's (JOURNAL_STREAM, sd-daemon(3)); syslog(3); or the journal's own
 * socket, which takes the members of a line as fields that `journalctl MOTET_STATUS=500` finds.
 */
enum log_to { LOG_TO_STDERR, LOG_TO_SYSLOG, LOG_TO_JOURNAL };
/* A file that is not "" wins. False: errno says why, and all stays as it was. `file` has to outlive
 * the next call. */
bool log_out_open(enum log_to, const char *file);
/* The file anew, after it was rotated. */
void log_out_reopen(void);
/* Whoever keeps the lines writes time, level and process id beside them: they need not be in the
 * text. */
bool log_out_adds_time(void);
/* The members are wanted as fields, too. */
bool log_out_takes_fields(void);
/* One line, with its newline; `fields` are lines NAME=value, or empty. What cannot be delivered
 * goes to standard error. */
void log_out_line(int level, const char *line, size_t n, const char *fields, size_t nfields);
/* The journal's socket; for tests. */
extern const char *log_out_journal_path;
#endif
