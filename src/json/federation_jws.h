#ifndef MOTET_JSON_FEDERATION_JWS_H
#define MOTET_JSON_FEDERATION_JWS_H
#include "crypto/ed25519.h"
struct json_object;
/*
 * Federation tokens (wire.md 5): a compact JWS (RFC 7515) of a JWT (RFC 7519), signed with EdDSA
 * (RFC 8037) by the identity key of the actor's home server, for one target server, once.
 *
 *	issuing:   federation_jws_check() is NULL → federation_jws_signing_input() → 64 octets by
 *whoever signs → federation_jws_compact() redeeming: federation_jws_from_json(), if it came in a
 *body → federation_jws_read() → the key of (iss, kid) → federation_jws_verify() →
 *federation_jws_check_times() → aud, sub, once
 *
 * Every refusal below is ERR_UNAUTHORIZED, field "federation_token", with a sentence that says
 * which rule the token breaks.
 */
enum {
	FEDERATION_JWS_MAX = 4096,
	FEDERATION_JWS_JTI_MIN = 22,
	FEDERATION_JWS_JTI_MAX = 64,
	FEDERATION_JWS_KID_MAX = 49
}; /* octets, characters */
struct federation_token {
	struct str iss; /* the home server: a domain */
	struct str sub; /* the actor: a federation ID of that domain, in lower case */
	struct str aud; /* the target server: an origin in its normal form */
	struct str jti; /* FEDERATION_JWS_JTI_MIN to FEDERATION_JWS_JTI_MAX characters of base64url:
			   128 random bits at least */
	struct str kid; /* the serial of the home server's ID-Cert, decimal, of 20 octets at most */
	int64_t iat, exp; /* seconds since 1970, iat < exp */
};
/* NULL when each member keeps its rule above; else a sentence. Whoever signs asks this;
 * federation_jws_read() has asked. */
must_check const char *federation_jws_check(struct arena *, const struct federation_token *);
/* What is signed: the only text that we ever make of these values,
 * `base64url(header).base64url(payload)`. */
struct str federation_jws_signing_input(struct cx *, const struct federation_token *);
struct str federation_jws_compact(struct cx *, struct str input, const uint8_t sig[ED25519_SIG]);

/*
 * Read a compact token, whoever made it. The audience comes out in its normal form. Of the header,
 * alg must be EdDSA, typ JWT or absent, crit absent; anything else that would bring a key along
 * (jwk, jku, x5c, x5u) is not looked at. *input points into `token`, the texts of *out live in the
 * arena. Neither the signature nor the time is looked at here.
 */
must_check enum err federation_jws_read(struct cx *, struct str token, struct federation_token *out,
    struct blob *input, uint8_t sig[ED25519_SIG]);
must_check enum err federation_jws_verify(
    struct cx *, const uint8_t key[ED25519_KEY], struct blob input, const uint8_t sig[ED25519_SIG]);
/* Not before it was issued, not after its end, both with `skew` to spare; alive for no more than
 * `longest`. Seconds, all of them. */
must_check enum err federation_jws_check_times(
    struct cx *, const struct federation_token *, int64_t now, int64_t skew, int64_t longest);
/*
 * The forms in which a body may carry it: a JSON string, {"token": "…"}, a flattened JWS (RFC
 * 7515 7.2.2) without an unprotected header. *compact points into the tree or the arena. (The
 * fourth form, Authorization: Bearer, is compact already.)
 */
must_check enum err federation_jws_from_json(
    struct cx *, struct json_object *, struct str *compact);

/* base64url without padding (RFC 7515 2): strict, for what is signed must have one spelling. */
struct str federation_jws_base64url_encode(struct arena *, struct blob);
bool federation_jws_base64url_decode(struct arena *, struct str, struct blob *);
#endif
