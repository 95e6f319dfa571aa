#ifndef MOTET_JSON_FEDERATION_JWS_H
#define MOTET_JSON_FEDERATION_JWS_H
#include "crypto/ed25519.h"
struct json_object;
/*
 * Federation tokens (wire.md 5): a JWT (RFC 7519) as a compact JWS (RFC 7515), signed with EdDSA
 * (RFC 8037) by the identity key of the actor's home server. A token is for one target server and
 * can be redeemed once.
 *
 * To issue:
 *	1. federation_jws_check() returns NULL;
 *	2. federation_jws_signing_input(), which the signer signs: 64 bytes;
 *	3. federation_jws_compact().
 * To redeem:
 *	1. federation_jws_from_json(), if the token came in a body;
 *	2. federation_jws_read();
 *	3. the caller gets the key of (iss, kid): federation_jws_verify();
 *	4. federation_jws_check_times();
 *	5. the caller checks aud, sub and cnf, and that the token was not redeemed before.
 *
 * Every refusal below is ERR_UNAUTHORIZED, field "federation_token"; its sentence says which rule
 * the token breaks.
 */
enum {
	FEDERATION_JWS_MAX = 4096,
	FEDERATION_JWS_JTI_MIN = 22,
	FEDERATION_JWS_JTI_MAX = 64,
	FEDERATION_JWS_KID_MAX = 49,
	FEDERATION_JWS_CNF = 43
}; /* characters */
struct federation_token {
	struct str iss; /* the home server: a domain */
	struct str sub; /* the actor: a federation ID of that domain, in lower case */
	struct str aud; /* the target server: an origin in its normal form */
	struct str jti; /* FEDERATION_JWS_JTI_MIN to FEDERATION_JWS_JTI_MAX characters of base64url:
			   at least 128 random bits */
	struct str kid; /* serial number of the home server's ID-Cert, decimal, at most 20 bytes */
	struct str cnf; /* the ID-Cert that the token opens a session for: RFC 7800's cnf with RFC
			   8705's x5t#S256, FEDERATION_JWS_CNF characters; n 0: the token is bound
			   to no ID-Cert */
	int64_t iat, exp; /* seconds since 1970, iat < exp */
};
/* Compute the `cnf` of a certificate: base64url of the SHA-256 of its DER (RFC 8705 3.1). */
struct str federation_jws_thumbprint(struct arena *, struct blob cert);
/* Returns NULL if every member follows its rule above; else a sentence that says what is wrong.
 * Call this before signing; federation_jws_read() calls it for received tokens. */
must_check const char *federation_jws_check(struct arena *, const struct federation_token *);
/* Make the JWS Signing Input, `base64url(header).base64url(payload)`; the same values always give
 * the same text. */
struct str federation_jws_signing_input(struct cx *, const struct federation_token *);
/* Make the compact token: the signing input, a dot and the signature. */
struct str federation_jws_compact(struct cx *, struct str input, const uint8_t sig[ED25519_SIG]);

/*
 * Read a compact token from any issuer, and check its form; it verifies neither the signature nor
 * the times. In the header, alg must be EdDSA, typ JWT or absent, and crit absent; members that
 * carry a key (jwk, jku, x5c, x5u) are ignored. out->aud is in normal form. *input points into
 * `token`; the texts of *out live in the arena.
 */
must_check enum err federation_jws_read(struct cx *, struct str token, struct federation_token *out,
    struct blob *input, uint8_t sig[ED25519_SIG]);
/* Verify the signature of the home server. */
must_check enum err federation_jws_verify(
    struct cx *, const uint8_t key[ED25519_KEY], struct blob input, const uint8_t sig[ED25519_SIG]);
/* Check that `now` is between iat and exp, with a tolerance of `skew`, and that the token is valid
 * for at most `longest`. All times are in seconds. */
must_check enum err federation_jws_check_times(
    struct cx *, const struct federation_token *, int64_t now, int64_t skew, int64_t longest);
/*
 * Get the compact token from a body: a JSON string, {"token": "…"}, or a flattened JWS (RFC 7515
 * 7.2.2) without an unprotected header. *compact points into the tree or the arena. (A token in
 * Authorization: Bearer is compact already.)
 */
must_check enum err federation_jws_from_json(
    struct cx *, struct json_object *, struct str *compact);

/* Encode and decode base64url without padding (RFC 7515 2). Decoding is strict, so that a signed
 * value has only one encoding. */
struct str federation_jws_base64url_encode(struct arena *, struct blob);
bool federation_jws_base64url_decode(struct arena *, struct str, struct blob *);
#endif
