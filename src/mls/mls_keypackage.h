#ifndef MOTET_MLS_MLS_KEYPACKAGE_H
#define MOTET_MLS_MLS_KEYPACKAGE_H
#include "mls/mls_suite.h"
/*
 * KeyPackages (RFC 9420 10) as a delivery service sees them: parsed, judged, never written again,
 * for signature and reference cover the bytes. Reading and judging are two steps, so that what is
 * refused for a bad signature still has a reference to be named by.
 *
 * Every refusal is ERR_BAD_REQUEST, field MLS_FIELD, with a sentence "rule: what is wrong", the
 * rule being one of those below; callers put the index in front and the member's name into the
 * field.
 *
 * Rules of reading: size, truncated, vector_misaligned, varint_prefix, varint_nonminimal, trailing,
 * version, cipher_suite (not known), credential_type, x509_empty, leaf_source.
 */
#define MLS_FIELD "key_package"
enum { MLS_KEYPACKAGE_MAX = 65536 };  /* octets, framed; policies allow less */
enum { MLS_BASIC = 1, MLS_X509 = 2 }; /* RFC 9420 17.5 */
enum { MLS_VERSION_10 = 1 };	      /* RFC 9420 6 */
enum {				      /* extension types (RFC 9420 17.3) */
	MLS_EXT_APPLICATION_ID = 1,
	MLS_DEFAULT_EXTENSIONS = 5, /* types 1 to this are known to every client */
	MLS_EXT_APP_DATA_DICTIONARY = 6,
	MLS_EXT_LAST_RESORT = 0x0a,
};

/* Slices into the octets that were read; nothing is copied. */
struct mls_keypackage {
	struct blob bare; /* the KeyPackage itself: what MLSMessage, if any, carries */
	bool framed;	  /* came as an MLSMessage (RFC 9420 6) */
	const struct mls_suite *suite;
	struct blob init_key;
	struct blob encryption_key, signature_key;
	uint16_t credential;	  /* MLS_BASIC or MLS_X509 */
	struct blob identity;	  /* MLS_BASIC */
	struct blob certificates; /* MLS_X509: vectors of one DER each, at least one;
				     mls_tls_vector() takes them off */
	/* Capabilities: lists of uint16, two octets each; mls_tls_has_u16() looks into them. */
	struct blob versions, suites, cap_extensions, proposals, credentials;
	uint64_t not_before,
	    not_after; /* seconds since 1970; 2^64 - 1 is what some clients mean by "for ever" */
	struct blob
	    leaf_extensions; /* { uint16 type, vector }: see mls_keypackage_next_extension() */
	struct blob leaf_tbs, leaf_signature;
	struct blob extensions;
	struct blob tbs, signature; /* tbs has the leaf's signature in it */
};
/*
 * Bare or framed, which the octets themselves tell: bytes 2 and 3 are the suite, or 0005 for the
 * wire format; 0005 with a KeyPackage of suite 5 goes on with the length of its init_key, whose
 * first octet is not 0, and a frame with the version, whose first octet is.
 */
must_check enum err mls_keypackage_read(struct cx *, struct blob in, struct mls_keypackage *);

/* Take an extension off the front of a list that has been read; false at its end. */
bool mls_keypackage_next_extension(struct blob *list, uint16_t *type, struct blob *data);

/*
 * The KeyPackageRef (RFC 9420 5.2) over the bare bytes: suite->hash octets (32, 48 or 64), in the
 * arena. In hex it is the id of a KeyPackage of mls alpha.4.
 */
must_check enum err mls_keypackage_ref(
    struct cx *, const struct mls_keypackage *, struct blob *ref);
/* not_after as a database has it: min(not_after, INT64_MAX). The ID-Cert's own end is the caller's
 * to take into account. */
int64_t mls_keypackage_expiry(const struct mls_keypackage *);
/*
 * Does it say itself that it is a last resort? Two encodings are in use: the extension 0x000a of
 * drafts 03 to 05 with empty data (OpenMLS, mls-rs, XMTP), and since draft 06 the empty component
 * 0x0004 of the extension app_data_dictionary, 0x0006. What follows neither to the letter is no
 * mark: Wire has another use for 0x000a, with data in it. The mark is for reports and warnings;
 * what a KeyPackage is used as is said by the upload.
 */
enum mls_mark {
	MLS_UNMARKED = 0,
	MLS_MARK_EXTENSION = 1,
	MLS_MARK_COMPONENT = 2
}; /* bits: both may be there */
enum mls_mark mls_keypackage_mark(const struct mls_keypackage *);

/*
 * The rules where RFC 9420 and clients differ, or where there is a choice. MLS_RULES is the choice
 * that KeyPackages of real clients survive: cap_suites           kept: "MUST list" (7.2), every
 * client does, and OpenMLS refuses to add those that do not. cap_kp_extensions    not kept: mlspp
 * puts GREASE there and lists none of it, so this would refuse most of what it makes. Price: a
 *                        member with OpenMLS cannot add those.
 *   last_resort_nonempty not kept: an extension 0x000a with data is Wire's PerDomainTrustAnchors.
 * It does not count as a mark. extension_wrong_place not kept: no client looks at it, and what
 * stands in the wrong place is ignored. lifetime_too_long    kept where policy.lifetime_max is set.
 * By default it is not: 2^63 - 1 and 2^64 - 1 are defaults of two libraries. Never asked for: that
 * default values be left out of capabilities (all of mlswg's vectors list them), and any special
 * treatment of GREASE: those are values like all that nobody knows.
 */
enum {
	MLS_CAP_SUITES = 1,
	MLS_CAP_KP_EXTENSIONS = 2,
	MLS_LAST_RESORT_NONEMPTY = 4,
	MLS_EXTENSION_WRONG_PLACE = 8,
	MLS_RULES = MLS_CAP_SUITES
};
/* What a KeyPackage is held against. Zeroes: nothing to compare with, not compared. Everything is
 * borrowed. */
struct mls_policy {
	struct str fid;	 /* of the actor, which a basic credential must have as its identity, octet
			    by octet */
	struct blob key; /* public key of the session's ID-Cert, which must be signature_key */
	struct blob id_cert; /* DER, which must be the first certificate of an X.509 credential … */
	struct blob server_cert; /* … and this the second, when there is one */
	int64_t now;		 /* seconds since 1970; always compared */
	int64_t skew; /* seconds that a client's clock may be ahead, and that it may date back:
			 MLS_SKEW */
	int64_t lifetime_max; /* seconds from not_before to not_after, besides the skew; 0: any */
	size_t max_bytes;     /* of the KeyPackage as it came; 0: MLS_KEYPACKAGE_MAX */
	uint32_t suites;      /* bit n: suite n is allowed; 0: all that are known */
	unsigned rules;	      /* MLS_RULES */
};
enum { MLS_SKEW = 3600 };
/*
 * Every rule that needs no database, cheapest first: size, cipher_suite (not allowed),
 * hpke_key_length, signature_key_length, init_eq_encryption, session_key_mismatch,
 * identity_mismatch, x509_parse, x509_key_mismatch, x509_untrusted (not the session's ID-Cert),
 * x509_chain, x509_expired, cap_versions, cap_suites, cap_credentials, duplicate_extension,
 * cap_leaf_extensions, cap_kp_extensions, extension_wrong_place, last_resort_nonempty,
 * lifetime_order, lifetime_expired, lifetime_future, lifetime_too_long, hpke_key_format,
 * weak_hpke_key, signature_key_format, leaf_signature, kp_signature.
 *
 * Left to the caller: uniqueness of init_key and encryption_key (also inside one upload), stock,
 * and whether the ID-Cert is revoked.
 */
must_check enum err mls_keypackage_check(
    struct cx *, const struct mls_keypackage *, const struct mls_policy *);
#endif
