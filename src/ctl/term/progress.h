#ifndef MOTET_CTL_TERM_PROGRESS_H
#define MOTET_CTL_TERM_PROGRESS_H
#include "base/str.h"
/*
 * Progress of a long command: one line on standard error, rewritten up to five times a second. The
 * line is written only to a terminal, which keeps it out of pipes and logs.
 */
struct progress {
	bool shown; /* is standard error a terminal? */
	int64_t begun_us, next_us;
};
void progress_begin(struct progress *);
/* True when the next line is due. */
bool progress_due(struct progress *);
void progress_line(const struct progress *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Erase the line. */
void progress_end(const struct progress *);
/* Seconds since progress_begin(). */
double progress_seconds(const struct progress *);
#endif
