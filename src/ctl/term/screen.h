#ifndef MOTET_CTL_TERM_SCREEN_H
#define MOTET_CTL_TERM_SCREEN_H
#include "base/str.h"
/*
 * Show one page after another on a terminal, with control sequences that all terminals know.
 * screen_end() restores the terminal's modes and contents. On a signal screen_wait() returns -1:
 * the caller calls screen_end() and exits.
 */

/* False, with nothing changed, when standard output is not a terminal or cannot move its cursor
 * (TERM=dumb). */
bool screen_begin(void);
/* Get the terminal's current size; 24 rows of 80 columns when it is unknown. */
void screen_size(int *rows, int *columns);
void screen_show(struct str page);
/*
 * Wait for up to `ms` milliseconds. Returns a key; 0 when the time is over or the size has changed;
 * -1 on Ctrl-C or a signal to end. Works without screen_begin(), too.
 */
int screen_wait(int ms);
void screen_end(void);
#endif
