#ifndef MOTET_CRYPTO_OPAQUE_STRING_H
#define MOTET_CRYPTO_OPAQUE_STRING_H
#include "base/cx.h"
/*
 * Prepare a password as RFC 8265 4.2 (OpaqueString) says, so that the same password typed on two
 * keyboards is the same octets: spaces other than U+0020 become U+0020, then NFC. Upper case, and
 * blanks at the ends, stay. By libunistring; what Unicode has assigned depends on its version.
 */
enum opaque_string {
	OPAQUE_STRING_GOOD,
	OPAQUE_STRING_EMPTY,
	OPAQUE_STRING_NOT_UTF8,
	OPAQUE_STRING_DISALLOWED /* a character outside of the FreeformClass (RFC 8264 4.3) */
};
/* *out is in the arena, in secret memory; only set when it is good. */
enum opaque_string opaque_string_enforce(struct arena *, struct str text, struct str *out);
#endif
