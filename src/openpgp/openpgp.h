#ifndef MOTET_OPENPGP_OPENPGP_H
#define MOTET_OPENPGP_OPENPGP_H
#include "crypto/ed25519.h"
/*
 * OpenPGP public key blocks (RFC 9580, RFC 4880): as much of them as proves that a federation ID's
 * owner has an Ed25519 key, and as much as lets gpg import ours. openpgp_armour.h, openpgp_packet.h
 * and openpgp_sig.h are the parts it is made of.
 */
enum {
	OPENPGP_TEXT_MAX = 65536,
	OPENPGP_PACKETS_MAX = 256,
	OPENPGP_HASH = 64,
	OPENPGP_USER_ID_MAX = 255
};
/*
 * The Ed25519 key in the block, when its owner vouches for `fid` with it:
 *
 *   - armour, or base64 of it or of the packets in it; a checksum may be missing, not wrong; one
 * public key in it, no secret one
 *   - a version 4 key of algorithm 22 (EdDSA) on the curve Ed25519 or of algorithm 27, that
 * ed25519_key_ok() takes
 *   - a user ID packet that is `fid` octet by octet: "Alice <alice@example.org>" is not
 * alice@example.org. Others may stand beside it
 *   - of the signatures by this key: version 4, SHA-256, SHA-384 or SHA-512, every one right; the
 * newest over the user ID neither expired nor ending the key's life before `now`; nothing revoked,
 * neither key nor user ID; no critical subpacket that we do not know
 *   - signatures by others and everything about subkeys have a right structure; beyond that nobody
 * looks at them
 *
 * Key and signatures may be a minute ahead of `now` (seconds since 1970). ERR_BAD_REQUEST, field
 * "public_key", names the broken rule.
 */
must_check enum err openpgp_read(
    struct cx *, struct str block, struct str fid, int64_t now, uint8_t key[ED25519_KEY]);

/*
 * A key of ours as others import it: version 4, algorithm 22, one user ID, one certification of it
 * (type 0x13, SHA-512) that says "may certify and sign". The same values always make the same
 * block. `created`, seconds since 1970 and below 2^32, is part of the fingerprint: it must be the
 * same each time a key is shown.
 */
struct openpgp_spec {
	uint8_t key[ED25519_KEY];
	int64_t created;
	struct str user_id; /* UTF-8, 1 to OPENPGP_USER_ID_MAX octets */
};
/*
 * The digest that the key signs with ed25519_sign(). 64 octets, which is the length of nothing else
 * that an identity key signs: a cache statement has 36 or 46, certificates and federation tokens
 * have more. ERR_INTERNAL for values out of range.
 */
must_check enum err openpgp_tbs_hash(
    struct cx *, const struct openpgp_spec *, uint8_t hash[OPENPGP_HASH]);
/* The block around that signature, armoured, with a final newline. ERR_INTERNAL when the signature
 * is not right. */
must_check enum err openpgp_write(
    struct cx *, const struct openpgp_spec *, const uint8_t sig[ED25519_SIG], struct str *block);
#endif
