#ifndef MOTET_X509_DERW_H
#define MOTET_X509_DERW_H
#include "base/str.h"
/*
 * Writer for DER, whose calls are nested in one expression: an element is made from an identifier
 * octet and the parts of its contents, which are concatenated. Results are in the arena.
 *
 *	derw(mem, 0x30, derw_integer(mem, 5), derw(mem, 0x16, str_blob(STR("text"))))
 */
#define derw(mem, tag, ...) \
	derw_of((mem), (tag), (const struct blob[]){ __VA_ARGS__ }, \
	    sizeof((const struct blob[]){ __VA_ARGS__ }) / sizeof(struct blob))
struct blob derw_of(struct arena *, uint8_t tag, const struct blob *parts, size_t n);
struct blob derw_integer(struct arena *, uint64_t);
/* Write a UTCTime up to 2049 and a GeneralizedTime from 2050 on (RFC 5280 4.1.2.5); t is in seconds
 * since 1970. False for years outside 1970 to 9999. */
bool derw_time(struct arena *, int64_t t, struct blob *out);
#endif
