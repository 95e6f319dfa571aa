#ifndef MOTET_CRYPTO_CA_FILE_H
#define MOTET_CRYPTO_CA_FILE_H
#include <stdbool.h>
/* Is `path` a PEM file with at least one certificate, and can all its certificates be read? */
bool ca_file_ok(const char *path);
#endif
