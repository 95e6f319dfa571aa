#ifndef MOTET_CRYPTO_READABLE_CODE_H
#define MOTET_CRYPTO_READABLE_CODE_H
#include "base/str.h"
/*
 * Secrets that people copy by hand: 20 characters from a set of 32 that look different from each
 * other, in groups of five with dashes between them. A code holds 100 random bits, so storing its
 * hash by a fast function is safe enough.
 */
enum { READABLE_CODE_LENGTH = 23, READABLE_CODE_DIGITS = 20 };
/* Make a new code, in arena_secret() memory. Aborts the process if there are no random bytes. */
struct str readable_code_new(struct arena *);
/* Reduce a code that a person typed to its 20 characters, in lower case, without dashes and spaces.
 * False if the text cannot be a code. */
bool readable_code_normalize(struct arena *, struct str text, struct str *digits);
#endif
