#include "core/publish.h"
#include "base/conf.h"
#include "core/clocks.h"

struct published publish_claim(
    const struct cx *cx, struct blob cert, int64_t serial, int64_t invalidated, bool spaced)
{
	int64_t step = cx->conf->cache_lifetime / 4;
	struct cache_claim claim = { .serial = serial,
		.not_before = CACHE_NOT_BEFORE,
		.invalidated = invalidated,
		.spaced = spaced,
		.not_after = invalidated ? CACHE_REVOKED_NOT_AFTER
					 : cx->now / step * step + cx->conf->cache_lifetime };

	return (struct published){ .cert = cert, .claim = claim };
}

/*
 * Signatures kept in this process: a statement is the same for hours, and signing is the most
 * expensive part of a response. The slot of a signature follows from its serial, modulo the number
 * of slots; the two forms of a statement have neighbouring slots.
 */
enum { KEPT_SIGNATURES = 2048 };
static struct kept_signature {
	struct cache_claim claim;
	int64_t signer;
	uint8_t sig[ED25519_SIG];
} kept_signatures[KEPT_SIGNATURES];

static struct kept_signature *find_kept_signature(const struct cache_claim *c)
{
	return &kept_signatures[(c->serial * 2 + c->spaced) % KEPT_SIGNATURES];
}

static bool is_signature_of(
    const struct kept_signature *k, const struct cache_claim *c, int64_t signer)
{
	return k->signer == signer && k->claim.serial == c->serial &&
	    k->claim.not_before == c->not_before && k->claim.not_after == c->not_after &&
	    k->claim.invalidated == c->invalidated && k->claim.spaced == c->spaced;
}

/* Sign the statements without a kept signature, in batches as large as the signer takes. */
static enum err sign_rest(
    struct cx *cx, const struct server_key *key, struct published *p, size_t n)
{
	struct cache_claim claims[CACHE_CLAIMS_MAX];
	uint8_t sigs[CACHE_CLAIMS_MAX * ED25519_SIG];
	struct published *whose[CACHE_CLAIMS_MAX];
	struct ca_key signer = identity_signer(key);
	size_t m = 0;

	for (size_t i = 0; i < n; i++) {
		if (p[i].sig == NULL) {
			whose[m] = &p[i];
			claims[m++] = p[i].claim;
		}
		if (m == 0 || (m < CACHE_CLAIMS_MAX && i + 1 < n))
			continue;
		TRY(cx->ca->sign_cache(cx, cx->ca, &signer, claims, m, sigs));
		for (size_t k = 0; k < m; k++) {
			struct kept_signature *to = find_kept_signature(&claims[k]);
			to->claim = claims[k];
			to->signer = key->serial;
			memcpy(to->sig, sigs + k * ED25519_SIG, ED25519_SIG);
			whose[k]->sig = (uint8_t *)arena_dup(cx->mem, to->sig, ED25519_SIG);
		}
		m = 0;
	}
	return OK;
}

enum err publish_sign(struct cx *cx, struct published *p, size_t n)
{
	struct server_key *key;

	TRY(identity_current(cx, &key));
	for (size_t i = 0; i < n; i++) {
		const struct kept_signature *k = find_kept_signature(&p[i].claim);
		bool hit = is_signature_of(k, &p[i].claim, key->serial);
		meter_add(&cx->meter, hit ? COUNT_SIGNATURE_HIT : COUNT_SIGNATURE_MISS, 1);
		p[i].sig = hit ? (uint8_t *)arena_dup(cx->mem, k->sig, ED25519_SIG) : NULL;
	}
	return sign_rest(cx, key, p, n);
}

enum err publish_list_certs(
    struct cx *cx, struct str local, const struct cert_filter *f, struct cert_item **out, size_t *n)
{
	TRY(q_idcert_list(cx, local, f, out, n));
	if (*n == 0)
		return refuse(cx, ERR_NOT_FOUND, "fid", "There is no actor %.*s@%s.", (int)local.n,
		    local.s, cx->conf->domain);
	TRY(clocks_take_time(cx, (*out)->now));
	if ((*out)->cert.p == NULL)
		*n = 0;
	return OK;
}

enum err publish_actor(struct cx *cx, struct str local, const struct cert_filter *f, bool spaced,
    struct published **out, size_t *n)
{
	struct cert_item *c;

	TRY(publish_list_certs(cx, local, f, &c, n));
	identity_forget_unless(c->signer);
	struct published *p = *out = arena_alloc(cx->mem, *n * sizeof *p + 1);
	for (size_t i = 0; i < *n; i++)
		p[i] = publish_claim(cx, c[i].cert, c[i].serial, c[i].invalidated_at, spaced);
	return publish_sign(cx, p, *n);
}

enum err publish_server(struct cx *cx, int64_t at, bool spaced, struct published *p)
{
	struct server_key *k;

	TRY(identity_at(cx, at, &k));
	if (k->ended_at)
		identity_forget_unless(0);
	else
		identity_forget_unless(k->serial);
	*p = publish_claim(cx, k->cert, k->serial, k->ended_at, spaced);
	return publish_sign(cx, p, 1);
}
