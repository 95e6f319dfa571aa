#ifndef MOTET_X509_IDCSR_H
#define MOTET_X509_IDCSR_H
#include "crypto/ed25519.h"
/*
 * An ID-CSR: PKCS#10 (RFC 2986) as wire.md 3.2 describes it, both with the capabilities as
 * attributes of their own (2.5.29.15, 2.5.29.19) and in an extensionRequest. Everything here has
 * been checked: strict DER, names, key, capabilities, proof of possession. What asks for more than
 * an ID-Cert has (another extension, another attribute, another name) is refused and never left out
 * silently. What only the caller can know is whether the actor, the domain and the session are the
 * right ones.
 */
struct idcsr {
	struct blob der;
	struct blob subject; /* the Name, byte for byte as in the request */
	uint8_t key[ED25519_KEY];
	struct str fid, local, domain; /* UID, and its halves */
	struct str session_id;	       /* uniqueIdentifier: 1 to 32 of 0x20 to 0x7e */
	bool commitment; /* asks for contentCommitment; else digitalSignature, asked for or by
			    default */
};
/* ERR_BAD_CSR with a sentence that names the rule. Texts and blobs point into `der` or live in the
 * arena. */
must_check enum err idcsr_read(struct cx *, struct blob der, struct idcsr *);
#endif
