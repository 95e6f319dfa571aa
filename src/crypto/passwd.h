#ifndef MOTET_CRYPTO_PASSWD_H
#define MOTET_CRYPTO_PASSWD_H
#include "base/cx.h"
/*
 * Password hashes as PHC strings. New hashes are by Argon2id (m=19456,t=2,p=1; crypto/argon2id.h);
 * hashes by scrypt, as earlier versions made them, are verified too. An Argon2id hash takes 19 MiB
 * and 25 ms, a scrypt hash 16 MiB and up to 250 ms: the caller limits how many are computed at
 * once.
 */
enum { PASSWD_MIN = 8, PASSWD_MAX = 256 }; /* bytes */
/* Hash a password; the PHC string is in cx->mem. ERR_UNAVAILABLE: no memory, or no random bytes. */
must_check enum err passwd_hash(struct cx *, struct str password, struct str *phc);
/*
 * Is this the password whose hash the stored `phc` holds? An empty phc means that the actor does
 * not exist: the password is hashed with the current parameters, so that this takes the same time,
 * and *right is false. *rehash: the password is right, but its stored hash has older parameters. A
 * stored text that is not a PHC string, or whose parameters cost many times the current ones, is
 * ERR_INTERNAL; the stored text is never logged. ERR_UNAVAILABLE: no memory.
 */
must_check enum err passwd_verify(
    struct cx *, struct str password, struct str phc, bool *right, bool *rehash);
#endif
