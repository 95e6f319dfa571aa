#ifndef MOTET_SERVER_PIDFILE_H
#define MOTET_SERVER_PIDFILE_H
#include <stdbool.h>
#include <stddef.h>
/* A file with our process id and a lock on it that ends with us: a file that is left behind by a crash is in nobody's way. */
bool pidfile_write(const char *path, char *why, size_t size);
/* Remove what pidfile_write() made; nothing when it made none. */
void pidfile_remove(void);
#endif
