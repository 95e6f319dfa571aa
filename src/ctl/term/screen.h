#ifndef MOTET_CTL_TERM_SCREEN_H
#define MOTET_CTL_TERM_SCREEN_H
#include "base/str.h"
/*
 * A terminal that shows one page after the other, by the few control sequences that all of them
 * know. Its modes and what stood there before are back after screen_end(), also when a signal ended
 * us: screen_wait() says so, and the caller ends.
 */
/* False: standard output is no terminal, or one that cannot move its cursor (TERM=dumb); nothing
 * was changed then. */
bool screen_begin(void);
/* Its size now. */
void screen_size(int *rows, int *columns);
void screen_show(struct str page);
/* Up to so many milliseconds: a key, 0 when the time is over or the size has changed, -1 when a
 * signal asks for the end. Works without screen_begin(), too. */
int screen_wait(int ms);
void screen_end(void);
#endif
