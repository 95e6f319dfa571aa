#ifndef MOTET_JSON_JSON_H
#define MOTET_JSON_JSON_H
#include "base/cx.h"
#include "text/utf8.h"
struct json_object;
/*
 * JSON from outside (RFC 8259). json_scan() decides whether the bytes are JSON; json-c only builds
 * the tree of what has passed. Without json_scan(), json-c would accept duplicate keys, overlong
 * UTF-8, NUL inside keys, NaN and more.
 */
enum { JSON_DEPTH = 16, JSON_MEMBERS = 65536 };
/*
 * Check that the text is one JSON value, with only blanks around it. Further rules: the text is
 * UTF-8 by Unicode's table 3-7; no \u0000 and no lone surrogate; at most JSON_DEPTH levels, and
 * JSON_MEMBERS members and elements in all; no duplicate key in an object, even if it is escaped
 * differently. A number without fraction and exponent must be between INT64_MIN and UINT64_MAX,
 * because json-c would clamp a larger one; larger numbers must come as strings.
 *
 * ERR_BAD_JSON says where and why: `byte 17: duplicate key "a"`; bytes count from 0. Of the checked
 * text, the message quotes only keys, with their printable ASCII characters.
 */
must_check enum err json_scan(struct cx *, struct str text);
/* Check the text with json_scan(), then parse it. The arena owns *out. The text `null` gives a NULL
 * pointer, as always in json-c. ERR_BAD_JSON as json_scan(); ERR_TOO_LARGE above INT_MAX bytes. */
must_check enum err json_parse(struct cx *, struct str text, struct json_object **out);
/*
 * As json_parse(), for the body of a request, in which unknown members are ignored: numbers beyond
 * 64 bits and \u0000 in texts are allowed. Numbers beyond 64 bits become the nearest number of 64
 * bits. A shape (shape.h) refuses such numbers and \u0000 in the members that it knows.
 */
must_check enum err json_scan_body(struct cx *, struct str text);
must_check enum err json_parse_body(struct cx *, struct str text, struct json_object **out);
/* Read a number that was written with a fraction or an exponent and is whole, such as 192.0, up to
 * 2^53. */
bool json_whole_double(struct json_object *, int64_t *out);
/* Read a whole number, which may be written as 192.0. False for another type, and for a number
 * above INT64_MAX, which json-c would clamp. */
bool json_i64(struct json_object *, int64_t *out);
/* As json_i64(), but also accept decimal digits in a string: the two forms in which clients may
 * send an integer (protocol.md 2.3). */
bool json_number(struct json_object *, int64_t *out);
/* Read an array of bytes, [48,130,…], a form in which clients may send binary data (protocol.md
 * 2.7). False if the value is not such an array, or is empty. The bytes live in the arena. */
bool json_octets(struct arena *, struct json_object *, struct blob *out);
/* Return the text of a JSON string; it lives as long as the tree. The text is empty for another
 * type. */
struct str json_get_str(struct json_object *);
/* Make a new string, and a new array of bytes, [48,130,…]. The caller owns them until json_text()
 * or json_own(). json_from_str() aborts the process if memory runs out. */
struct json_object *json_from_str(struct str);
struct json_object *json_from_octets(struct blob);
/* Give an object to the arena: call it if an error may occur before json_text(). Returns the
 * object. */
struct json_object *json_own(struct cx *, struct json_object *);
/*
 * Write the canonical text (RFC 8785), with a NUL after it, in the arena, which from now on owns
 * the object, too. Whole numbers are written exactly, but many readers round those above 2^53: pass
 * them as strings. Infinity becomes null.
 */
struct str json_text(struct cx *, struct json_object *);
#endif
