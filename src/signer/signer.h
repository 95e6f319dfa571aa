#ifndef MOTET_SIGNER_SIGNER_H
#define MOTET_SIGNER_SIGNER_H
#include "base/conf.h"
#include "x509/idcert.h"
#include "signer/idcert_lint.h"
#include "json/federation_jws.h"
#include "openpgp/openpgp.h"
#include "crypto/totp.h"
#include "signer/seal.h"
/*
 * Who signs. The identity key lies sealed in the database; whoever signs gets the sealed key with
 * each request, opens it with the secret and signs only what its own checks admit: a TBSCertificate
 * that idcert_lint() passes for our domain; or a cache statement, a federation token or a
 * certification of its own OpenPGP user ID, which it composes itself from the values. Under a
 * master the secret lives in one child (signer/signer_process.c) and workers reach it over a
 * socket; alone, in-process. core/ sees only this interface.
 *
 * Times are held against the clock of the host that signs, give or take SIGNER_SKEW, because
 * whoever asks may be lying: a certificate begins now, a server's lives for server_cert_lifetime at
 * most and an actor's for IDCERT_LIFE_MAX; a statement about a live certificate ends within
 * SIGNER_CACHE_LIFE, a revocation is of the past; a token is issued now. So what somebody has
 * signed who got into a worker neither reaches back before that nor outlasts these lives. That an
 * actor's certificate ends within its server's the signer cannot tell, since it does not read the
 * database: that is left to core/issue.c, and to everybody who verifies a chain.
 *
 * The secrets of second factors lie sealed in the database as well, under a secret derived from the
 * one of the identity keys, each bound to its actor. They leave once, when they are made; whoever
 * checks a code later hears the number of its step, and of now only.
 */
enum {
	SIGNER_SKEW =
	    600, /* seconds by which the clocks of this host and of the database may differ */
	SIGNER_CACHE_LIFE = 12 * 3600 /* the longest cache_lifetime */
};
struct ca_key { /* a row of server_key, as far as signing needs it */
	uint8_t key[ED25519_KEY];
	struct blob sealed; /* the seed, aad = the public key */
};
enum { CACHE_CLAIMS_MAX = 64 };
/* Seconds that a federation token of ours may live, whatever the configuration says. */
enum { SIGNER_TOKEN_LIFE = 3600 };
/* All of them: ERR_INTERNAL for what a check refuses, and when the sealed seed does not open or is
 * not the seed of `key`. */
struct ca {
	/* A fresh key pair, sealed; `sealed` lives in the arena. */
	enum err (*new_key)(struct cx *, struct ca *, struct ca_key *out);
	enum err (*sign_cert)(struct cx *, struct ca *, const struct ca_key *, struct blob tbs,
	    uint8_t sig[ED25519_SIG]);
	/* n statements at once, all or none; sigs has n * ED25519_SIG octets. n ≤ CACHE_CLAIMS_MAX.
	 */
	enum err (*sign_cache)(struct cx *, struct ca *, const struct ca_key *,
	    const struct cache_claim *, size_t n, uint8_t *sigs);
	/* Over federation_jws_signing_input(). Only for actors of our domain, by all rules of
	 * federation_jws_check(), for SIGNER_TOKEN_LIFE at most. */
	enum err (*sign_token)(struct cx *, struct ca *, const struct ca_key *,
	    const struct federation_token *, uint8_t sig[ED25519_SIG]);
	/* Over openpgp_tbs_hash(). Only of this very key, and the user ID is our domain. */
	enum err (*sign_openpgp)(struct cx *, struct ca *, const struct ca_key *,
	    const struct openpgp_spec *, uint8_t sig[ED25519_SIG]);
	/* The secret of a second factor for an actor, new: as it is, for the actor to keep, and
	 * sealed. `sealed` lives in the arena. */
	enum err (*new_totp)(struct cx *, struct ca *, int64_t actor_id,
	    uint8_t secret[TOTP_SECRET], struct blob *sealed);
	/* Which step has this code, by this host's clock, one before and after included? *step 0:
	 * none. Nothing else is told of the secret. */
	enum err (*check_totp)(struct cx *, struct ca *, int64_t actor_id, struct blob sealed,
	    struct str code, int64_t *step);
};
/* In this process, with a secret that the caller has loaded: what the signer child, motetctl and a
 * worker spawned alone use. */
struct ca_local {
	struct ca ca;
	const struct conf *conf;
	uint8_t secret[SEAL_SECRET];
	uint8_t totp[SEAL_SECRET]; /* derived */
};
/* The configuration is borrowed (domain, server_cert_lifetime), the secret copied: whoever ends the
 * ca_local overwrites it. */
void ca_local_init(struct ca_local *, const struct conf *, const uint8_t secret[SEAL_SECRET]);
#endif
