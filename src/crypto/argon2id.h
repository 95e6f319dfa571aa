#ifndef MOTET_CRYPTO_ARGON2ID_H
#define MOTET_CRYPTO_ARGON2ID_H
#include "crypto/phc.h"
/*
 * Argon2id (RFC 9106, version 1.3): computed by libargon2, or by OpenSSL where configure found its
 * version 3.2 or later. Only passwd.c uses this.
 *
 * With libargon2, the memory of a hash (19 MiB) is mapped at the first hash and kept: mapping it
 * each time would take a third of the time of a hash. This memory is overwritten after each hash,
 * and the system may take it back when memory is scarce (MADV_FREE). Only one thread may call
 * argon2id_derive() at a time.
 */
/* Fill out with p->nhash octets from the password, and the parameters and the salt of p. False: the
 * library failed, for lack of memory. */
bool argon2id_derive(struct str password, const struct phc *p, uint8_t *out);
#endif
