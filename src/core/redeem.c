#include "core/redeem.h"
#include "base/conf.h"
#include "x509/cacheable.h"
#include "signer/signer.h"
#include "crypto/token.h"
#include "core/clocks.h"
#include "core/foreign.h"
#include "core/introspect.h"
#include "core/resend.h"
#include <unistd.h>

enum { REDEEM_TRIES = 12, REDEEM_PAUSE_US = 40 * 1000 };

#define REFUSE_TOKEN(cx, ...) refuse((cx), ERR_BAD_TOKEN, "federation_token", __VA_ARGS__)

/* The JWS reader reports ERR_UNAUTHORIZED for any bad token. */
static enum err as_token_error(struct cx *cx, enum err e)
{
	return e == ERR_UNAUTHORIZED ? (cx->why.err = ERR_BAD_TOKEN) : e;
}

struct shown_token {
	struct federation_token t;
	struct blob input;
	uint8_t sig[ED25519_SIG];
	bool own; /* the token was issued by this server */
};

static enum err check_token_audience(struct cx *cx, const struct federation_token *t)
{
	struct str own;

	TRY(federation_token_origin(cx, &own));
	if (!str_eq(t->aud, own))
		return REFUSE_TOKEN(cx, "This federation token is for %.*s; this server is %.*s.",
		    (int)t->aud.n, t->aud.s, (int)own.n, own.s);
	return OK;
}

static enum err copy_own_key(
    struct cx *cx, const struct federation_token_key *k, uint8_t key[ED25519_KEY])
{
	if (k->public_key.n != ED25519_KEY)
		return REFUSE_TOKEN(
		    cx, "The kid of this federation token names no key of this server.");
	memcpy(key, k->public_key.p, ED25519_KEY);
	return OK;
}

/* Find the key that must have signed the token: the home server's current key, or the key that it
 * had when the token was issued. */
static enum err find_home_key(
    struct cx *cx, const struct federation_token *t, uint8_t key[ED25519_KEY])
{
	struct foreign_cert s;

	TRY(foreign_find_server_by_serial(cx, t->iss, t->kid, t->iat, &s));
	if (!str_eq(s.cert.serial, t->kid))
		return REFUSE_TOKEN(cx,
		    "The kid of this federation token names no key that %.*s had when it was "
		    "issued.",
		    (int)t->iss.n, t->iss.s);
	memcpy(key, s.cert.key, ED25519_KEY);
	return OK;
}

/* q_federation_token_key() finds only our own keys, but is called for every token, because it also
 * returns the database's time. */
static enum err check_federation_token(struct cx *cx, struct str token, struct shown_token *s)
{
	uint8_t key[ED25519_KEY];
	struct federation_token_key *k;
	int64_t serial = 0;

	TRY(as_token_error(cx, federation_jws_read(cx, token, &s->t, &s->input, s->sig)));
	TRY(check_token_audience(cx, &s->t));
	s->own = str_is(s->t.iss, cx->conf->domain);
	if (s->own && !str_i64(s->t.kid, &serial))
		serial = 0;
	TRY(q_federation_token_key(cx, serial, &k));
	TRY(clocks_take_time(cx, k->now));
	TRY(as_token_error(
	    cx, federation_jws_check_times(cx, &s->t, cx->now, REDEEM_SKEW, SIGNER_TOKEN_LIFE)));
	TRY(s->own ? copy_own_key(cx, k, key) : find_home_key(cx, &s->t, key));
	TRY(as_token_error(cx, federation_jws_verify(cx, key, s->input, s->sig)));
	cx->asker_known = true;
	if (!s->own)
		foreign_note_heard(cx, s->t.iss);
	return OK;
}

/* Without a cnf, which other home servers may leave out, a token is for any ID-Cert of its actor.
 */
static enum err check_token_cnf(struct cx *cx, const struct shown_token *s, struct blob der)
{
	if (s->t.cnf.n ? str_eq(s->t.cnf, federation_jws_thumbprint(cx->mem, der)) : !s->own)
		return OK;
	return REFUSE_TOKEN(cx,
	    "This federation token is for another ID-Cert of %.*s: send the ID-Cert of the session "
	    "that asked for the token.",
	    (int)s->t.sub.n, s->t.sub.s);
}

static enum err check_token_cert(
    struct cx *cx, const struct shown_token *s, struct blob der, struct foreign_cert *c)
{
	const struct federation_token *t = &s->t;
	struct idcert id;

	enum err e = idcert_read(cx, der, &id);
	if (e == ERR_BAD_REQUEST)
		return cx->why.err = ERR_BAD_CERT;
	TRY(e);
	if (id.is_server)
		return refuse(cx, ERR_BAD_CERT, "id_cert",
		    "This is the ID-Cert of a server; send the actor's.");
	if (!str_eq(id.fid, t->sub))
		return REFUSE_TOKEN(cx,
		    "This federation token belongs to %.*s, but the ID-Cert belongs to %.*s.",
		    (int)t->sub.n, t->sub.s, (int)id.fid.n, id.fid.s);
	TRY(check_token_cnf(cx, s, id.der));
	TRY(foreign_check(cx, der, c));
	if (c->invalidated_at && c->invalidated_at <= cx->now)
		return refuse(cx, ERR_BAD_CERT, "id_cert", "This ID-Cert was revoked.");
	return OK;
}

static struct redemption make_redemption(
    struct cx *cx, const struct shown_token *s, const struct idcert *c, struct blob attempt)
{
	struct redemption r = { .iss = s->t.iss,
		.jti = s->t.jti,
		.attempt = attempt,
		.issued_at = s->t.iat,
		.expires_at = s->t.exp,
		.fid = c->fid,
		.domain = c->domain,
		.session_id = c->session_id,
		.serial_text = c->serial,
		.serial = c->serial64,
		.public_key = { c->key, ED25519_KEY },
		.cert = c->der,
		.not_after = c->not_after,
		.event = cacheable_event(cx, c->der) };

	str_cut(c->fid, '@', &r.local_name, &r.domain);
	return r;
}

/* KeyPackages are checked against the certificate; only those of home actors are stored. */
static enum err prepare_token_packages(struct cx *cx, const struct shown_token *s,
    const struct idcert *c, const struct keypackage_upload *u, struct redemption *r)
{
	struct foreign_cert server = { .cacheable = { NULL, 0 } };
	struct keypackage *k;
	size_t bad;

	/* A credential may be the chain [ID-Cert, certificate of its home server]. */
	if (u->n)
		TRY(foreign_find_server(cx, c->domain, c->not_before, &server));
	const struct keypackage_owner o = { .cert = c->der,
		.key = { c->key, ED25519_KEY },
		.server_cert = server.cert.der,
		.not_after = c->not_after,
		.now = cx->now };
	TRY(keypackage_prepare(cx, c->fid, &o, u, &k, &bad));
	if (u->kept)
		*u->kept = s->own;
	if (!s->own)
		return OK;
	r->packages = k;
	r->npackages = u->n;
	r->most_packages = cx->conf->keypackage_stock;
	return OK;
}

/* If another log-in to the same session conflicts, the statement writes nothing: neither the
 * redemption nor the session. */
static enum err send_redemption(
    struct cx *cx, bool own, const struct redemption *r, struct redemption_result **done)
{
	enum err e = ERR_CONFLICT;

	for (int try = 0; try < REDEEM_TRIES && e == ERR_CONFLICT; try++) {
		if (try)
			usleep(REDEEM_PAUSE_US);
		e = own ? q_federation_token_redeem_home(cx, r, done)
			: q_federation_token_redeem_foreign(cx, r, done);
	}
	return e == ERR_CONFLICT
	    ? fail(cx, ERR_RETRY, "federation token: every attempt conflicted with another request")
	    : e;
}

static enum err record_redemption(struct cx *cx, bool own, const struct redemption *r)
{
	struct resend s = { .doubt = false };
	struct redemption_result *done;
	enum err e;

	do
		e = send_redemption(cx, own, r, &done);
	while (resend_again(cx, &s, &e));
	if (e == ERR_BAD_REQUEST)
		return refuse(cx, e, "key_packages",
		    "init_key_reused: an init_key was used before; make new KeyPackages.");
	TRY(e);
	return done->opened || done->landed
	    ? OK
	    : REFUSE_TOKEN(cx,
		  "This federation token was already redeemed or deleted, or has expired; get a "
		  "new one.");
}

enum err redeem_token(struct cx *cx, struct str token, struct blob id_cert,
    const struct keypackage_upload *u, struct str *session_token)
{
	uint8_t hash[TOKEN_HASH];
	struct foreign_cert c;
	struct shown_token s;
	bool active = true;

	TRY(check_federation_token(cx, token, &s));
	TRY(check_token_cert(cx, &s, id_cert, &c));
	if (!s.own)
		TRY(introspect_token(cx, s.t.iss, token, &active));
	if (!active)
		return REFUSE_TOKEN(cx, "%.*s says that this federation token was deleted.",
		    (int)s.t.iss.n, s.t.iss.s);
	*session_token = token_new(cx->mem, 's', hash);
	struct redemption r = make_redemption(cx, &s, &c.cert, (struct blob){ hash, TOKEN_HASH });
	TRY(prepare_token_packages(cx, &s, &c.cert, u, &r));
	TRY(record_redemption(cx, s.own, &r));
	meter_add(&cx->meter, COUNT_TOKEN_REDEEMED, 1);
	meter_add(&cx->meter, COUNT_PACKAGE_ADDED, (int64_t)r.npackages);
	return OK;
}
