#ifndef MOTET_SERVER_PIDFILE_H
#define MOTET_SERVER_PIDFILE_H
#include <stdbool.h>
#include <stddef.h>
/* A file with our process id and a lock on it that ends with us: a file that is left behind by a
 * crash is in nobody's way. */
bool pidfile_write(const char *path, char *why, size_t size);
/* The program that ran in this process before us made it, and left its descriptor, with the lock.
 */
void pidfile_adopt(const char *path, int fd);
/* Its descriptor, -1: there is none. */
int pidfile_fd(void);
/* Remove the file, if there is one. */
void pidfile_remove(void);
#endif
