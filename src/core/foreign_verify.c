#include "core/foreign_verify.h"

enum err foreign_verify_server(struct cx *cx, const struct cacheable *c, struct str domain,
    const uint8_t current[ED25519_KEY], int64_t at)
{
	const struct idcert *s = &c->cert;

	if (!s->is_server)
		return REFUSE_CERT(cx, "%.*s presents an actor's certificate as its own.",
		    (int)domain.n, domain.s);
	if (!str_eq(s->domain, domain))
		return REFUSE_CERT(cx, "The server at %.*s presents a certificate of %.*s.",
		    (int)domain.n, domain.s, (int)s->domain.n, s->domain.s);
	if (!idcert_signed_by(s, s->key))
		return REFUSE_CERT(cx, "The certificate of %.*s is not signed by its own key.",
		    (int)domain.n, domain.s);
	if (at < s->not_before - FOREIGN_SKEW || at > s->not_after)
		return REFUSE_CERT(cx, "The certificate of %.*s is not valid at that time.",
		    (int)domain.n, domain.s);
	if (c->invalidated && c->invalidated <= at)
		return REFUSE_CERT(cx,
		    "The certificate of %.*s had already been replaced at that time.",
		    (int)domain.n, domain.s);
	return cacheable_check(cx, c, current, cx->now);
}

enum err foreign_verify_actor(struct cx *cx, const struct cacheable *c, struct str fid,
    const struct idcert *signer, const uint8_t current[ED25519_KEY])
{
	const struct idcert *a = &c->cert;

	if (a->is_server)
		return REFUSE_CERT(cx, "This is a server's certificate; send the actor's.");
	if (!str_eq(a->fid, fid))
		return REFUSE_CERT(cx, "The certificate belongs to %.*s, not to %.*s.",
		    (int)a->fid.n, a->fid.s, (int)fid.n, fid.s);
	if (!str_eq(a->domain, signer->domain) || !idcert_signed_by(a, signer->key))
		return REFUSE_CERT(cx,
		    "The ID-Cert is not signed by the key that its home server had when it was "
		    "issued.");
	if (memcmp(a->key, signer->key, sizeof a->key) == 0)
		return REFUSE_CERT(cx, "The ID-Cert contains its home server's key.");
	if (a->not_before < signer->not_before || a->not_after > signer->not_after)
		return REFUSE_CERT(
		    cx, "The ID-Cert's validity exceeds that of its home server's certificate.");
	return cacheable_check(cx, c, current, cx->now);
}

enum err foreign_verify_now(struct cx *cx, const struct idcert *c, int64_t invalidated_at)
{
	if (invalidated_at && invalidated_at <= cx->now)
		return REFUSE_CERT(cx, "This ID-Cert has been revoked by its home server.");
	if (cx->now < c->not_before - FOREIGN_SKEW)
		return REFUSE_CERT(cx, "This ID-Cert is not valid yet.");
	if (cx->now > c->not_after)
		return REFUSE_CERT(cx, "This ID-Cert has expired.");
	return OK;
}
