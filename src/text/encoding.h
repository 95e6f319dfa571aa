#ifndef MOTET_TEXT_ENCODING_H
#define MOTET_TEXT_ENCODING_H
#include "base/cx.h"
/*
 * Bytes written as text, and read back: base64 (RFC 4648 4), base32 (RFC 4648 6), base62,
 * lower-case hex, PEM (RFC 7468). Results live in the arena. Decoders are strict, so that a value
 * has one encoding only: they require padding and zero unused bits, and refuse characters outside
 * of the alphabet. base64 may have blanks (space, tab, CR, LF) between its digits.
 */
struct str base64_encode(struct arena *, struct blob);
bool base64_decode(struct arena *, struct str, struct blob *);
/* Encode base32 in upper case, without padding: the form that authenticator apps accept. */
struct str base32_encode(struct arena *, struct blob);
/*
 * Write a big-endian number of n bytes as `digits` digits of 0-9, A-Z, a-z, the highest first.
 * `number` is overwritten: with zeros if the digits suffice (43 digits for 32 bytes, 6 digits for 4
 * bytes).
 */
void base62_encode(uint8_t *number, size_t n, char *out, size_t digits);
struct str hex_encode(struct arena *, struct blob);
bool hex_decode(struct arena *, struct str, struct blob *); /* either case */
/* Write one block with lines of 64 columns; every line ends with LF. */
struct str pem_encode(struct arena *, const char *label, struct blob der);
/*
 * Decode exactly one block with this label; any text may surround it (RFC 7468 2). Lines end with
 * LF or CRLF, have any length, and may have blanks at their end. ERR_BAD_REQUEST says what is wrong
 * and blames the member `field` (NULL: the body). With the label "CERTIFICATE REQUEST", "NEW
 * CERTIFICATE REQUEST" is accepted too (RFC 7468 7).
 */
must_check enum err pem_decode(
    struct cx *, const char *field, const char *label, struct str text, struct blob *der);
/*
 * Decode any form that a client may choose (protocol.md 2.7): PEM, base64 of DER, base64 of PEM,
 * base64url of either, or raw DER, each with or without a byte order mark before it. Raw DER begins
 * with the byte 0x30; base64 of DER or PEM never does. If the text came in JSON, the caller must
 * have taken it out. The DER is not parsed. Errors are those of pem_decode().
 */
must_check enum err armour_decode(
    struct cx *, const char *field, const char *label, struct str text, struct blob *der);
#endif
