#ifndef MOTET_BASE_SECRET_H
#define MOTET_BASE_SECRET_H
#include "base/str.h"
/*
 * The file with the secret that protects the identity keys in the database: 32 random octets as 64
 * hex digits and a newline. It must be a regular file that nobody but its owner can read (0400 or
 * 0600). On failure `why` holds a line for a person.
 */
enum { SECRET_BYTES = 32 };
/* A descriptor of it, to be read later, by who could not open it then; -1 on failure. */
int secret_open(const char *path, char *why, size_t size);
/* Read it through such a descriptor, which stays as it is; `path` is for `why`. */
bool secret_read(int fd, const char *path, uint8_t secret[SECRET_BYTES], char *why, size_t size);
/* Both at once. */
bool secret_load(const char *path, uint8_t secret[SECRET_BYTES], char *why, size_t size);
/* Make a new one, mode 0400. Fails when the file is there: losing a secret loses the identity of
 * the server. */
bool secret_create(const char *path, uint8_t secret[SECRET_BYTES], char *why, size_t size);
#endif
