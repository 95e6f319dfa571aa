#ifndef MOTET_OPENPGP_OPENPGP_ARMOUR_H
#define MOTET_OPENPGP_OPENPGP_ARMOUR_H
#include "base/cx.h"
/*
 * ASCII armour of a public key block (RFC 9580 6). Results are in the arena.
 *
 * Decoding accepts one block with only blanks around it, the base64 of such a block, or the base64
 * of the packets. Lines end with LF or CRLF and may have trailing blanks. Header lines are skipped;
 * if there are none, the empty line after them may be missing, as in the examples of the protocol.
 * The checksum may be missing (RFC 9580 6.1) but must not be wrong. Returns NULL, or a text that
 * names the broken rule.
 */
must_check const char *openpgp_armour_decode(struct arena *, struct str text, struct blob *packets);
struct str openpgp_armour_encode(struct arena *, struct blob packets);
#endif
