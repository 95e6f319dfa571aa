#ifndef MOTET_OPENPGP_OPENPGP_ARMOUR_H
#define MOTET_OPENPGP_OPENPGP_ARMOUR_H
#include "base/cx.h"
/*
 * ASCII armour of a public key block (RFC 9580 6). NULL, or a sentence that names the broken rule.
 *
 * Decoding takes one block with nothing but blanks around it, or the base64 of such a block, or the
 * base64 of the packets. Lines end with LF or CRLF and may have blanks at their end. Header lines
 * are passed over; where there are none, the empty line after them may be missing, as in the
 * examples of the protocol. The checksum may be missing (RFC 9580 6.1), but not wrong.
 */
must_check const char *openpgp_armour_decode(struct arena *, struct str text, struct blob *packets);
struct str openpgp_armour_encode(struct arena *, struct blob packets);
#endif
