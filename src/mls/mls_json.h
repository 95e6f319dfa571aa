#ifndef MOTET_MLS_MLS_JSON_H
#define MOTET_MLS_MLS_JSON_H
#include "mls/mls_keypackage.h"
struct json_object;
/*
 * Reads a KeyPackage from JSON, in every form that clients send. Octets are always either a base64
 * string or an array of numbers 0 to 255. The forms:
 *
 *   1. the octets of the KeyPackage, bare or as MLSMessage;
 *
 *   2. an object with the octets of form 1 in `key_package` (or `keyPackage`, or `tls`), and
 *      optionally the members of the object of mls alpha.4: id, publicKey, signature,
 *      capabilities, lastResort;
 *
 *   3. the exploded object of old core.md 6.1, from which the exact octets are put together:
 *      - protocol_version: 1, "1", "1.0", "mls10", or the two octets;
 *      - cipher_suite: 1, "1", "0x0001", the registered name, or the two octets;
 *      - init_key, signature: octets, with or without the length of the vector in front. The old
 *        text has no `signature`, but it is required: a KeyPackage has one;
 *      - leaf_node: octets of the whole LeafNode, including its signature;
 *      - extensions: octets of the list, with or without the length in front; absent, "", [] and
 *        null mean none.
 *      The members of form 2 are allowed, too;
 *
 *   4. form 3 in the `key_package` of form 2.
 *
 * What an object claims is compared with the octets, and a contradiction is refused:
 *   - `id` must be the KeyPackageRef in hex;
 *   - `publicKey` must be the signature_key;
 *   - `signature` must be that of the KeyPackage;
 *   - the leaf node must list everything that `capabilities` lists, except default extensions
 *     (versions: "1.0"; suites: as above; extensions: numbers or 0x…). `capabilities` may list
 *     fewer values than the leaf node (GREASE).
 * `lastResort` is not compared: it says what the KeyPackage is for, see mls_keypackage_mark(). null
 * means absent; unknown members are ignored.
 *
 * Refusals are ERR_BAD_REQUEST with the given field and "rule: sentence". Rules: those of
 * mls_keypackage_read(), and json_form, json_octets, json_member, claim_id, claim_public_key,
 * claim_signature, claim_capabilities.
 */
struct mls_input {
	struct blob tls; /* the octets to store and to give out, in the arena; bare or framed, as
			    they came */
	struct mls_keypackage kp; /* its texts and octets point into `tls` */
	bool says_last_resort;	  /* the member lastResort is present */
	bool last_resort;	  /* its value */
};
must_check enum err mls_json_read_keypackage(
    struct cx *, const char *field, struct json_object *, struct mls_input *out);
#endif
