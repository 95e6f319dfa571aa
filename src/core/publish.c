#include "core/publish.h"
#include "base/conf.h"

enum { BATCH = 64 };

struct published publish_claim(const struct cx *cx, struct blob cert, int64_t serial, int64_t invalidated)
{
	int64_t step = cx->conf->cache_lifetime / 4;
	struct cache_claim claim = { .serial = serial, .not_before = CACHE_NOT_BEFORE, .invalidated = invalidated,
		.not_after = invalidated ? CACHE_REVOKED_NOT_AFTER : cx->now / step * step + cx->conf->cache_lifetime };

	return (struct published){ .cert = cert, .claim = claim };
}

enum err publish_sign(struct cx *cx, struct published *p, size_t n)
{
	struct cache_claim *claims = arena_alloc(cx->mem, n * sizeof *claims);
	uint8_t *sigs = arena_alloc(cx->mem, n * ED25519_SIG);
	struct server_key *key;

	TRY(identity_current(cx, &key));
	struct ca_key signer = identity_signer(key);
	for (size_t i = 0; i < n; i++) {
		claims[i] = p[i].claim;
		p[i].sig = sigs + i * ED25519_SIG;
	}
	for (size_t at = 0; at < n; at += BATCH)
		TRY(cx->ca->sign_cache(cx, cx->ca, &signer, claims + at, n - at < BATCH ? n - at : BATCH, sigs + at * ED25519_SIG));
	return OK;
}

enum err publish_plain(struct cx *cx, struct str local, const struct cert_filter *f, struct cert_item **out, size_t *n)
{
	TRY(q_idcert_list(cx, local, f, out, n));
	if (*n == 0)
		return refuse(cx, ERR_NOT_FOUND, "fid", "There is no actor %.*s@%s.", (int)local.n, local.s, cx->conf->domain);
	cx->now = (*out)->now;
	if ((*out)->cert.p == NULL)
		*n = 0;
	return OK;
}

enum err publish_actor(struct cx *cx, struct str local, const struct cert_filter *f, struct published **out, size_t *n)
{
	struct cert_item *c;

	TRY(publish_plain(cx, local, f, &c, n));
	identity_expect(c->signer);
	struct published *p = *out = arena_alloc(cx->mem, *n * sizeof *p + 1);
	for (size_t i = 0; i < *n; i++)
		p[i] = publish_claim(cx, c[i].cert, c[i].serial, c[i].invalidated_at);
	return publish_sign(cx, p, *n);
}

enum err publish_server(struct cx *cx, int64_t at, struct published *p)
{
	struct server_key *k;

	TRY(identity_at(cx, at, &k));
	if (k->ended_at)
		identity_expect(0);
	else
		identity_expect(k->serial);
	*p = publish_claim(cx, k->cert, k->serial, k->ended_at);
	return publish_sign(cx, p, 1);
}
