#ifndef MOTET_MLS_MLS_SUITE_H
#define MOTET_MLS_MLS_SUITE_H
#include "base/cx.h"
/*
 * The seven registered cipher suites of MLS (RFC 9420 17.1): sizes, forms of keys, signatures,
 * hashes. Other suites are unknown and refused (GREASE values, and polyproto's undefined 0xf110),
 * because KeyPackages of such suites could not be checked.
 */
enum {
	MLS_HASH_MAX = 64, /* octets of the longest hash */
	MLS_SUITES = 7,
};
struct mls_suite {
	uint16_t id;
	const char *name;      /* as registered: MLS_128_DHKEMX25519_… */
	const char *kem, *sig; /* OpenSSL's names of the key types, or of the NIST curve */
	const char *md;	       /* OpenSSL's name of the hash */
	/* Octets of a public key. On a NIST curve, a public key is an uncompressed point: it starts
	 * with 04 (5.1.1). */
	size_t kem_key, sig_key;
	size_t signature; /* octets of a signature; on a NIST curve the maximum, since the signature
			     is DER */
	size_t hash;	  /* number of octets of the hash and of a KeyPackageRef */
};
/* Find a suite by number or by registered name (in any case). NULL: unknown. */
const struct mls_suite *mls_suite_find(uint16_t id);
const struct mls_suite *mls_suite_find_name(struct str name);

/* A check that returns a text returns NULL, or "rule: sentence" with the broken rule of
 * mls_keypackage.h. */
/* Check the lengths of the keys: hpke_key_length, signature_key_length. signature_key_length also
 * refuses a signature key that is not an uncompressed point. */
const char *mls_suite_check_lengths(struct arena *, const struct mls_suite *, struct blob init_key,
    struct blob encryption_key, struct blob signature_key);
/*
 * Check a KEM public key whose length was already checked. `of` is the name of the key in the error
 * message, such as "init_key". The key must be an uncompressed point on the curve
 * (hpke_key_format), and not of small order (weak_hpke_key), because the shared secret would be
 * zero with any other key (RFC 7748 6.1).
 */
const char *mls_suite_check_kem_key(
    struct arena *, const struct mls_suite *, const char *of, struct blob key);
/* Check a public signature key of the right length: signature_key_format if OpenSSL cannot load it
 * or ed25519_key_ok() refuses it. */
const char *mls_suite_check_sig_key(struct arena *, const struct mls_suite *, struct blob key);
/* Do VerifyWithLabel (RFC 9420 5.1.2); `label` comes without "MLS 1.0 ". */
bool mls_suite_verify(struct arena *, const struct mls_suite *, struct blob key, const char *label,
    struct blob content, struct blob signature);
/* Check that this is one X.509 certificate in strict DER of at most X509_MAX octets (x509_parse).
 * Whose certificate it is, is not checked. */
const char *mls_suite_check_cert(struct arena *, struct blob der);
/* Does this certificate have that signature key? False if `der` is not a certificate. */
bool mls_suite_cert_has_key(
    struct arena *, const struct mls_suite *, struct blob der, struct blob key);
/* Do RefHash (RFC 9420 5.2); `label` comes in full. s->hash octets are written. ERR_INTERNAL:
 * OpenSSL failed. */
must_check enum err mls_suite_ref_hash(struct cx *, const struct mls_suite *, const char *label,
    struct blob value, uint8_t out[MLS_HASH_MAX]);
#endif
