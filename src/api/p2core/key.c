#include "api/common/binary.h"
#include "api/common/render.h"
#include "base/conf.h"
#include "text/fid.h"
#include "text/encoding.h"
#include "core/actor.h"
#include "core/foreign.h"
#include "core/publish.h"
#include <json-c/json.h>

#define MEDIA_PGP "application/pgp-keys"

static struct str encode_server_spki(struct cx *cx, const struct server_key *k)
{
	return pem_encode(cx->mem, "PUBLIC KEY", ed25519_spki(cx->mem, k->key.p));
}

static bool wants_pgp(const struct call *c)
{
	static const char *const media[] = { "application/json", "application/pkix-cert",
		"application/x-pem-file", MEDIA_PGP };

	return http_choose(c->req->accept, media, 4) == 3;
}

/* PUT /key/server: rotate the identity key, for all hosts at once. The answer is the new key, in
 * JSON or as an OpenPGP block; Accept chooses. */
enum err p2core_put_key_server(struct call *c)
{
	struct server_key *k;
	struct str block;

	TRY(identity_rotate(c->cx, &k));
	if (!wants_pgp(c))
		return reply_json(c, 200, json_from_str(encode_server_spki(c->cx, k)));
	TRY(identity_openpgp(c->cx, k, &block));
	return reply_text(c, 200, MEDIA_PGP, block);
}

/* GET /key/server: the certificate that the server has now or had at a time; or the server's key as
 * an OpenPGP block. */
enum err p2core_get_key_server(struct call *c)
{
	const struct binary_query *in = c->in;
	struct server_key *k;
	struct str block;

	TRY(identity_at(c->cx, when_or(in->timestamp, -1), &k));
	if (!wants_pgp(c))
		return binary_reply_cert(c, in, k->cert);
	TRY(identity_openpgp(c->cx, k, &block));
	return reply_public(c, MEDIA_PGP, block, CACHE_REVALIDATE);
}

/*
 * Is a certificate valid at the time asked for, or now if no time was given? A revoked certificate
 * counts as valid up to its revocation, but only if a time was given.
 */
static bool is_cert_good_at(
    const struct when *w, int64_t now, int64_t not_before, int64_t not_after, int64_t invalidated)
{
	int64_t at = when_or(*w, now);

	return not_before <= at && at <= not_after &&
	    (invalidated == 0 || (w->given && invalidated > at));
}

static enum err list_home_key_certs(
    struct call *c, const struct binary_query *in, struct str local, struct blob **certs, size_t *n)
{
	const struct cert_filter f = { when_or(in->timestamp, -1), -1, -1, { NULL, 0 } };
	struct cert_item *v;
	size_t all;

	TRY(publish_list_certs(c->cx, local, &f, &v, &all));
	*certs = arena_alloc(c->cx->mem, all * sizeof **certs + 1);
	for (size_t i = 0; i < all; i++)
		if (in->timestamp.given || v[i].invalidated_at == 0)
			(*certs)[(*n)++] = v[i].cert;
	return OK;
}

static enum err list_foreign_key_certs(
    struct call *c, const struct binary_query *in, struct str fid, struct blob **certs, size_t *n)
{
	struct foreign_cert *v;
	size_t all;

	TRY(foreign_list_certs(c->cx, fid, (struct str){ NULL, 0 }, &v, &all));
	*certs = arena_alloc(c->cx->mem, all * sizeof **certs + 1);
	for (size_t i = 0; i < all; i++)
		if (is_cert_good_at(&in->timestamp, c->cx->now, v[i].cert.not_before,
			v[i].cert.not_after, v[i].invalidated_at))
			(*certs)[(*n)++] = v[i].cert.der;
	return OK;
}

/* GET /key/user/{user_id}: user_id is an actor's number, a federation ID of any server, or a local
 * name. */
enum err p2core_get_key_user(struct call *c)
{
	const struct binary_query *in = c->in;
	struct str local, domain;
	struct actor_ref who;
	struct blob *certs;
	size_t n = 0;

	if (fid_parse(c->cx->mem, c->path[0], &local, &domain) &&
	    !str_is(domain, c->cx->conf->domain)) {
		TRY(list_foreign_key_certs(
		    c, in, (struct str){ local.s, local.n + 1 + domain.n }, &certs, &n));
	} else {
		TRY(actor_find(c->cx, "user_id", c->path[0], &who));
		TRY(list_home_key_certs(c, in, who.local_name, &certs, &n));
	}
	return binary_reply_certs(c, in, certs, n);
}
