#ifndef MOTET_MLS_MLS_SUITE_H
#define MOTET_MLS_MLS_SUITE_H
#include "base/cx.h"
/*
 * The seven registered cipher suites of MLS (RFC 9420 17.1): sizes, forms of keys, signatures,
 * hashes. Others (GREASE values and polyproto's 0xf110, which nobody has defined) are not known:
 * what nobody can check is not stored.
 */
enum { MLS_HASH_MAX = 64, MLS_SUITES = 7 };
struct mls_suite {
	uint16_t id;
	const char *name; /* the registered one: MLS_128_DHKEMX25519_… */
	const char *kem,
	    *sig; /* OpenSSL's names: of a key type, or of a group on which both work */
	const char *md;
	size_t kem_key, sig_key; /* octets of a public key; those on a curve are uncompressed, 04
				    first (5.1.1) */
	size_t signature;	 /* octets; on a curve, DER of at most as many */
	size_t hash; /* octets of the hash, and so of a KeyPackageRef: at most MLS_HASH_MAX */
};
/* NULL when it is not known. */
const struct mls_suite *mls_suite_find(uint16_t id);
const struct mls_suite *mls_suite_find_name(struct str name);

/* A check that returns a text returns NULL, or "rule: sentence" with the broken rule of
 * mls_keypackage.h. */
/* hpke_key_length, for both keys of the KEM, and signature_key_length, which is also for a point
 * that is not uncompressed. */
const char *mls_suite_check_lengths(struct arena *, const struct mls_suite *, struct blob init_key,
    struct blob encryption_key, struct blob signature_key);
/*
 * A public key of the KEM of the right length; `of` names it in the sentence: "init_key". An
 * uncompressed point on the curve (hpke_key_format), and not one of small order, with which the
 * secret is zero whatever the other key (weak_hpke_key, RFC 7748 6.1).
 */
const char *mls_suite_check_kem_key(
    struct arena *, const struct mls_suite *, const char *of, struct blob key);
/* A public signature key of the right length: signature_key_format for what the library cannot
 * load, or ed25519_key_ok() refuses. */
const char *mls_suite_check_sig_key(struct arena *, const struct mls_suite *, struct blob key);
/* VerifyWithLabel (RFC 9420 5.1.2); `label` without the "MLS 1.0 " in front. */
bool mls_suite_verify(struct arena *, const struct mls_suite *, struct blob key, const char *label,
    struct blob content, struct blob signature);
/* Is this one X.509 certificate, in strict DER and at most X509_MAX octets? NULL or x509_parse.
 * Whose it is is not looked at. */
const char *mls_suite_check_cert(struct arena *, struct blob der);
/* Is the key of this certificate that signature key? False for what is no certificate, too. */
bool mls_suite_cert_has_key(
    struct arena *, const struct mls_suite *, struct blob der, struct blob key);
/* RefHash (RFC 9420 5.2) of the value under the label, whole. */
must_check enum err mls_suite_ref_hash(struct cx *, const struct mls_suite *, const char *label,
    struct blob value, uint8_t out[MLS_HASH_MAX]);
#endif
