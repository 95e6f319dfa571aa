#ifndef MOTET_TEXT_ENCODING_H
#define MOTET_TEXT_ENCODING_H
#include "base/cx.h"
/*
 * Octets as text: base64 (RFC 4648 4), base32 (6), lowercase hex, PEM (RFC 7468). Results live in
 * the arena. Decoders are strict, so that one text stands for one value: padding complete, unused
 * bits zero, no character outside of the alphabet but blanks (space, tab, CR, LF) between base64
 * digits.
 */
struct str base64_encode(struct arena *, struct blob);
bool base64_decode(struct arena *, struct str, struct blob *);
struct str base32_encode(
    struct arena *, struct blob); /* capitals, no padding: what authenticator apps take */
struct str hex_encode(struct arena *, struct blob);
bool hex_decode(struct arena *, struct str, struct blob *); /* either case */
/* One block, 64 columns, LF, one final newline. */
struct str pem_encode(struct arena *, const char *label, struct blob der);
/*
 * Exactly one block of that label, nothing but blanks around it. Lines end with LF or CRLF and have
 * 64 columns or fewer, all of them as many but the last; or the whole is on one line.
 * ERR_BAD_REQUEST, blaming the member `field` (NULL: the body), says what is wrong. `label`
 * "CERTIFICATE REQUEST" takes "NEW CERTIFICATE REQUEST" too (RFC 7468 7).
 */
must_check enum err pem_decode(
    struct cx *, const char *field, const char *label, struct str text, struct blob *der);
/*
 * Whatever form a client chose (protocol.md 2.7): PEM, base64 of DER, base64 of PEM, raw DER (which
 * begins with 30, as no base64 of the others does). Not JSON: the caller has taken that off. The
 * DER is not looked into.
 */
must_check enum err armour_decode(
    struct cx *, const char *field, const char *label, struct str text, struct blob *der);
#endif
