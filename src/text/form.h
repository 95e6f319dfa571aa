#ifndef MOTET_TEXT_FORM_H
#define MOTET_TEXT_FORM_H
#include "base/cx.h"
/* Percent-encoding (RFC 3986 2.1), and query strings: `name=value&name=value`. */
/*
 * Percent-decode a text once. The result is in the arena, or is the input if there is nothing to
 * decode. With `plus`, + is a space, as in queries. False for a % without two hex digits after
 * it.
 */
bool form_decode(struct arena *, struct str, bool plus, struct str *out);
/*
 * Append the text percent-encoded, with upper-case hex digits. Unreserved characters (RFC 3986 2.3:
 * letters, digits, - . _ ~) and those in `also` are not encoded.
 */
void form_encode(struct buf *, struct str, const char *also);
/*
 * Take the next member from *rest and decode it; *there is false if no member is left. Empty
 * members (`a=1&&b=2`) are skipped; a member without = has an empty value. ERR_BAD_REQUEST for a
 * bad escape, for NUL and for invalid UTF-8.
 */
must_check enum err form_next(
    struct cx *, struct str *rest, struct str *name, struct str *value, bool *there);
#endif
