#ifndef MOTET_CRYPTO_OPAQUE_STRING_H
#define MOTET_CRYPTO_OPAQUE_STRING_H
#include "base/cx.h"
/*
 * Prepare a password as RFC 8265 4.2 (OpaqueString) says, so that the same password typed on two
 * keyboards is the same octets: spaces other than U+0020 become U+0020, then the text is normalised
 * to NFC. Upper case, and blanks at the ends, are kept. libunistring does the work; its version
 * decides which characters count as assigned.
 */
enum opaque_string {
	OPAQUE_STRING_GOOD,
	OPAQUE_STRING_EMPTY,
	OPAQUE_STRING_NOT_UTF8,
	OPAQUE_STRING_DISALLOWED /* a character outside of the FreeformClass (RFC 8264 4.3) */
};
/* *out is in the arena, in secret memory; it is set only if the result is OPAQUE_STRING_GOOD. */
enum opaque_string opaque_string_enforce(struct arena *, struct str text, struct str *out);
#endif
