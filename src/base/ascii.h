#ifndef MOTET_BASE_ASCII_H
#define MOTET_BASE_ASCII_H
#include "base/str.h"
/* Classes of ASCII characters, the same in every locale. NUL is in none of these classes. */
static inline bool ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}
static inline bool ascii_is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}
static inline bool ascii_is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}
static inline bool ascii_is_alpha(char c)
{
	return ascii_is_lower(c) || ascii_is_upper(c);
}
static inline bool ascii_is_alnum(char c)
{
	return ascii_is_alpha(c) || ascii_is_digit(c);
}
static inline bool ascii_is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}
static inline char ascii_lower(char c)
{
	return ascii_is_upper(c) ? (char)(c - 'A' + 'a') : c;
}
/* Return the value of a hex digit, upper or lower case; -1: not a hex digit. */
static inline int ascii_hex_value(char c)
{
	if (ascii_is_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
/* Is every character in the class? True for an empty text. */
static inline bool ascii_all(struct str s, bool (*is)(char))
{
	size_t i = 0;

	while (i < s.n && is(s.s[i]))
		i++;
	return i == s.n;
}
#endif
