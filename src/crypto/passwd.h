#ifndef MOTET_CRYPTO_PASSWD_H
#define MOTET_CRYPTO_PASSWD_H
#include "base/cx.h"
/*
 * Passwords as PHC strings: Argon2id (m=19456,t=2,p=1) where the OpenSSL we run with has it (3.2
 * and later), else scrypt (ln=14,r=8,p=5). Both are understood on verification wherever the library
 * can; a stored Argon2id that it cannot is ERR_INTERNAL. A hash takes 16 to 19 MiB and over 100 ms:
 * the caller bounds how many run at once.
 */
enum { PASSWD_MIN = 8, PASSWD_MAX = 256 }; /* bytes */
/* The PHC string in the arena. ERR_INTERNAL when the library fails. */
must_check enum err passwd_hash(struct cx *, struct str password, struct str *phc);
/*
 * Is it the one? phc empty: the actor does not exist; hashes against a dummy of the current
 * parameters so that this takes as long, and says no. *rehash: right, but stored with older
 * parameters. A stored text that is no PHC string, or one whose parameters would cost many times
 * ours, is ERR_INTERNAL (never the text in the log).
 */
must_check enum err passwd_verify(
    struct cx *, struct str password, struct str phc, bool *right, bool *rehash);
#endif
