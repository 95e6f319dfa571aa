#ifndef MOTET_CTL_TERM_TTY_H
#define MOTET_CTL_TERM_TTY_H
#include <stddef.h>
#include <sys/types.h>
/*
 * Show a prompt and read a line that the terminal does not show; returns its length without the
 * end, -1 with errno. The terminal is as it was afterwards, also when a signal ends us while it
 * waits.
 */
ssize_t tty_read_hidden(int tty, const char *prompt, char *line, size_t size);
#endif
