#ifndef MOTET_TEXT_FORM_H
#define MOTET_TEXT_FORM_H
#include "base/cx.h"
/* Percent-encoding (RFC 3986 2.1), and query strings made of it: `name=value&name=value`. */
/* Decode once, into the arena; with `plus` a + is a space, as in queries. False for a % that two
 * hex digits do not follow. */
bool form_decode(struct arena *, struct str, bool plus, struct str *out);
/*
 * Take the next member off *rest, decoded; *there is false when none is left. Empty members
 * (`a=1&&b=2`) are passed over, a member without = has an empty value. ERR_BAD_REQUEST for a bad
 * escape, for NUL and for what is not UTF-8.
 */
must_check enum err form_next(
    struct cx *, struct str *rest, struct str *name, struct str *value, bool *there);
#endif
