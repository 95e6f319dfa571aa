#ifndef MOTET_CODEC_JSON_H
#define MOTET_CODEC_JSON_H
#include "base/cx.h"
struct json_object;
/*
 * JSON from outside (RFC 8259). json_scan() decides whether bytes are JSON at all, json-c only builds the tree of what has passed:
 * json-c alone takes duplicate keys, overlong UTF-8, NUL inside keys, NaN and more.
 */
enum { JSON_DEPTH = 16, JSON_MEMBERS = 4096 };
/*
 * One value, nothing after it but blanks; UTF-8 by Unicode's table 3-7; no \u0000, no lone surrogate; at most JSON_DEPTH deep,
 * JSON_MEMBERS members and elements in all; no key twice in one object, however it is spelled. ERR_BAD_JSON with the byte offset and the reason.
 */
must_check enum err json_scan(struct cx *, struct str text);
/* Scan, then parse; *out is owned by the arena. */
must_check enum err json_parse(struct cx *, struct str text, struct json_object **out);
/* Text that is UTF-8 without NUL; for what comes by other ways (paths, queries). */
bool utf8_ok(struct str);
/* Building answers: objects owned by the arena once handed to json_text(). */
struct json_object *json_str(struct str);
struct str json_text(struct cx *, struct json_object *);
#endif
