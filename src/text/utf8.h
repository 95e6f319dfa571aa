#ifndef MOTET_TEXT_UTF8_H
#define MOTET_TEXT_UTF8_H
#include "base/str.h"
/* UTF-8 by Unicode's table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF. */
/* Return the length of the UTF-8 sequence that begins the n bytes at s, 1 to 4; 0 if they do not
 * begin with one. */
size_t utf8_len(const char *s, size_t n);
/* Is the text UTF-8 without NUL? This is for text outside of JSON (paths, queries); json_scan()
 * checks JSON. */
bool utf8_ok(struct str);
#endif
