#include "signer/signer.h"
#include "signer/idcert_lint.h"
#include "base/clock.h"
#include <openssl/rand.h>

static struct blob get_key_aad(const uint8_t key[ED25519_KEY])
{
	return (struct blob){ key, ED25519_KEY };
}

static bool is_opened_key(const struct opened_key *o, const struct ca_key *key)
{
	return o->private && key->sealed.n == sizeof o->sealed &&
	    memcmp(o->key, key->key, sizeof o->key) == 0 &&
	    memcmp(o->sealed, key->sealed.p, sizeof o->sealed) == 0;
}

static void close_opened_key(struct opened_key *o)
{
	ed25519_private_free(o->private);
	*o = (struct opened_key){ .private = NULL };
}

static enum err unseal_key(struct cx *cx, struct ca_local *local, const struct ca_key *key)
{
	struct opened_key *o = &local->opened;
	struct blob plain;

	close_opened_key(o);
	TRY(unseal(cx, local->secret, get_key_aad(key->key), key->sealed, &plain));
	if (plain.n != ED25519_SEED)
		return fail(cx, ERR_INTERNAL, "signer: the sealed key does not contain a seed");
	TRY(ed25519_private_new(cx, plain.p, o->key, &o->private));
	memcpy(o->sealed, key->sealed.p, sizeof o->sealed);
	return OK;
}

/* A seed is used only to sign for its own public key, because the database may be wrong or tampered
 * with. */
static enum err open_signing_key(
    struct cx *cx, struct ca_local *local, const struct ca_key *key, struct ed25519_private **out)
{
	meter_add(&cx->meter, COUNT_SIGNATURE, 1);
	if (!is_opened_key(&local->opened, key))
		TRY(unseal_key(cx, local, key));
	if (memcmp(local->opened.key, key->key, ED25519_KEY) != 0)
		return fail(
		    cx, ERR_INTERNAL, "signer: the sealed seed does not belong to its public key");
	*out = local->opened.private;
	return OK;
}

static enum err seal_new_key(struct cx *cx, struct ca *ca, struct ca_key *out)
{
	const struct ca_local *local = (struct ca_local *)(void *)ca;
	uint8_t *seed = arena_secret(cx->mem, ED25519_SEED);

	TRY(ed25519_new(cx, seed, out->key));
	return seal(cx, local->secret, get_key_aad(out->key), (struct blob){ seed, ED25519_SEED },
	    &out->sealed);
}

static bool is_near_host_time(int64_t t, int64_t now)
{
	return t >= now - SIGNER_SKEW && t <= now + SIGNER_SKEW;
}

static enum err check_signable_times(
    struct cx *cx, const struct ca_local *local, const struct idcert_times *t)
{
	if (!is_near_host_time(t->not_before, clock_now()))
		return fail(cx, ERR_CLOCKS,
		    "signer: the certificate does not begin now: "
		    "compare the clocks of database and host");
	if (t->is_server && t->not_after - t->not_before >= local->conf->server_cert_lifetime)
		return fail(cx, ERR_INTERNAL,
		    "signer: the server certificate is valid for longer than server_cert_lifetime");
	return OK;
}

static enum err sign_linted_cert(struct cx *cx, struct ca *ca, const struct ca_key *key,
    struct blob tbs, uint8_t sig[ED25519_SIG])
{
	struct ca_local *local = (struct ca_local *)(void *)ca;
	struct idcert_times times;
	struct ed25519_private *private;

	TRY(idcert_lint(cx, tbs, str_of(local->conf->domain), key->key, &times));
	TRY(check_signable_times(cx, local, &times));
	TRY(open_signing_key(cx, local, key, &private));
	return ed25519_private_sign(cx, private, tbs, sig);
}

/* Is a time in the future? If it is, the clock of this host or of the database is wrong. */
static bool is_cache_claim_ahead(const struct cache_claim *c, int64_t now)
{
	return c->invalidated > now + SIGNER_SKEW || c->not_before > now + SIGNER_SKEW;
}
static const char *find_cache_claim_fault(const struct cache_claim *c, int64_t now)
{
	if (c->serial < SERIAL_MIN || c->serial > SERIAL_MAX)
		return "a serial number that this server cannot have issued";
	if (!clock_is_ten_digits(c->not_before) || !clock_is_ten_digits(c->not_after) ||
	    (c->invalidated && !clock_is_ten_digits(c->invalidated)))
		return "a time without exactly 10 digits";
	if (c->not_before > c->not_after)
		return "an end before its start";
	if (c->invalidated && c->not_after < CACHE_REVOKED_NOT_AFTER)
		return "an end so early that the signed text could be read without the revocation";
	if (is_cache_claim_ahead(c, now))
		return "a start or a revocation in the future";
	if (!c->invalidated && c->not_after > now + SIGNER_CACHE_LIFE + SIGNER_SKEW)
		return "an end that is too far away";
	return NULL;
}

static enum err sign_checked_cache(struct cx *cx, struct ca *ca, const struct ca_key *key,
    const struct cache_claim *claims, size_t n, uint8_t *sigs)
{
	struct ca_local *local = (struct ca_local *)(void *)ca;
	const int64_t now = clock_now();
	struct ed25519_private *private;

	if (n > CACHE_CLAIMS_MAX)
		return fail(cx, ERR_INTERNAL, "signer: %zu cache statements in one request", n);
	for (size_t i = 0; i < n; i++)
		if (find_cache_claim_fault(&claims[i], now))
			return fail(cx,
			    is_cache_claim_ahead(&claims[i], now) ? ERR_CLOCKS : ERR_INTERNAL,
			    "signer: a cache statement has %s",
			    find_cache_claim_fault(&claims[i], now));
	TRY(open_signing_key(cx, local, key, &private));
	for (size_t i = 0; i < n; i++) {
		const struct cache_claim *c = &claims[i];
		struct str text = cache_statement(cx->mem, c);
		TRY(ed25519_private_sign(cx, private, str_blob(text), sigs + i * ED25519_SIG));
	}
	return OK;
}

static enum err sign_checked_token(struct cx *cx, struct ca *ca, const struct ca_key *key,
    const struct federation_token *t, uint8_t sig[ED25519_SIG])
{
	struct ca_local *local = (struct ca_local *)(void *)ca;
	const char *wrong = federation_jws_check(cx->mem, t);
	struct ed25519_private *private;

	if (wrong)
		return fail(
		    cx, ERR_INTERNAL, "signer: the federation token is not valid: %s", wrong);
	if (!str_eq(t->iss, str_of(local->conf->domain)))
		return fail(
		    cx, ERR_INTERNAL, "signer: the federation token is issued by another server");
	if (t->cnf.n == 0)
		return fail(cx, ERR_INTERNAL, "signer: the federation token names no ID-Cert");
	if (t->exp - t->iat > SIGNER_TOKEN_LIFE)
		return fail(cx, ERR_INTERNAL,
		    "signer: the federation token is valid for more than %d seconds",
		    SIGNER_TOKEN_LIFE);
	if (!is_near_host_time(t->iat, clock_now()))
		return fail(cx, ERR_CLOCKS, "signer: the federation token is not issued now");
	TRY(open_signing_key(cx, local, key, &private));
	return ed25519_private_sign(
	    cx, private, str_blob(federation_jws_signing_input(cx, t)), sig);
}

static enum err sign_own_openpgp(struct cx *cx, struct ca *ca, const struct ca_key *key,
    const struct openpgp_spec *s, uint8_t sig[ED25519_SIG])
{
	struct ca_local *local = (struct ca_local *)(void *)ca;
	uint8_t hash[OPENPGP_HASH];
	struct ed25519_private *private;

	if (memcmp(s->key, key->key, ED25519_KEY) != 0)
		return fail(cx, ERR_INTERNAL, "signer: the OpenPGP block is for another key");
	if (!str_eq(s->user_id, str_of(local->conf->domain)))
		return fail(cx, ERR_INTERNAL, "signer: the OpenPGP user ID is not our domain");
	if (s->created > clock_now() + SIGNER_SKEW)
		return fail(cx, ERR_CLOCKS, "signer: the OpenPGP key was created in the future");
	TRY(openpgp_tbs_hash(cx, s, hash));
	TRY(open_signing_key(cx, local, key, &private));
	return ed25519_private_sign(cx, private, (struct blob){ hash, sizeof hash }, sig);
}

/* The aad of a second factor. This aad is shorter than that of an identity key, which has 32
 * octets. */
static struct blob make_second_factor_aad(struct cx *cx, int64_t actor_id)
{
	return str_blob(str_of(arena_printf(cx->mem, "totp %lld", (long long)actor_id)));
}

static enum err seal_new_totp_secret(struct cx *cx, struct ca *ca, int64_t actor_id,
    uint8_t secret[TOTP_SECRET], struct blob *sealed)
{
	const struct ca_local *local = (struct ca_local *)(void *)ca;

	if (RAND_priv_bytes(secret, TOTP_SECRET) != 1)
		return fail(cx, ERR_UNAVAILABLE, "signer: OpenSSL has no random numbers");
	return seal(cx, local->totp, make_second_factor_aad(cx, actor_id),
	    (struct blob){ secret, TOTP_SECRET }, sealed);
}

static enum err match_sealed_totp_code(struct cx *cx, struct ca *ca, int64_t actor_id,
    struct blob sealed, struct str code, int64_t *step)
{
	const struct ca_local *local = (struct ca_local *)(void *)ca;
	struct blob secret;

	TRY(unseal(cx, local->totp, make_second_factor_aad(cx, actor_id), sealed, &secret));
	if (secret.n != TOTP_SECRET)
		return fail(
		    cx, ERR_INTERNAL, "signer: the sealed second factor does not contain a secret");
	*step = totp_match(secret.p, code, clock_now());
	return OK;
}

void ca_local_init(
    struct ca_local *local, const struct conf *conf, const uint8_t secret[SEAL_SECRET])
{
	*local = (struct ca_local){ .ca = { .new_key = seal_new_key,
					.sign_cert = sign_linted_cert,
					.sign_cache = sign_checked_cache,
					.sign_token = sign_checked_token,
					.sign_openpgp = sign_own_openpgp,
					.new_totp = seal_new_totp_secret,
					.check_totp = match_sealed_totp_code },
		.conf = conf };
	memcpy(local->secret, secret, SEAL_SECRET);
	seal_derive(secret, "motet second factors", local->totp);
}

void ca_local_wipe(struct ca_local *local)
{
	close_opened_key(&local->opened);
	explicit_bzero(local, sizeof *local);
}
