#ifndef MOTET_CRYPTO_READABLE_CODE_H
#define MOTET_CRYPTO_READABLE_CODE_H
#include "base/str.h"
/*
 * Secrets that people copy by hand: 20 of 32 characters that nobody mistakes for one another, in
 * groups of five; 100 random bits, so that a fast hash is enough to store one.
 */
enum { READABLE_CODE_LENGTH = 23, READABLE_CODE_DIGITS = 20 };
/* A new one in the arena, cleansed with it. Ends the process when the system has no random bytes.
 */
struct str readable_code_new(struct arena *);
/* What somebody typed, with the dashes, blanks and capitals of their own taken off: 20 characters;
 * false when it cannot be one. */
bool readable_code_normalize(struct arena *, struct str text, struct str *digits);
#endif
