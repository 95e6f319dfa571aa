#ifndef MOTET_CRYPTO_ALGORITHMS_H
#define MOTET_CRYPTO_ALGORITHMS_H
#include <stdbool.h>
#include <stddef.h>
/*
 * Does the OpenSSL of this process have every algorithm that motet needs? The configuration of
 * OpenSSL (openssl.cnf, OPENSSL_CONF) may leave some of them out: a FIPS provider has no Ed25519
 * before OpenSSL 3.4, and a policy may forbid SHA-1, which one-time codes need (RFC 6238). False:
 * `why` is a sentence that names the first missing algorithm.
 */
bool algorithms_there(char *why, size_t size);
#endif
