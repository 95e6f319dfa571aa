#ifndef MOTET_MLS_MLS_JSON_H
#define MOTET_MLS_MLS_JSON_H
#include "mls/mls_keypackage.h"
struct json_object;
/*
 * A KeyPackage in any JSON that clients send one in. Octets are a base64 string or an array of
 * numbers 0 to 255, here and wherever a member below holds some:
 *   1. the octets of the KeyPackage, bare or as MLSMessage;
 *   2. an object with them in `key_package` (or `keyPackage`, or `tls`), and beside them, if it
 * likes, the members of the object of mls alpha.4: id, publicKey, signature, capabilities,
 * lastResort;
 *   3. the exploded object of old core.md 6.1, from which the octets are put together again
 * exactly: protocol_version  1, "1", "1.0", "mls10", or the two octets cipher_suite      1, "1",
 * "0x0001", the registered name, or the two octets init_key, signature   octets, with or without
 * the length of the vector in front leaf_node         octets of the whole LeafNode, its signature
 * included extensions        octets of the list, with or without the length in front; absent, "",
 * [] and null: none The old text has no `signature`; without it a KeyPackage is none, so it is
 * required. The claims of form 2 may be here, too;
 *   4. form 3 in `key_package` of form 2.
 *
 * What an object claims is held against the octets, and refused when it contradicts them: `id` must
 * be the KeyPackageRef in hex, `publicKey` the signature_key, `signature` that of the KeyPackage,
 * and what `capabilities` lists (versions "1.0"; suites as above; extensions as numbers or 0x…) the
 * leaf must list too, or it is a default extension; it need not list all (GREASE). lastResort is no
 * claim about the octets but says what the KeyPackage is for: see mls_keypackage_mark(). null is as
 * good as absent; unknown members are ignored.
 *
 * Refusals are ERR_BAD_REQUEST with the given field and "rule: sentence": the rules of
 * mls_keypackage_read(), and json_form, json_octets, json_member, claim_id, claim_public_key,
 * claim_signature, claim_capabilities.
 */
struct mls_input {
	struct blob
	    tls; /* as it came, bare or framed: what to store and to give back; in the arena */
	struct mls_keypackage kp; /* slices into tls */
	bool says_last_resort;	  /* lastResort was there … */
	bool last_resort;	  /* … and said so */
};
must_check enum err mls_json_read_keypackage(
    struct cx *, const char *field, struct json_object *, struct mls_input *out);
#endif
