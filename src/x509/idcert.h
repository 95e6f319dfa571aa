#ifndef MOTET_X509_IDCERT_H
#define MOTET_X509_IDCERT_H
#include "crypto/ed25519.h"
/*
 * ID-Certs in the byte profile of wire.md 3.3. idcert_build_tbs() writes them from typed values;
 * before signing, signer/idcert_lint.c checks them without sharing code with the writer
 * (security.md 3.1); idcert_read() reads the ID-Certs of any server.
 */
#define SERIAL_MIN INT64_C(1000000000000000) /* 10^15: serial numbers have 16 digits … */
#define SERIAL_MAX INT64_C(9007199254740991) /* … and are below 2^53 */
/* Choose a random serial number, uniformly from [SERIAL_MIN, SERIAL_MAX]. ERR_INTERNAL: no random
 * numbers. */
must_check enum err idcert_new_serial(struct cx *, int64_t *serial);

#define IDCERT_LIFE_MAX INT64_C(5184000) /* seconds: the longest life of an actor's ID-Cert */
enum { IDCERT_SIZE_MAX = 2048 };	 /* the most octets of a Certificate that we issue */

/* A client verifies a certificate over the octets that it would write itself (wire.md 1.3). The
 * client's CSR shows how it writes the two extensions of an actor's certificate (wire.md 3.3). */
enum idcert_dialect {
	IDCERT_DER,	/* polyproto-rs from 0.19, and everybody else */
	IDCERT_RS_0_14, /* polyproto-rs 0.14 to 0.18: cA FALSE is written out */
	IDCERT_RS_0_11, /* polyproto-rs up to 0.11: cA FALSE is written out, and leading zeros of
			   keyUsage count as unused bits */
};
struct idcert_spec {
	int64_t serial;
	struct str domain;   /* domain of the issuer, and of the subject if that is the server */
	struct blob subject; /* the name of an actor, from idname_write(); empty: the subject is the
				server itself */
	uint8_t key[ED25519_KEY];
	/* Seconds since 1970, both inclusive: so not_after = not_before + lifetime - 1. */
	int64_t not_before, not_after;
	/* Members that only an actor's certificate has: */
	enum idcert_dialect dialect;
	bool commitment; /* keyUsage is contentCommitment instead of digitalSignature */
};
/* Write the TBSCertificate, in the arena. ERR_INTERNAL for values that cannot be encoded;
 * idcert_lint() checks whether they are allowed. */
must_check enum err idcert_build_tbs(struct cx *, const struct idcert_spec *, struct blob *tbs);
/* Add the signature to a TBSCertificate. Returns the Certificate, in the arena. */
struct blob idcert_assemble(struct arena *, struct blob tbs, const uint8_t sig[ED25519_SIG]);
struct idcert {
	struct blob der, tbs, subject;
	struct str serial; /* decimal; from another server: a number of 20 octets at most */
	int64_t serial64;  /* `serial` as a number; 0: it is too large */
	bool is_server;	   /* the certificate has CA and keyCertSign */
	bool path_len;	   /* its basicConstraints has a pathLenConstraint */
	struct str fid, session_id; /* of an actor */
	struct str domain; /* the domain of the issuer's DCs, which equal the subject's DCs */
	uint8_t key[ED25519_KEY], sig[ED25519_SIG];
	int64_t not_before, not_after; /* seconds since 1970, both inclusive */
};
/*
 * Read one certificate in any encoding that wire.md 3.4 accepts, and check it against the profile.
 * The signature and the time are not checked. Texts and blobs point into `der` or are in the arena.
 * ERR_BAD_REQUEST, field "id_cert", names the broken rule.
 */
must_check enum err idcert_read(struct cx *, struct blob der, struct idcert *);
/* Does the certificate's signature over the received octets verify with this key? */
bool idcert_signed_by(const struct idcert *, const uint8_t key[ED25519_KEY]);

/*
 * The numbers of a cache statement; times in seconds since 1970. The signer signs a statement only
 * if serial is in [SERIAL_MIN, SERIAL_MAX], times have 10 digits, not_before ≤ not_after, and
 * invalidated is 0, or has 10 digits and not_after is at least CACHE_REVOKED_NOT_AFTER.
 */
struct cache_claim {
	int64_t serial, not_before, not_after, invalidated;
	bool spaced; /* with a space between the numbers, as since beta.13 */
};
/*
 * Write the text that cacheSignature signs (wire.md 4.1): the numbers in decimal. invalidated 0:
 * not revoked. Without spaces, the text is unambiguous only if the numbers have 16, 10, 10 and 0 or
 * 10 digits: signer and verifier must check that first.
 */
struct str cache_statement(struct arena *, const struct cache_claim *);
enum { CACHE_NOT_BEFORE = 1000000000 }; /* not_before of the statements that we make */
/* This time is so late that its digits, followed by those of `invalidated`, make a number above 64
 * bits: nobody can read the two as one time (wire.md 4.2). */
#define CACHE_REVOKED_NOT_AFTER INT64_C(4102444800)
#endif
