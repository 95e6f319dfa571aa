#include "crypto/ca_file.h"
#include <openssl/err.h>
#include <openssl/x509.h>

bool ca_file_ok(const char *path)
{
	X509_STORE *store = X509_STORE_new();
	bool good = store && X509_STORE_load_locations(store, path, NULL) == 1;

	X509_STORE_free(store);
	ERR_clear_error();
	return good;
}
