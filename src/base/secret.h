#ifndef MOTET_BASE_SECRET_H
#define MOTET_BASE_SECRET_H
#include "base/str.h"
#include <sys/types.h>
/*
 * The file with the secret that encrypts the identity keys in the database: 32 random bytes as 64
 * lower-case hex digits and a newline. The file must be a regular file of the effective user that
 * only its owner can read (0400 or 0600). On failure `why` is a line for the operator.
 */
enum { SECRET_BYTES = 32 };
/* Open the file and check its owner and mode. Call this before privileges are dropped:
 * secret_read() needs only the descriptor. Returns -1 on failure. */
int secret_open(const char *path, char *why, size_t size);
/* Read the secret from the descriptor of secret_open(), which stays open; `path` is for the text in
 * `why`. */
bool secret_read(int fd, const char *path, uint8_t secret[SECRET_BYTES], char *why, size_t size);
/*
 * Can users other than root and `owner` replace the secret file by another file? They can if the
 * directory of the file belongs to one of them, or if they may write to the directory and it is not
 * sticky.
 */
bool secret_is_replaceable(const char *path, uid_t owner);
/* Does the directory of the secret file belong to `owner`, and is `owner` not root? Then the file
 * may be that of a motetd which a spawner starts as `owner`. */
bool secret_is_of_spawned(const char *path, uid_t owner);
/* Load the secret with secret_open(), secret_read() and close(). */
bool secret_load(const char *path, uint8_t secret[SECRET_BYTES], char *why, size_t size);
/* secret_load() for motetctl: root may also load the secret of another user for which
 * secret_is_of_spawned() is true. */
bool secret_load_for_ctl(const char *path, uint8_t secret[SECRET_BYTES], char *why, size_t size);
/* Create the file with a new secret, mode 0400. Fails if the file exists: a server that loses its
 * secret loses its identity. */
bool secret_create(const char *path, uint8_t secret[SECRET_BYTES], char *why, size_t size);
#endif
