#ifndef MOTET_JSON_JSON_H
#define MOTET_JSON_JSON_H
#include "base/cx.h"
#include "text/utf8.h"
struct json_object;
/*
 * JSON from outside (RFC 8259). json_scan() decides whether bytes are JSON at all, json-c only
 * builds the tree of what has passed: json-c alone takes duplicate keys, overlong UTF-8, NUL inside
 * keys, NaN and more.
 */
enum { JSON_DEPTH = 16, JSON_MEMBERS = 65536 };
/*
 * One value, nothing after it but blanks; UTF-8 by Unicode's table 3-7; no \u0000, no lone
 * surrogate; at most JSON_DEPTH deep, JSON_MEMBERS members and elements in all; no key twice in one
 * object, however it is spelled. A number without fraction and exponent lies between INT64_MIN and
 * UINT64_MAX, for json-c would bend a larger one to fit: those come as strings. ERR_BAD_JSON says
 * where and why: `byte 17: the key "a" is there twice`; bytes count from 0. Nothing of the text is
 * echoed but printable ASCII of keys.
 */
must_check enum err json_scan(struct cx *, struct str text);
/* Scan, then parse; *out is owned by the arena. The text `null` is a NULL pointer, as everywhere in
 * json-c. */
must_check enum err json_parse(struct cx *, struct str text, struct json_object **out);
/* A whole number of the tree as int64_t; false for any other type and for what lies above
 * INT64_MAX, which json-c would clamp. */
bool json_i64(struct json_object *, int64_t *out);
/* The same, or its decimal digits in a string: how integers may arrive everywhere
 * (protocol.md 2.3).
 */
bool json_number(struct json_object *, int64_t *out);
/* An array of octets, [48,130,…], as binary may arrive everywhere (protocol.md 2.7); false when it
 * is none. Lives in the arena. */
bool json_octets(struct arena *, struct json_object *, struct blob *out);
/* The text of a string of the tree, which lives as long as the tree; empty for any other type. */
struct str json_get_str(struct json_object *);
/* Building answers: objects owned by the arena once handed to json_text(). */
struct json_object *json_str(struct str);
struct json_object *json_from_octets(struct blob); /* [48,130,…] */
/* Compact text with a NUL behind it; it lives in the object, which the arena now owns. */
/* Hand an object to the arena, for one that may not get as far as json_text(). */
struct json_object *json_own(struct cx *, struct json_object *);
struct str json_text(struct cx *, struct json_object *);
#endif
