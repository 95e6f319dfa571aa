#ifndef MOTET_OPENPGP_OPENPGP_SIG_H
#define MOTET_OPENPGP_OPENPGP_SIG_H
#include "openpgp/openpgp_packet.h"
/* Signatures over keys and user IDs (RFC 9580 5.2). Functions return NULL, or a sentence that names
 * the broken rule. */
enum openpgp_sig_type {
	OPENPGP_SIG_GENERIC = 0x10, /* certifications of a user ID: 10 to 13 */
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
	unsigned version; /* of any but 4 nothing else is read */
	unsigned type, algorithm, hash;
	struct blob signed_part;   /* from the version to the end of the hashed subpackets */
	struct blob raw_signature; /* what the algorithm made */
	const uint8_t *hash_start; /* the first two octets of the hash */
	/* From the subpackets; seconds. 0: not there. */
	int64_t created, lifetime, key_lifetime;
	bool names_key, names_other_key; /* an issuer is named that is the key, that is another */
	unsigned unknown_critical; /* a critical subpacket that nobody here knows: its type; or 0 */
};
/* `key` tells issuers apart. */
must_check const char *openpgp_sig_read(
    struct blob body, const struct openpgp_packet_key *key, struct openpgp_sig *);
/* By the key? It is, too, when no issuer is named. */
bool openpgp_sig_is_own(const struct openpgp_sig *);
/* An own one: is it right, over the key (user_id.s NULL) or over key and user ID? */
must_check const char *openpgp_sig_verify(
    const struct openpgp_sig *, const struct openpgp_packet_key *, struct str user_id);

enum { OPENPGP_SIG_SHA512 = 10, OPENPGP_SIG_HASH_MAX = 64 };
/* The digest of an algorithm (8, 9, 10) over key, user ID and the signed part; its length, or 0
 * when we do not take the algorithm. */
must_check size_t openpgp_sig_hash(unsigned algorithm, struct blob key, struct str user_id,
    struct blob signed_part, uint8_t out[OPENPGP_SIG_HASH_MAX]);
#endif
