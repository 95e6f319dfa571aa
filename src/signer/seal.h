#ifndef MOTET_SIGNER_SEAL_H
#define MOTET_SIGNER_SEAL_H
#include "base/cx.h"
/*
 * AES-256-GCM around what the database must not give away: the identity keys, the secrets of second
 * factors. Layout: version 1 (1 octet) | nonce (12) | ciphertext | tag (16). `aad` binds it to its
 * row. With random nonces one secret may seal 2^32 times (NIST SP 800-38D 8.3). Identity keys
 * change a few times a year; whatever anybody can have sealed has a secret of its own, from
 * seal_derive().
 */
enum { SEAL_SECRET = 32, SEAL_OVERHEAD = 29 };
/* The secret for one use, made of the secret of the host by HMAC-SHA-256; `use` is a text that no
 * other use has. */
void seal_derive(const uint8_t secret[SEAL_SECRET], const char *use, uint8_t out[SEAL_SECRET]);
/* plain and aad: below 2 GiB each. ERR_INTERNAL when the library fails. */
must_check enum err seal(struct cx *, const uint8_t secret[SEAL_SECRET], struct blob aad,
    struct blob plain, struct blob *out);
/* ERR_INTERNAL when the secret is not the one, or the octets were changed. *out is cleansed with
 * the arena. */
must_check enum err unseal(struct cx *, const uint8_t secret[SEAL_SECRET], struct blob aad,
    struct blob sealed, struct blob *out);
#endif
