#ifndef MOTET_SIGNER_SEAL_H
#define MOTET_SIGNER_SEAL_H
#include "base/cx.h"
/*
 * Authenticated encryption (AES-256-GCM) for what a dump of the database must not reveal: identity
 * keys and the secrets of second factors.
 *
 * Layout: version 1 (1 octet) | nonce (12) | ciphertext | tag (16). `aad` (additional authenticated
 * data) binds the ciphertext to its row: the ciphertext opens only with the same aad.
 *
 * Nonces are random, so one secret may seal at most 2^32 values (NIST SP 800-38D 8.3). That is
 * enough for identity keys, which change a few times a year. Values that users can create in any
 * number are sealed under a secret of their own, made by seal_derive().
 */
enum {
	SEAL_SECRET = 32,   /* octets of a secret that seals */
	SEAL_OVERHEAD = 29, /* octets that sealing adds */
};
/* Derive the secret for one use from the host's secret, by HMAC-SHA-256. `use` must be a text that
 * no other use has. */
void seal_derive(const uint8_t secret[SEAL_SECRET], const char *use, uint8_t out[SEAL_SECRET]);
/* plain and aad: less than 2 GiB each. *out is in the arena. ERR_INTERNAL when OpenSSL fails. */
must_check enum err seal(struct cx *, const uint8_t secret[SEAL_SECRET], struct blob aad,
    struct blob plain, struct blob *out);
/*
 * Open what seal() returned. ERR_INTERNAL when the secret or aad differs from that of seal(), or
 * the octets were changed. *out is in the arena and is overwritten with zeros when the arena is
 * reset.
 */
must_check enum err unseal(struct cx *, const uint8_t secret[SEAL_SECRET], struct blob aad,
    struct blob sealed, struct blob *out);
#endif
