#ifndef MOTET_OPENPGP_OPENPGP_SIG_H
#define MOTET_OPENPGP_OPENPGP_SIG_H
#include "openpgp/openpgp_packet.h"
/* Signatures over keys and user IDs (RFC 9580 5.2). Functions return NULL, or a sentence without
 * capital and full stop that names the broken rule. Results point into the input. */
enum openpgp_sig_type {
	OPENPGP_SIG_GENERIC = 0x10, /* certifications of a user ID: 0x10 to 0x13 */
	OPENPGP_SIG_POSITIVE = 0x13,
	OPENPGP_SIG_DIRECT_KEY = 0x1f,
	OPENPGP_SIG_KEY_REVOCATION = 0x20,
	OPENPGP_SIG_CERTIFICATION_REVOCATION = 0x30,
};
/* The types of subpackets that we read or write (RFC 9580 5.2.3.7). */
enum openpgp_subpacket {
	OPENPGP_SUB_CREATED = 2,
	OPENPGP_SUB_SIG_LIFETIME = 3,
	OPENPGP_SUB_KEY_LIFETIME = 9,
	OPENPGP_SUB_ISSUER_KEY_ID = 16,
	OPENPGP_SUB_KEY_FLAGS = 27,
	OPENPGP_SUB_ISSUER_FINGERPRINT = 33,
};
struct openpgp_sig {
	unsigned version; /* version of the packet; the other members are set only if it is 4 */
	unsigned type, algorithm, hash;
	struct blob signed_part;   /* octets from the version to the end of the hashed subpackets */
	struct blob raw_signature; /* the signature itself, encoded as its algorithm requires */
	const uint8_t *hash_start; /* the first two octets of the hash */
	/* These members come from the subpackets. Their units: seconds since 1970; seconds after
	 * the creation of the signature; seconds after that of the key. 0: absent. */
	int64_t created, lifetime, key_lifetime;
	bool names_key, names_other_key; /* an issuer subpacket names the key; an issuer subpacket
					    names another key */
	unsigned unknown_critical;	 /* the type of an unknown critical subpacket, or 0 */
};
/* Read a signature packet; `key` is compared with the issuers. */
must_check const char *openpgp_sig_read(
    struct blob body, const struct openpgp_packet_key *key, struct openpgp_sig *);
/* Is the signature by the key? The answer is also true when no subpacket names an issuer. */
bool openpgp_sig_is_own(const struct openpgp_sig *);
/* Verify a signature that the key has made: over the key (user_id.s NULL), or over key and user
 * ID. */
must_check const char *openpgp_sig_verify(
    const struct openpgp_sig *, const struct openpgp_packet_key *, struct str user_id);

enum { OPENPGP_SIG_SHA512 = 10, OPENPGP_SIG_HASH_MAX = 64 };
/* The digest over key, user ID (unless user_id.s is NULL) and signed part by algorithm 8, 9 or 10
 * (SHA-256, SHA-384, SHA-512). Returns the length of the digest; 0 for another algorithm. */
must_check size_t openpgp_sig_hash(unsigned algorithm, struct blob key, struct str user_id,
    struct blob signed_part, uint8_t out[OPENPGP_SIG_HASH_MAX]);
#endif
