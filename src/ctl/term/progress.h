#ifndef MOTET_CTL_TERM_PROGRESS_H
#define MOTET_CTL_TERM_PROGRESS_H
#include "base/str.h"
/*
 * How far a long command is: one line on standard error, written over a few times a second, and
 * only where that is a terminal, so that neither pipes nor logs see it.
 */
struct progress {
	bool shown; /* is standard error a terminal? */
	int64_t begun_us, next_us;
};
void progress_begin(struct progress *);
/* Is it time for the next line? */
bool progress_due(struct progress *);
void progress_line(const struct progress *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Take the line away; what follows begins at the left. */
void progress_end(const struct progress *);
/* Seconds since the beginning. */
double progress_seconds(const struct progress *);
#endif
