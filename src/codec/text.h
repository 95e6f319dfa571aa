#ifndef MOTET_CODEC_TEXT_H
#define MOTET_CODEC_TEXT_H
#include "base/cx.h"
/* Octets as text: base64 (RFC 4648 4, strict: canonical padding; line breaks allowed on input), lowercase hex, PEM (RFC 7468 strict). Results live in the arena. */
struct str base64_encode(struct arena *, struct blob);
bool base64_decode(struct arena *, struct str, struct blob *);
struct str hex_encode(struct arena *, struct blob);
bool hex_decode(struct arena *, struct str, struct blob *);	/* either case */
/* One block, 64 columns, LF, one final newline. */
struct str pem_encode(struct arena *, const char *label, struct blob der);
/*
 * Exactly one block of that label, nothing but blanks around it; lines of 64 columns or fewer, LF or CRLF. The error names what is
 * wrong. `label` "CERTIFICATE REQUEST" takes "NEW CERTIFICATE REQUEST" too.
 */
must_check enum err pem_decode(struct cx *, const char *label, struct str text, struct blob *der);
/*
 * Whatever form a client chose (ROUTES.md 1.7): PEM, base64 of DER, base64 of PEM, raw DER. Not JSON: the caller has taken that off.
 */
must_check enum err armour_decode(struct cx *, const char *label, struct str text, struct blob *der);
#endif
