#ifndef MOTET_CRYPTO_ED25519_H
#define MOTET_CRYPTO_ED25519_H
#include "base/cx.h"
/* Ed25519 (RFC 8032). A public key is its 32-byte encoding; a private key is its 32-byte seed. */
enum { ED25519_KEY = 32, ED25519_SIG = 64, ED25519_SEED = 32 };
/*
 * Is the key canonical (y < p, RFC 8032 5.1.3) and not a small-order point? If the key is a
 * small-order point, one signature verifies for every text. OpenSSL checks neither of these
 * (security.md 2.2). Bytes that are not a point of the curve may pass; no signature verifies with
 * them.
 */
bool ed25519_key_ok(const uint8_t key[ED25519_KEY]);
/* Verify strictly: key and R must pass ed25519_key_ok(), and S < L. */
bool ed25519_verify(
    const uint8_t key[ED25519_KEY], struct blob text, const uint8_t sig[ED25519_SIG]);
/* Sign; deterministic: the same seed and text give the same signature. ERR_INTERNAL if OpenSSL
 * fails, here and in the functions below. */
must_check enum err ed25519_sign(
    struct cx *, const uint8_t seed[ED25519_SEED], struct blob text, uint8_t sig[ED25519_SIG]);
/*
 * A private key that is ready to sign: its public key is derived once. Signing with such a key
 * takes a third of the time of ed25519_sign(). OpenSSL owns the memory of the key, and overwrites
 * the memory before it frees it. If the process has called CRYPTO_secure_malloc_init(), the memory
 * is in OpenSSL's secure heap, which is locked.
 */
struct ed25519_private;
/* Make the private key of a seed, and also its public key. The caller frees *out with
 * ed25519_private_free(). */
must_check enum err ed25519_private_new(struct cx *, const uint8_t seed[ED25519_SEED],
    uint8_t key[ED25519_KEY], struct ed25519_private **out);
/* Sign as ed25519_sign() does. */
must_check enum err ed25519_private_sign(
    struct cx *, struct ed25519_private *, struct blob text, uint8_t sig[ED25519_SIG]);
/* Free the key; NULL is allowed. */
void ed25519_private_free(struct ed25519_private *);
/* Make a random key pair. The caller keeps the seed in arena_secret(). */
must_check enum err ed25519_new(struct cx *, uint8_t seed[ED25519_SEED], uint8_t key[ED25519_KEY]);
/* Derive the public key of a seed. */
must_check enum err ed25519_public(
    struct cx *, const uint8_t seed[ED25519_SEED], uint8_t key[ED25519_KEY]);
/* Write a public key as a DER SubjectPublicKeyInfo (RFC 8410), 44 octets, in the arena. */
struct blob ed25519_spki(struct arena *, const uint8_t key[ED25519_KEY]);
#endif
