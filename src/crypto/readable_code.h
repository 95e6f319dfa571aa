#ifndef MOTET_CRYPTO_READABLE_CODE_H
#define MOTET_CRYPTO_READABLE_CODE_H
#include "base/str.h"
/*
 * Secrets that people copy by hand: 20 characters from a set of 32 that look different from each
 * other, in groups of five with dashes between them. They hold 100 random bits, so a fast hash is
 * enough to store one.
 */
enum { READABLE_CODE_LENGTH = 23, READABLE_CODE_DIGITS = 20 };
/* Make a new code, in arena_secret() memory. Aborts the process if there are no random bytes. */
struct str readable_code_new(struct arena *);
/* The 20 characters of a code as a person typed it: in lower case, without dashes and spaces. False
 * if it cannot be a code. */
bool readable_code_normalize(struct arena *, struct str text, struct str *digits);
#endif
