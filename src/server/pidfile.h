#ifndef MOTET_SERVER_PIDFILE_H
#define MOTET_SERVER_PIDFILE_H
#include <stdbool.h>
#include <stddef.h>
/* A file with our process id, which we hold locked. The lock is released when the process exits, so
 * a file left by a crash does not prevent a start. False: `why` is for a person. */
bool pidfile_write(const char *path, char *why, size_t size);
/* Take over the file of the program that ran in this process before (handover.h): fd holds its
 * lock. */
void pidfile_adopt(const char *path, int fd);
/* Return the descriptor of the pid file; -1: there is no pid file. */
int pidfile_fd(void);
/* Remove the pid file, if there is one. */
void pidfile_remove(void);
#endif
