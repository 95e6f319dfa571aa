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
 * Signing with the server's identity key, and checking codes of second factors.
 *
 * Keys. The identity key is stored in the table server_key, sealed (seal.h) under the secret of
 * secret_file. A caller passes the sealed key (struct ca_key) with each request. The signer opens
 * it, checks that it belongs to the public key, and signs. Under a master one child process holds
 * the secret and workers ask it over a socket (signer_process.h). motetctl and a worker started
 * without a master sign in their own process (struct ca_local). core/ uses `struct ca` and cannot
 * tell the difference.
 *
 * What is signed. The caller may be a compromised worker, so the signer never signs octets that it
 * has not checked:
 *   - a TBSCertificate that passes idcert_lint() for our domain;
 *   - a cache statement, a federation token or the certification of our OpenPGP user ID: the
 *     signer composes these itself from the values in the request.
 *
 * Times are compared with the clock of this host, with a tolerance of SIGNER_SKEW:
 *   - a certificate begins now; an actor's is valid for at most IDCERT_LIFE_MAX, a server's for at
 *     most server_cert_lifetime;
 *   - a statement about a valid certificate expires within SIGNER_CACHE_LIFE;
 *   - a revocation is not in the future;
 *   - a federation token is issued now and is valid for at most SIGNER_TOKEN_LIFE;
 *   - our OpenPGP key was not created in the future.
 * So whoever takes over a worker can neither backdate a signature nor get one that outlasts these
 * limits.
 *
 * The signer does not check that an actor's certificate expires no later than the server's, because
 * it does not read the database; core/issue.c checks this, and so does everyone who verifies a
 * chain.
 *
 * Second factors. The secrets of second factors are in the table totp, sealed under a secret
 * derived from that of secret_file; each is bound to its actor. A secret leaves the signer once,
 * when it is created. After that, the signer only tells to which time step a code belongs, if that
 * step is near the current time.
 */
enum {			   /* seconds */
	SIGNER_SKEW = 600, /* allowed difference of this host's clock and the database's */
	SIGNER_CACHE_LIFE = 12 * 3600, /* the upper limit of cache_lifetime */
	SIGNER_TOKEN_LIFE = 3600,      /* the longest life of a federation token */
};
enum { CACHE_CLAIMS_MAX = 64 }; /* the most cache statements in one request */
/* The columns of a row of server_key that signing needs. */
struct ca_key {
	uint8_t key[ED25519_KEY]; /* the public key */
	struct blob sealed;	  /* the seed; its aad is the public key */
};
/*
 * The signer, as core/ sees it; `cx->ca` points to one. Every function returns ERR_INTERNAL when a
 * check refuses the request, when the sealed seed cannot be opened, or when the seed is not that of
 * `key`; the log names the reason. ERR_CLOCKS: a time is too far from now, so a clock is wrong. In
 * a worker, the functions also return ERR_UNAVAILABLE, when the signer does not answer: see
 * signer_process.h.
 */
struct ca {
	/* Creates a key pair. out->sealed is in the arena. */
	enum err (*new_key)(struct cx *, struct ca *, struct ca_key *out);
	/* Signs a TBSCertificate. */
	enum err (*sign_cert)(struct cx *, struct ca *, const struct ca_key *, struct blob tbs,
	    uint8_t sig[ED25519_SIG]);
	/* Signs n ≤ CACHE_CLAIMS_MAX cache statements, all or none; `sigs` has room for
	 * n * ED25519_SIG octets. */
	enum err (*sign_cache)(struct cx *, struct ca *, const struct ca_key *,
	    const struct cache_claim *, size_t n, uint8_t *sigs);
	/* Signs federation_jws_signing_input() of a token that federation_jws_check() accepts,
	 * whose issuer is our domain and that names an ID-Cert in cnf. */
	enum err (*sign_token)(struct cx *, struct ca *, const struct ca_key *,
	    const struct federation_token *, uint8_t sig[ED25519_SIG]);
	/* Signs the digest of openpgp_tbs_hash(). The spec must have the key of `ca_key`, and our
	 * domain as user ID. */
	enum err (*sign_openpgp)(struct cx *, struct ca *, const struct ca_key *,
	    const struct openpgp_spec *, uint8_t sig[ED25519_SIG]);
	/* Creates the secret of a second factor: in plain for the actor, and sealed for the
	 * database (in the arena). */
	enum err (*new_totp)(struct cx *, struct ca *, int64_t actor_id,
	    uint8_t secret[TOTP_SECRET], struct blob *sealed);
	/* *step: the time step of the code, if that is the current step by this host's clock, the
	 * step before or the step after; 0 for a wrong code. */
	enum err (*check_totp)(struct cx *, struct ca *, int64_t actor_id, struct blob sealed,
	    struct str code, int64_t *step);
};
/*
 * An identity key that was opened (unsealed), with the row that it came from. The key is kept
 * because opening it takes twice as long as signing with it, and nearly every signature is made
 * with the same key.
 */
struct opened_key {
	uint8_t key[ED25519_KEY], sealed[ED25519_SEED + SEAL_OVERHEAD];
	struct ed25519_private *private; /* NULL: none */
};
/* A signer in this process: for the signer child, motetctl and a worker without a master. */
struct ca_local {
	struct ca ca;
	const struct conf *conf;     /* borrowed: domain, server_cert_lifetime */
	uint8_t secret[SEAL_SECRET]; /* a copy */
	uint8_t totp[SEAL_SECRET];   /* derived from `secret`, for second factors */
	struct opened_key opened;    /* the opened key that made the last signature */
};
/* Make a signer in this process; when it is no longer needed, call ca_local_wipe(). */
void ca_local_init(struct ca_local *, const struct conf *, const uint8_t secret[SEAL_SECRET]);
/* Free the opened key and overwrite the secrets. A struct of zeros is allowed. */
void ca_local_wipe(struct ca_local *);
#endif
