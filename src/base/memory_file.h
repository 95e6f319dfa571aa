#ifndef MOTET_BASE_MEMORY_FILE_H
#define MOTET_BASE_MEMORY_FILE_H
/* Open an empty file without a name, in memory where the system can (memfd_create(2)), else in
 * /tmp; close-on-exec. /proc shows `name`. -1: see errno. */
int memory_file_open(const char *name);
#endif
