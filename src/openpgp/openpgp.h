#ifndef MOTET_OPENPGP_OPENPGP_H
#define MOTET_OPENPGP_OPENPGP_H
#include "crypto/ed25519.h"
/*
 * OpenPGP public key blocks (RFC 9580, RFC 4880): reading a block as proof that the owner of a
 * federation ID has an Ed25519 key, and writing the server's own block so that gpg can import it.
 * openpgp_armour.h, openpgp_packet.h and openpgp_sig.h are parts of this.
 */
enum {
	OPENPGP_TEXT_MAX = 65536,  /* the most characters of a block */
	OPENPGP_PACKETS_MAX = 256, /* the most packets in a block */
	OPENPGP_HASH = 64,	   /* octets of the digest that we sign (SHA-512) */
	OPENPGP_USER_ID_MAX = 255, /* the most octets of a user ID that we write */
};
/*
 * Read the Ed25519 key from a block whose owner certifies `fid` with it. Accepted is:
 *   - armour, or base64 of armour or of packets; the checksum may be missing but must not be wrong;
 *   - exactly one public key and no secret key; version 4; algorithm 22 (EdDSA) on the curve
 *     Ed25519, or algorithm 27; ed25519_key_ok() accepts it;
 *   - a user ID packet equals `fid` octet by octet: "Alice <alice@example.org>" does not match
 *     alice@example.org. There may be other user IDs;
 *   - signatures by this key: version 4; SHA-256, SHA-384 or SHA-512; all of them verify; none
 *     revokes the key or the user ID; none has an unknown critical subpacket;
 *   - at `now`, neither the key has expired nor the newest of these signatures over the user ID;
 *   - signatures by other keys, and subkeys: only their structure is checked.
 *
 * Key and signatures may be dated up to 60 seconds after `now` (seconds since 1970).
 * ERR_BAD_REQUEST, field "public_key", names the broken rule.
 */
must_check enum err openpgp_read(
    struct cx *, struct str block, struct str fid, int64_t now, uint8_t key[ED25519_KEY]);

/*
 * The values of a block that we write: a key of version 4 and algorithm 22, one user ID, and its
 * certification (type 0x13, SHA-512) with the key flags "certify" and "sign". The same values
 * always give the same block.
 */
struct openpgp_spec {
	uint8_t key[ED25519_KEY];
	/* Seconds since 1970, 1 to 2^32 - 1. The time of creation is part of the fingerprint, so it
	 * must be the same each time the key is published. */
	int64_t created;
	struct str user_id; /* UTF-8, 1 to OPENPGP_USER_ID_MAX octets */
};
/*
 * The digest that the key signs with ed25519_sign(). The digest cannot be mistaken for anything
 * else that an identity key signs, because nothing else has 64 octets: a cache statement has 36 or
 * 46, certificates and federation tokens have more. ERR_INTERNAL for values out of range.
 */
must_check enum err openpgp_tbs_hash(
    struct cx *, const struct openpgp_spec *, uint8_t hash[OPENPGP_HASH]);
/* Write the block with the signature of the digest: armoured, with a final newline, in the arena.
 * ERR_INTERNAL when the signature does not verify. */
must_check enum err openpgp_write(
    struct cx *, const struct openpgp_spec *, const uint8_t sig[ED25519_SIG], struct str *block);
#endif
