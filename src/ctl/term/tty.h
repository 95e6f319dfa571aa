#ifndef MOTET_CTL_TERM_TTY_H
#define MOTET_CTL_TERM_TTY_H
#include <stddef.h>
#include <sys/types.h>
/*
 * Show a prompt and read a line without echo. Returns the length without the line end, or -1 with
 * errno set. Restores the terminal, also when a signal ends the program while it waits.
 */
ssize_t tty_read_hidden(int tty, const char *prompt, char *line, size_t size);
#endif
