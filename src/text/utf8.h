#ifndef MOTET_TEXT_UTF8_H
#define MOTET_TEXT_UTF8_H
#include "base/str.h"
/* UTF-8 as Unicode's table 3-7 has it: no overlong form, no surrogate, nothing above U+10FFFF. */
/* The length of the sequence that begins at s, 1 to 4; 0 when none of those n bytes' beginnings is
 * one. */
size_t utf8_len(const char *s, size_t n);
/* Text that is UTF-8 without NUL; for what comes by other ways than JSON (paths, queries). */
bool utf8_ok(struct str);
#endif
