#include "crypto/algorithms.h"
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>

static bool has_digest(const char *name)
{
	EVP_MD *m = EVP_MD_fetch(NULL, name, NULL);

	EVP_MD_free(m);
	return m != NULL;
}

static bool has_cipher(const char *name)
{
	EVP_CIPHER *c = EVP_CIPHER_fetch(NULL, name, NULL);

	EVP_CIPHER_free(c);
	return c != NULL;
}

static bool has_mac(const char *name)
{
	EVP_MAC *m = EVP_MAC_fetch(NULL, name, NULL);

	EVP_MAC_free(m);
	return m != NULL;
}

static bool has_signature(const char *name)
{
	EVP_SIGNATURE *s = EVP_SIGNATURE_fetch(NULL, name, NULL);
	EVP_KEYMGMT *k = EVP_KEYMGMT_fetch(NULL, name, NULL);
	bool both = s && k;

	EVP_SIGNATURE_free(s);
	EVP_KEYMGMT_free(k);
	return both;
}

static bool has_kdf(const char *name)
{
#ifdef HAVE_LIBARGON2
	(void)name;
	return true;
#else
	EVP_KDF *k = EVP_KDF_fetch(NULL, name, NULL);

	EVP_KDF_free(k);
	return k != NULL;
#endif
}

static bool has_random_bytes(const char *name)
{
	unsigned char byte;

	(void)name;
	return RAND_bytes(&byte, 1) == 1;
}

static const struct {
	const char *name;
	bool (*there)(const char *name);
	const char *use;
} needed_algorithms[] = {
	{ "SHA2-256", has_digest, "certificates and tokens" },
	{ "SHA2-512", has_digest, "OpenPGP keys" },
	{ "SHA1", has_digest, "one-time codes" },
	{ "HMAC", has_mac, "one-time codes and the secret" },
	{ "ED25519", has_signature, "every signature" },
	{ "AES-256-GCM", has_cipher, "the stored identity key" },
	{ "ARGON2ID", has_kdf, "passwords" },
	{ "random bytes", has_random_bytes, "keys and tokens" },
};

bool algorithms_there(char *why, size_t size)
{
	for (size_t i = 0; i < sizeof needed_algorithms / sizeof needed_algorithms[0]; i++) {
		if (needed_algorithms[i].there(needed_algorithms[i].name))
			continue;
		ERR_clear_error();
		snprintf(why, size,
		    "%s has no %s here, which motet needs for %s: enable it in openssl.cnf "
		    "(`openssl version -d` says where), or unset OPENSSL_CONF",
		    OpenSSL_version(OPENSSL_VERSION), needed_algorithms[i].name,
		    needed_algorithms[i].use);
		return false;
	}
	return true;
}
