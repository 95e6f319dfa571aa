#ifndef MOTET_X509_X509_H
#define MOTET_X509_X509_H
#include "x509/der.h"
#include "crypto/ed25519.h"
/*
 * The parts that requests and certificates have in common. A reader takes its part off the front of
 * *in. Readers and checks return NULL, or a sentence without capital and full stop that names the
 * broken rule; callers may pass it on to a client.
 */
enum { X509_MAX = 8192 }; /* octets of a request or certificate; longer ones are refused */

/* Check that `der` has at most X509_MAX octets and is strict DER (der_check). */
const char *x509_check_der(struct arena *, struct blob der);
/* Read an AlgorithmIdentifier, which must be Ed25519 without parameters (RFC 8410 3). `of` names
 * the algorithm in the sentence: "the signature algorithm". The sentence has the name of another
 * algorithm, as RSA. */
const char *x509_read_algorithm(struct arena *, struct blob *in, const char *of);
/* Read a SubjectPublicKeyInfo with an Ed25519 key that ed25519_key_ok() accepts. */
const char *x509_read_key(struct arena *, struct blob *in, uint8_t key[ED25519_KEY]);
/* Read a signature: a BIT STRING of 64 octets without unused bits, with nothing after it. */
const char *x509_read_signature(struct blob *in, uint8_t sig[ED25519_SIG]);

/*
 * Capabilities: basicConstraints and keyUsage, collected from extensions or attributes, each at
 * most once. The count of unused bits of keyUsage is ignored: the reference client counts leading
 * zeros there (wire.md 3.3).
 */
enum { /* bits of keyUsage (RFC 5280 4.2.1.3) */
	X509_DIGITAL_SIGNATURE = 0x80,
	X509_CONTENT_COMMITMENT = 0x40,
	X509_KEY_CERT_SIGN = 0x04,
	X509_CRL_SIGN = 0x02,
};
struct x509_caps {
	bool has_basic, has_usage; /* whether basicConstraints and keyUsage are present */
	bool ca, path_len;	   /* whether cA is TRUE and pathLen is present */
	uint8_t usage;		   /* the octet of keyUsage */
	struct blob basic, bits;   /* BasicConstraints and KeyUsage as they were read */
};
/* Read the capability that `oid` names: `value` is the DER of a BasicConstraints or KeyUsage. Any
 * other OID is refused. */
const char *x509_read_cap(struct arena *, struct blob oid, struct blob value, struct x509_caps *);
/* Is this the OID of a capability? */
bool x509_is_cap(struct blob oid);
/*
 * Read a SEQUENCE OF Extension. With `must`, every extension must be critical; without `must`,
 * extensions that are neither critical nor a capability are ignored. An explicit critical FALSE is
 * refused (X.690 11.5).
 */
const char *x509_read_extensions(struct arena *, struct blob *in, bool must, struct x509_caps *);
/* Check the capabilities of an actor: it is not a CA, and keyUsage, if present, is either
 * digitalSignature or contentCommitment. */
const char *x509_check_actor_caps(const struct x509_caps *);
/* Check the capabilities of a home server: it is a CA with keyCertSign; its other bits of keyUsage
 * are allowed for Ed25519 keys (RFC 8410 5). */
const char *x509_check_server_caps(const struct x509_caps *);
#endif
