#ifndef MOTET_CRYPTO_ED25519_H
#define MOTET_CRYPTO_ED25519_H
#include "base/cx.h"
/* Ed25519 (RFC 8032). Keys are the 32 octets of the encoding; a private key is the seed. */
enum { ED25519_KEY = 32, ED25519_SIG = 64, ED25519_SEED = 32 };
/*
 * Canonical (y < p, RFC 8032 5.1.3) and none of the small-order points, with which one signature
 * fits every text: OpenSSL takes both (security.md 2.2). Octets that are no point at all may
 * pass: no signature ever verifies with them.
 */
bool ed25519_key_ok(const uint8_t key[ED25519_KEY]);
/* Strict: key and R as above, S < L. */
bool ed25519_verify(
    const uint8_t key[ED25519_KEY], struct blob text, const uint8_t sig[ED25519_SIG]);
/* Deterministic: the same seed and text give the same signature. ERR_INTERNAL when the library
 * fails, here and below. */
must_check enum err ed25519_sign(
    struct cx *, const uint8_t seed[ED25519_SEED], struct blob text, uint8_t sig[ED25519_SIG]);
/* A key pair from the system's random bits. The caller guards the seed: arena_secret(). */
must_check enum err ed25519_new(struct cx *, uint8_t seed[ED25519_SEED], uint8_t key[ED25519_KEY]);
/* The public key of a seed. */
must_check enum err ed25519_public(
    struct cx *, const uint8_t seed[ED25519_SEED], uint8_t key[ED25519_KEY]);
/* DER SubjectPublicKeyInfo (RFC 8410), 44 octets, in the arena. */
struct blob ed25519_spki(struct arena *, const uint8_t key[ED25519_KEY]);
#endif
