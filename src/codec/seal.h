#ifndef MOTET_CODEC_SEAL_H
#define MOTET_CODEC_SEAL_H
#include "base/cx.h"
/*
 * AES-256-GCM around the identity key in the database. Layout: version 1 (1 octet) | nonce (12) | ciphertext | tag (16). `aad` binds it
 * to its row.
 * With random nonces one secret may seal 2^32 times (NIST SP 800-38D 8.3); identity keys change a few times a year.
 */
/* plain and aad: below 2 GiB each. ERR_INTERNAL when the library fails. */
enum { SEAL_SECRET = 32, SEAL_OVERHEAD = 29 };
must_check enum err seal(struct cx *, const uint8_t secret[SEAL_SECRET], struct blob aad, struct blob plain, struct blob *out);
/* ERR_INTERNAL when the secret is not the one, or the octets were changed. *out is cleansed with the arena. */
must_check enum err unseal(struct cx *, const uint8_t secret[SEAL_SECRET], struct blob aad, struct blob sealed, struct blob *out);
#endif
