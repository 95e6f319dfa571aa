#include "core/federation_token.h"
#include "base/conf.h"
#include "crypto/hash.h"
#include "text/origin.h"
#include "text/encoding.h"
#include "core/actor.h"
#include "core/foreign.h"
#include "core/identity.h"
#include <sys/random.h>

enum { TOKEN_ISSUE_TRIES = 4, JTI_BYTES = 16 };

enum err federation_token_status(struct cx *cx, bool *enabled)
{
	return q_federation_token_status(cx, enabled);
}

enum err federation_token_switch(struct cx *cx, bool enabled)
{
	return q_federation_token_switch(cx, enabled);
}

enum err federation_token_origin(struct cx *cx, struct str *origin)
{
	const char *wrong = origin_read(
	    cx->mem, str_of(cx->conf->public_url), ORIGIN_HTTP | ORIGIN_ADDRESS, origin);

	return wrong ? fail(cx, ERR_INTERNAL, "public_url %s", wrong) : OK;
}

/* Our own origin may have any form that the configuration allows; the origins of other servers must
 * be https. */
static enum err read_token_audience(struct cx *cx, struct str server, struct str *aud)
{
	struct str own;

	TRY(federation_token_origin(cx, &own));
	if (origin_read(cx->mem, server, ORIGIN_HTTP | ORIGIN_ADDRESS, aud) == NULL &&
	    str_eq(*aud, own))
		return OK;
	TRY(origin_parse(cx, server, 0, aud));
	return foreign_check_origin(cx, *aud);
}

static enum err refuse_tokens_off(struct cx *cx)
{
	return refuse(cx, ERR_TOKENS_OFF, "", "%s", err_text(ERR_TOKENS_OFF));
}

/* Sign the token. The token's jti stays the same in all attempts. */
static enum err sign_federation_token(
    struct cx *cx, const struct server_key *key, struct federation_token *t, struct str *token)
{
	const struct ca_key signer = identity_signer(key);
	uint8_t sig[ED25519_SIG];

	t->kid = str_of(arena_printf(cx->mem, "%lld", (long long)key->serial));
	TRY(cx->ca->sign_token(cx, cx->ca, &signer, t, sig));
	*token = federation_jws_compact(cx, federation_jws_signing_input(cx, t), sig);
	return OK;
}

/* The session that asks for a federation token: its row, and the hash of its session token. */
struct token_asker {
	const struct session *s;
	struct blob hash;
};

static enum err record_federation_token(struct cx *cx, const struct token_asker *asker,
    const struct federation_token *t, int64_t serial, struct str token,
    struct federation_token_issued **out)
{
	uint8_t hash[HASH_BYTES];
	const struct new_federation_token n = { .actor_id = asker->s->actor_id,
		.asker = asker->hash,
		.cert_serial = asker->s->serial,
		.jti = t->jti,
		.audience = t->aud,
		.token_hash = { hash, HASH_BYTES },
		.issued_at = t->iat,
		.expires_at = t->exp,
		.server_serial = serial };

	sha256(str_blob(token), hash);
	return q_federation_token_issue(cx, &n, out);
}

static enum err make_token_jti(struct cx *cx, struct str *jti)
{
	uint8_t bits[JTI_BYTES];

	if (getrandom(bits, sizeof bits, 0) != sizeof bits)
		return fail(cx, ERR_UNAVAILABLE, "federation token: getrandom failed");
	*jti = federation_jws_base64url_encode(cx->mem, (struct blob){ bits, sizeof bits });
	return OK;
}

static enum err refuse_ended_asker(struct cx *cx)
{
	return refuse(cx, ERR_UNAUTHORIZED, "", "This session has just ended; log in again.");
}

static enum err issue_recorded_token(
    struct cx *cx, const struct token_asker *asker, struct federation_token *t, struct str *token)
{
	struct federation_token_issued *done;
	struct server_key *key;

	for (int try = 0; try < TOKEN_ISSUE_TRIES; try++) {
		TRY(identity_current(cx, &key));
		TRY(sign_federation_token(cx, key, t, token));
		TRY(record_federation_token(cx, asker, t, key->serial, *token, &done));
		if (done->issued) {
			meter_add(&cx->meter, COUNT_TOKEN_ISSUED, 1);
			return OK;
		}
		if (!done->enabled)
			return refuse_tokens_off(cx);
		if (done->current)
			return refuse_ended_asker(cx);
		identity_forget_unless(0); /* the server key was rotated */
	}
	return fail(
	    cx, ERR_RETRY, "could not issue a federation token in %d attempts", TOKEN_ISSUE_TRIES);
}

/* Whether tokens are issued is checked here only to spare a useless outbound request; the statement
 * that stores the token checks this again, and decides. */
enum err federation_token_issue(
    struct cx *cx, const struct session *s, struct blob asker, struct str server, struct str *token)
{
	struct federation_token t = { .iss = str_of(cx->conf->domain),
		.sub = actor_fid(cx, s->local_name),
		.iat = cx->now,
		.exp = cx->now + cx->conf->federation_token_lifetime };
	struct blob cert;
	bool enabled;

	TRY(q_federation_token_asker(cx, asker, &enabled, &cert));
	if (!enabled)
		return refuse_tokens_off(cx);
	if (cert.p == NULL)
		return refuse_ended_asker(cx);
	t.cnf = federation_jws_thumbprint(cx->mem, cert);
	TRY(read_token_audience(cx, server, &t.aud));
	TRY(make_token_jti(cx, &t.jti));
	return issue_recorded_token(cx, &(struct token_asker){ s, asker }, &t, token);
}

enum err federation_token_delete(struct cx *cx, int64_t actor_id, int64_t *deleted)
{
	return q_federation_token_delete(cx, actor_id, deleted);
}

enum err federation_token_list(
    struct cx *cx, int64_t actor_id, struct federation_token_item **out, size_t *n)
{
	return q_federation_token_list(cx, actor_id, out, n);
}

enum err federation_token_active(struct cx *cx, struct str hex, bool *active)
{
	struct blob hash;

	if (!hex_decode(cx->mem, hex, &hash) || hash.n != HASH_BYTES)
		return refuse(cx, ERR_BAD_REQUEST, "token_hash",
		    "token_hash must be the SHA-256 of a federation token: 64 hex digits");
	return q_federation_token_active(cx, hash, active);
}
