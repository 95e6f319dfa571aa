#ifndef MOTET_X509_X509_H
#define MOTET_X509_X509_H
#include "x509/der.h"
#include "crypto/ed25519.h"
/*
 * The parts that requests and certificates have in common. Each reader takes its part off the front
 * of *in and returns NULL, or returns a sentence that names the broken rule; it speaks of what is
 * read, so callers may pass it on to a client.
 */
enum { X509_MAX = 8192 }; /* octets of a request or certificate that we look at */

/* Small enough, and strict DER as a whole (der_check). */
const char *x509_check_der(struct arena *, struct blob der);
/* AlgorithmIdentifier: Ed25519, parameters absent (RFC 8410 3). `of` names it: "the signature
 * algorithm". */
const char *x509_read_algorithm(struct arena *, struct blob *in, const char *of);
/* SubjectPublicKeyInfo with an Ed25519 key that ed25519_key_ok() takes. */
const char *x509_read_key(struct arena *, struct blob *in, uint8_t key[ED25519_KEY]);
/* BIT STRING of 64 octets, all bits used; nothing may follow it. */
const char *x509_read_signature(struct blob *in, uint8_t sig[ED25519_SIG]);

/*
 * Capabilities, collected one at a time from extensions or attributes: each at most once. keyUsage
 * is the octet as it stands, whatever the count of unused bits says: the reference client counts
 * leading zeros there (wire.md 3.3).
 */
enum { /* RFC 5280 4.2.1.3 */
	X509_DIGITAL_SIGNATURE = 0x80,
	X509_CONTENT_COMMITMENT = 0x40,
	X509_KEY_CERT_SIGN = 0x04,
	X509_CRL_SIGN = 0x02,
};
struct x509_caps {
	bool has_basic, has_usage;
	bool ca, path_len;
	uint8_t usage;
};
/* `value` is the whole DER of the BasicConstraints or KeyUsage that belongs to the OID. Any other
 * OID is refused by its number. */
const char *x509_read_cap(struct arena *, struct blob oid, struct blob value, struct x509_caps *);
/* A SEQUENCE OF Extension. Without `critical` TRUE: refused if `must` be critical. critical FALSE
 * is no DER (X.690 11.5). */
const char *x509_read_extensions(struct arena *, struct blob *in, bool must, struct x509_caps *);
/* What an actor may have: no CA, digitalSignature or contentCommitment alone. */
const char *x509_check_actor_caps(const struct x509_caps *);
/* What a home server must have: CA with keyCertSign, and at most what belongs to signing (RFC 8410
 * 5). */
const char *x509_check_server_caps(const struct x509_caps *);
#endif
