#ifndef MOTET_CRYPTO_PASSWD_H
#define MOTET_CRYPTO_PASSWD_H
#include "base/cx.h"
/*
 * Password hashes as PHC strings: Argon2id (m=19456,t=2,p=1) if the OpenSSL at run time has it (3.2
 * and later), else scrypt (ln=14,r=8,p=5). Verification takes both; a stored Argon2id hash that
 * OpenSSL cannot compute is ERR_INTERNAL. A hash takes 16 to 19 MiB and more than 100 ms: the
 * caller limits how many run at once.
 */
enum { PASSWD_MIN = 8, PASSWD_MAX = 256 }; /* bytes */
/* Hash a password; the PHC string is in cx->mem. ERR_INTERNAL if OpenSSL fails. */
must_check enum err passwd_hash(struct cx *, struct str password, struct str *phc);
/*
 * Is it the password of the stored `phc`? phc empty means that the actor does not exist: the
 * password is hashed with the current parameters, so that this takes the same time, and *right is
 * false. *rehash: the password is right, but stored with older parameters. A stored text that is
 * not a PHC string, or whose parameters cost many times ours, is ERR_INTERNAL; it is never logged.
 */
must_check enum err passwd_verify(
    struct cx *, struct str password, struct str phc, bool *right, bool *rehash);
#endif
