#ifndef MOTET_X509_IDCERT_H
#define MOTET_X509_IDCERT_H
#include "crypto/ed25519.h"
/*
 * ID-Certs in the byte profile of wire.md 3.3. Built from typed values with our own DER writer
 * (idcert_build.c); linted before signing by a reader that shares no code with the writer
 * (idcert_lint.c, security.md 3.1); read, whoever made them, by idcert_read().
 */
#define SERIAL_MIN INT64_C(1000000000000000) /* 10^15: always 16 digits … */
#define SERIAL_MAX INT64_C(9007199254740991) /* … and below 2^53 */
/* Uniform in [SERIAL_MIN, SERIAL_MAX]. */
must_check enum err idcert_new_serial(struct cx *, int64_t *serial);

#define IDCERT_LIFE_MAX INT64_C(5184000) /* seconds: an actor's lives 60 days at most */
enum { IDCERT_SIZE_MAX = 2048 };	 /* octets of a Certificate that we issue */

struct idcert_spec {
	int64_t serial;
	struct str domain;   /* of issuer and, for a server, of the subject: DCs only */
	struct blob subject; /* actor: the CSR's Name; empty: the server itself */
	uint8_t key[ED25519_KEY];
	/* Seconds since 1970, both inclusive: not_after = not_before + lifetime - 1, or the
	 * certificate lives a second too long. */
	int64_t not_before, not_after;
	bool commitment; /* actor: contentCommitment instead of digitalSignature */
};
/* The TBSCertificate. ERR_INTERNAL for values that have no encoding; whether they are right is
 * idcert_lint()'s matter. */
must_check enum err idcert_build_tbs(struct cx *, const struct idcert_spec *, struct blob *tbs);
/* The Certificate around it. */
struct blob idcert_assemble(struct arena *, struct blob tbs, const uint8_t sig[ED25519_SIG]);
struct idcert {
	struct blob der, tbs, subject;
	struct str serial;	    /* decimal; foreign ones may be up to 20 octets */
	int64_t serial64;	    /* 0 when it does not fit */
	bool is_server;		    /* CA and keyCertSign */
	struct str fid, session_id; /* actors */
	struct str domain;	    /* issuer's DCs, checked equal to the subject's */
	uint8_t key[ED25519_KEY], sig[ED25519_SIG];
	int64_t not_before, not_after;
};
/*
 * Read and check one certificate in any encoding that wire.md 3.4 accepts; neither the
 * signature nor the time is looked at here. ERR_BAD_REQUEST, field "id_cert", names the rule. Texts
 * and blobs point into `der` or live in the arena.
 */
must_check enum err idcert_read(struct cx *, struct blob der, struct idcert *);
/* By this key, over the bytes as they came. */
bool idcert_signed_by(const struct idcert *, const uint8_t key[ED25519_KEY]);

/*
 * The statement that cacheSignature signs (wire.md 4.1): decimal digits without separators;
 * unambiguous only because every number has its fixed length (16, 10, 10 and 0 or 10 digits), which
 * whoever signs or verifies must check. invalidated 0: valid.
 */
struct str cache_statement(
    struct arena *, int64_t serial, int64_t not_before, int64_t not_after, int64_t invalidated);
/*
 * Signed only when every number has its fixed length: serial in [SERIAL_MIN, SERIAL_MAX], times of
 * 10 digits, not_before ≤ not_after; invalidated 0, or 10 digits and not_after at least
 * CACHE_REVOKED_NOT_AFTER.
 */
struct cache_claim {
	int64_t serial, not_before, not_after, invalidated;
};
enum { CACHE_NOT_BEFORE = 1000000000 };
#define CACHE_REVOKED_NOT_AFTER \
	INT64_C(4102444800) /* a stripped revocation then exceeds 64 bits (wire.md 4.2) */
#endif
