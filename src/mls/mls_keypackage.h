#ifndef MOTET_MLS_MLS_KEYPACKAGE_H
#define MOTET_MLS_MLS_KEYPACKAGE_H
#include "mls/mls_suite.h"
/*
 * KeyPackages (RFC 9420 10) for a delivery service, which parses and checks them but never writes
 * them: signature and reference cover the octets. Reading and checking are two steps, so that a
 * KeyPackage with, say, a bad signature still has a reference to name it by.
 *
 * Every refusal is ERR_BAD_REQUEST, field MLS_FIELD, with "rule: sentence"; the rules are listed
 * below. Callers add the index in front and the member's name to the field.
 *
 * Rules of reading: size, truncated, vector_misaligned, varint_prefix, varint_nonminimal, trailing,
 * version, cipher_suite (unknown), credential_type, x509_empty, leaf_source.
 */
#define MLS_FIELD "key_package"
enum { MLS_KEYPACKAGE_MAX = 65536 };  /* octets, with the frame; a policy may allow fewer */
enum { MLS_BASIC = 1, MLS_X509 = 2 }; /* credential types (RFC 9420 17.5) */
enum { MLS_VERSION_10 = 1 };	      /* RFC 9420 6 */
enum {				      /* extension types (RFC 9420 17.3) */
	MLS_EXT_APPLICATION_ID = 1,
	MLS_DEFAULT_EXTENSIONS = 5, /* every client knows the types from 1 to this one */
	MLS_EXT_APP_DATA_DICTIONARY = 6,
	MLS_EXT_LAST_RESORT = 0x0a,
};

/* Everything points into the octets that were read. */
struct mls_keypackage {
	struct blob bare; /* the KeyPackage, without the MLSMessage around it */
	bool framed;	  /* the KeyPackage came in an MLSMessage (RFC 9420 6) */
	const struct mls_suite *suite;
	struct blob init_key;
	struct blob encryption_key, signature_key;
	uint16_t credential;  /* MLS_BASIC or MLS_X509 */
	struct blob identity; /* MLS_BASIC */
	/* MLS_X509: one or more vectors, each with a DER certificate; take them with
	 * mls_tls_vector(). */
	struct blob certificates;
	/* Capabilities: lists of uint16; search them with mls_tls_has_u16(). */
	struct blob versions, suites, cap_extensions, proposals, credentials;
	uint64_t not_before, not_after; /* seconds since 1970; some clients send 2^64 - 1 */
	struct blob
	    leaf_extensions; /* { uint16 type, vector }: see mls_keypackage_next_extension() */
	struct blob leaf_tbs, leaf_signature;
	struct blob extensions;
	struct blob tbs, signature; /* the signed octets `tbs` include the leaf node's signature */
};
/*
 * Read a KeyPackage, bare or framed. The octets tell which of the two it is: octets 2 and 3 are the
 * suite of a bare KeyPackage, or the wire format 0005 of a frame. In a frame, 0005 is followed by
 * the version, whose first octet is 0; in a bare KeyPackage of suite 5, it is followed by the
 * length of the init_key, whose first octet is not 0.
 */
must_check enum err mls_keypackage_read(struct cx *, struct blob in, struct mls_keypackage *);

/* Take an extension off the front of a list that has been read. False at the end of the list. */
bool mls_keypackage_next_extension(struct blob *list, uint16_t *type, struct blob *data);

/*
 * Compute the KeyPackageRef (RFC 9420 5.2) of the bare octets: suite->hash octets (32, 48 or
 * 64), in the arena. In hex it is the `id` of a KeyPackage in mls alpha.4. ERR_INTERNAL: OpenSSL
 * failed.
 */
must_check enum err mls_keypackage_ref(
    struct cx *, const struct mls_keypackage *, struct blob *ref);
/* Return not_after for the database: at most INT64_MAX. The expiry of the ID-Cert is not
 * considered. */
int64_t mls_keypackage_expiry(const struct mls_keypackage *);
/*
 * Is the KeyPackage marked as a last resort? Two encodings are in use: the extension 0x000a with
 * empty data, of drafts 03 to 05 (OpenMLS, mls-rs, XMTP), and since draft 06 the empty component
 * 0x0004 in the extension app_data_dictionary, 0x0006. Any other extension is no mark: Wire uses
 * 0x000a with data for another purpose. The mark is for reports and warnings only; the upload
 * request says what the KeyPackage is used as.
 */
enum mls_mark {
	MLS_UNMARKED = 0,
	MLS_MARK_EXTENSION = 1,
	MLS_MARK_COMPONENT = 2
}; /* bits: a KeyPackage can have both marks */
enum mls_mark mls_keypackage_mark(const struct mls_keypackage *);

/*
 * Rules on which RFC 9420 and clients differ, or where there is a choice. MLS_RULES are the rules
 * that the KeyPackages of real clients pass:
 *   - cap_suites: on. RFC 9420 7.2 says MUST, every client does it, and OpenMLS does not add
 *     members whose KeyPackages break it.
 *   - cap_kp_extensions: off. mlspp puts GREASE extensions there without listing them, so this
 *     would refuse most of its KeyPackages. The price: a member that uses OpenMLS cannot add
 *     clients with such KeyPackages.
 *   - last_resort_nonempty: off. An extension 0x000a with data is Wire's PerDomainTrustAnchors; it
 *     does not mark a last resort.
 *   - extension_wrong_place: off. No client checks it, and misplaced extensions are ignored.
 *   - lifetime_too_long: on only if policy.lifetime_max is set. It is off by default, because
 *     two libraries send 2^63 - 1 and 2^64 - 1 as not_after.
 * Never checked: that default values are left out of capabilities (all test vectors of the MLS
 * working group list them). GREASE values get no special treatment: they are unknown values like
 * others.
 */
enum {
	MLS_CAP_SUITES = 1,
	MLS_CAP_KP_EXTENSIONS = 2,
	MLS_LAST_RESORT_NONEMPTY = 4,
	MLS_EXTENSION_WRONG_PLACE = 8,
	MLS_RULES = MLS_CAP_SUITES
};
/* What a KeyPackage is compared with. A zero member is not compared. All pointers are borrowed. */
struct mls_policy {
	struct str fid;	 /* the actor's federation ID: must be the identity of a basic credential */
	struct blob key; /* the key of the session's ID-Cert: must be the signature_key */
	struct blob id_cert;	 /* DER: must be the first certificate of an X.509 credential */
	struct blob server_cert; /* DER: must be the second certificate, if there is one */
	int64_t now;		 /* seconds since 1970; always compared */
	int64_t skew;		 /* seconds a client's clock may differ: MLS_SKEW */
	int64_t lifetime_max; /* the most seconds from not_before to not_after, without `skew`; 0:
				 any */
	size_t max_bytes; /* the most octets of a KeyPackage as it came; 0: MLS_KEYPACKAGE_MAX */
	uint32_t suites;  /* bit n: suite n is allowed; 0: all known suites */
	unsigned rules;	  /* MLS_RULES */
};
enum { MLS_SKEW = 3600 };
/*
 * Check every rule that needs no database, cheapest first: size, cipher_suite (not allowed),
 * hpke_key_length, signature_key_length, init_eq_encryption, session_key_mismatch,
 * identity_mismatch, x509_parse, x509_key_mismatch, x509_untrusted (not the session's ID-Cert),
 * x509_chain, x509_expired, cap_versions, cap_suites, cap_credentials, duplicate_extension,
 * cap_leaf_extensions, cap_kp_extensions, extension_wrong_place, last_resort_nonempty,
 * lifetime_order, lifetime_expired, lifetime_future, lifetime_too_long, hpke_key_format,
 * weak_hpke_key, signature_key_format, leaf_signature, kp_signature.
 *
 * Left to the caller: that init_key and encryption_key are unique (also within one upload), the
 * limit of the stock, and that the ID-Cert is not revoked. ERR_INTERNAL: policy.id_cert cannot be
 * read.
 */
must_check enum err mls_keypackage_check(
    struct cx *, const struct mls_keypackage *, const struct mls_policy *);
#endif
