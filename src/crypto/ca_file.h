#ifndef MOTET_CRYPTO_CA_FILE_H
#define MOTET_CRYPTO_CA_FILE_H
#include <stdbool.h>
/* Is it a file in PEM with at least one certificate, all of which can be read? */
bool ca_file_ok(const char *path);
#endif
