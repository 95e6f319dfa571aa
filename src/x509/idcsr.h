#ifndef MOTET_X509_IDCSR_H
#define MOTET_X509_IDCSR_H
#include "x509/idcert.h"
/*
 * An ID-CSR: PKCS#10 (RFC 2986) as wire.md 3.2 describes it. Capabilities may be attributes of
 * their own (2.5.29.15, 2.5.29.19) or in an extensionRequest.
 *
 * idcsr_read() checks strict DER, names, key, capabilities and proof of possession. A request is
 * refused if its subject has an attribute, or if it has a critical extension, that ID-Certs do not
 * have. Other extensions, and other attributes of the request, are ignored. The caller must check
 * that actor, domain and session are the right ones.
 */
struct idcsr {
	struct blob der;
	uint8_t key[ED25519_KEY];
	struct str fid, local, domain; /* the UID; its parts before and after the @ */
	struct str session_id;	       /* uniqueIdentifier: 1 to 32 characters 0x20 to 0x7e */
	enum idcert_dialect dialect;   /* the client's dialect, as attributes for the capabilities
					  show it; IDCERT_DER without such attributes */
	bool commitment; /* the request asks for contentCommitment; false: for digitalSignature, the
			    default */
};
/* Texts and blobs point into `der` or are in the arena. ERR_BAD_CSR, field "csr", names the broken
 * rule. */
must_check enum err idcsr_read(struct cx *, struct blob der, struct idcsr *);
#endif
