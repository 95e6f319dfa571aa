#include "core/verify_rows.h"
#include "signer/idcert_lint.h"
#include "base/conf.h"
#include "x509/cacheable.h"
#include "text/fid.h"
#include "crypto/hash.h"
#include "x509/key_material_der.h"
#include "json/json.h"
#include "mls/mls_keypackage.h"
#include "text/origin.h"
#include "crypto/phc.h"
#include "core/actor.h"
#include "core/event.h"
#include "core/identity.h"
#include "core/redeem.h"
#include "core/schema.h"
#include <stdarg.h>

__attribute__((format(printf, 2, 3))) static void found(struct verify *v, const char *fmt, ...)
{
	char what[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	const struct verify_finding f = { v->table, *v->key, what };
	v->tally->findings++;
	v->watch->found(v->watch->arg, &f);
}

#define NEED(v, good, ...) \
	do { \
		if (!(good)) \
			found((v), __VA_ARGS__); \
	} while (0)

/* What the reader or the library said of it. */
static const char *why(const struct verify *v)
{
	return v->cx->why.say[0] ? v->cx->why.say : v->cx->why.log;
}

static bool key_is(struct blob b, const uint8_t key[ED25519_KEY])
{
	return blob_eq(b, (struct blob){ key, ED25519_KEY });
}

static bool read_cert(struct verify *v, struct blob der, struct idcert *c)
{
	if (der.n && idcert_read(v->cx, der, c) == OK)
		return true;
	found(v, "cert cannot be read: %s", der.n ? why(v) : "it is empty");
	return false;
}

/* By the second reader, and by the key that it says it was signed with. */
static void sealed_by(struct verify *v, const struct idcert *c, struct blob signer)
{
	if (signer.n != ED25519_KEY) {
		found(v, "server_serial: there is no key of 32 octets to hold it against");
		return;
	}
	NEED(v, idcert_lint(v->cx, c->tbs, str_of(v->cx->conf->domain), signer.p, NULL) == OK,
	    "cert: %s", why(v));
	NEED(v, idcert_signed_by(c, signer.p),
	    "cert is not signed by the server key that the row names");
}

static void same(struct verify *v, const struct idcert *c, int64_t serial, struct blob public_key,
    int64_t not_before, int64_t not_after)
{
	NEED(v, c->serial64 == serial, "serial is not that of cert, which is %.*s",
	    (int)c->serial.n, c->serial.s);
	NEED(v, key_is(public_key, c->key), "public_key is not that of cert");
	NEED(v, c->not_before == not_before, "not_before is not that of cert");
	NEED(v, c->not_after == not_after, "not_after is not that of cert");
}

static bool opens(struct verify *v, const struct verify_server_key *k)
{
	const struct cache_claim any = { SERIAL_MIN, CACHE_NOT_BEFORE, CACHE_NOT_BEFORE, 0 };
	const struct server_key row = { .key = k->public_key, .sealed = k->sealed };
	uint8_t thrown_away[ED25519_SIG];

	if (k->public_key.n != ED25519_KEY)
		return false;
	const struct ca_key ca = identity_signer(&row);
	return v->cx->ca->sign_cache(v->cx, v->cx->ca, &ca, &any, 1, thrown_away) == OK;
}

static void server_key(struct verify *v, const void *row)
{
	const struct verify_server_key *k = row;
	struct idcert c;

	NEED(v, k->used, "serial is not in serial_used");
	NEED(v, k->ended_at == k->next, "ended_at is not when the next key began");
	NEED(v, opens(v, k),
	    "sealed does not open with the secret of this host, or is not the key of public_key");
	if (!read_cert(v, k->cert, &c))
		return;
	NEED(v, c.is_server && str_is(c.domain, v->cx->conf->domain),
	    "cert is not one of the server of %s", v->cx->conf->domain);
	sealed_by(v, &c, k->public_key);
	same(v, &c, k->serial, k->public_key, k->not_before, k->not_after);
}

static void idcert(struct verify *v, const void *row)
{
	const struct verify_idcert *r = row;
	struct idcert c;

	NEED(v, r->used, "serial is not in serial_used");
	NEED(v, r->twin == 0, "the certificate %lld of the same session is valid at the same time",
	    (long long)r->twin);
	if (!read_cert(v, r->cert, &c))
		return;
	sealed_by(v, &c, r->signer);
	same(v, &c, r->serial, r->public_key, r->not_before, r->not_after);
	NEED(v, !c.is_server, "cert is one of a server");
	NEED(v, str_eq(c.fid, actor_fid(v->cx, r->local_name)),
	    "cert is one of %.*s, and the actor is %.*s", (int)c.fid.n, c.fid.s,
	    (int)r->local_name.n, r->local_name.s);
	NEED(v, str_eq(c.session_id, r->session_id), "session_id is not that of cert");
	NEED(v, c.not_before >= r->signer_before && c.not_after <= r->signer_after,
	    "cert is not within the validity of the server's");
	NEED(v, r->signer_ended == 0 || c.not_before <= r->signer_ended,
	    "cert was issued when the server had another key");
}

static void session(struct verify *v, const void *row)
{
	const struct verify_session *r = row;

	NEED(v, r->there, "serial: its ID-Cert is gone");
	NEED(v, r->ended || !r->revoked, "its ID-Cert was revoked, and the token was not ended");
}

/*
 * A certificate of another server's actor, against the keys that are remembered of that server.
 * When none of them signed it, it is wrong only where one of them had to: the one of its time.
 */
static void signed_at_home(struct verify *v, const struct idcert *c)
{
	struct str *texts;
	size_t n;
	bool had_to = false;

	if (q_verify_homes(v->cx, c->domain, &texts, &n) != OK) {
		found(v, "cert could not be held against its server's keys: %s", why(v));
		return;
	}
	for (size_t i = 0; i < n; i++) {
		struct cacheable s;
		if (cacheable_read(v->cx, texts[i], &s) != OK)
			continue; /* its own row says so */
		if (idcert_signed_by(c, s.cert.key))
			return;
		had_to |= s.cert.not_before < c->not_before && s.cert.not_after >= c->not_before &&
		    (s.invalidated == 0 || s.invalidated > c->not_before);
	}
	NEED(v, !had_to, "cert is not signed by the key that %.*s had then", (int)c->domain.n,
	    c->domain.s);
}

static void foreign_session(struct verify *v, const void *row)
{
	const struct verify_foreign_session *r = row;
	struct cacheable known;
	struct idcert c;

	if (!read_cert(v, r->cert, &c))
		return;
	if (r->known.n && cacheable_read(v->cx, r->known, &known) == OK)
		NEED(v, blob_eq(known.cert.der, r->cert),
		    "cert is not the one of that serial in foreign_cert");
	NEED(v, !c.is_server, "cert is one of a server");
	NEED(v, str_eq(c.fid, r->fid), "fid is not that of cert");
	NEED(v, str_eq(c.domain, r->domain), "domain is not that of cert");
	NEED(v, str_eq(c.session_id, r->session_id), "session_id is not that of cert");
	NEED(v, str_eq(c.serial, r->serial), "serial is not that of cert");
	NEED(v, key_is(r->public_key, c.key), "public_key is not that of cert");
	NEED(v, c.not_after == r->not_after, "not_after is not that of cert");
	signed_at_home(v, &c);
}

static void foreign_cert(struct verify *v, const void *row)
{
	const struct verify_foreign_cert *r = row;
	struct cacheable s;

	if (cacheable_read(v->cx, r->cacheable, &s) != OK) {
		found(v, "cacheable cannot be read: %s", why(v));
		return;
	}
	const struct idcert *c = &s.cert;
	NEED(v, str_eq(c->serial, r->key.b), "serial is not that of the certificate");
	NEED(v, str_eq(c->domain, r->domain), "domain is not that of the certificate");
	NEED(v, str_eq(c->session_id, r->session_id), "session_id is not that of the certificate");
	NEED(v, c->not_before == r->not_before && c->not_after == r->not_after,
	    "not_before or not_after is not that of the certificate");
	NEED(v, s.invalidated == r->invalidated_at,
	    "invalidated_at is not what the home server has signed");
	NEED(v, r->usable_until <= s.not_after,
	    "usable_until is later than the home server has signed");
	NEED(v, c->is_server || str_eq(c->fid, r->key.a), "subject is not that of the certificate");
	if (c->is_server)
		NEED(v, idcert_signed_by(c, c->key),
		    "the server's certificate is not signed by its own key");
	else
		signed_at_home(v, c);
}

static struct str capable(struct verify *v, struct blob list)
{
	struct buf b = { .mem = v->cx->mem };

	for (size_t i = 0; i + 1 < list.n; i += 2)
		buf_printf(&b, "%s%d", i ? "," : "", list.p[i] << 8 | list.p[i + 1]);
	return buf_done(&b);
}

/* What the row repeats of it. */
static void same_package(
    struct verify *v, const struct verify_key_package *r, const struct mls_keypackage *k)
{
	int64_t end = mls_keypackage_expiry(k);
	uint8_t hash[HASH_BYTES];
	struct blob ref;

	sha256(k->init_key, hash);
	NEED(v, k->suite->id == r->suite, "suite is not that of tls");
	NEED(v, blob_eq(r->init_hash, (struct blob){ hash, sizeof hash }),
	    "init_hash is not that of tls");
	NEED(v, mls_keypackage_ref(v->cx, k, &ref) == OK && blob_eq(r->ref, ref),
	    "ref is not that of tls");
	NEED(v, str_eq(capable(v, k->cap_extensions), r->extensions),
	    "extensions are not those of tls");
	NEED(v, r->not_after == (end < r->cert_after ? end : r->cert_after),
	    "not_after is not that of tls, nor of its ID-Cert");
}

static void key_package(struct verify *v, const void *row)
{
	const struct verify_key_package *r = row;
	const struct mls_policy p = { .fid = actor_fid(v->cx, r->local_name),
		.key = r->public_key,
		.id_cert = r->cert,
		.server_cert = r->server_cert,
		.now = r->now,
		.skew = MLS_SKEW,
		.rules = MLS_RULES };
	struct mls_keypackage k;

	NEED(v, r->init_hash.n == HASH_BYTES, "init_hash is not one");
	if (r->spent) {
		NEED(v, r->tls.n == 0,
		    "it was given out or has ended, and its octets are still here");
		return;
	}
	NEED(v, r->live, "its ID-Cert has ended, and it could be given out");
	if (mls_keypackage_read(v->cx, r->tls, &k) != OK) {
		found(v, "tls cannot be read: %s", why(v));
		return;
	}
	same_package(v, r, &k);
	if (r->not_after > r->now)
		NEED(v, mls_keypackage_check(v->cx, &k, &p) == OK, "tls: %s", why(v));
}

static void keymaterial(struct verify *v, const void *row)
{
	const struct verify_keymaterial *r = row;
	struct str rest = r->algorithms, one;
	struct blob der;

	NEED(v, key_material_der_check(v->cx, r->key_data) == OK, "key_data: %s", why(v));
	if (r->algorithm.n)
		NEED(v, key_material_der_algorithm(v->cx, "algorithm", r->algorithm, &one) == OK,
		    "algorithm: %s", why(v));
	while (rest.n) {
		str_cut(rest, ',', &one, &rest);
		NEED(v, key_material_der_identifier(v->cx, "algorithms", str_trim(one), &der) == OK,
		    "algorithms: %s", why(v));
	}
}

static void actor(struct verify *v, const void *row)
{
	const struct verify_actor *r = row;
	struct phc phc;

	NEED(v, local_name_ok(r->local_name), "local_name is none");
	NEED(v, phc_parse(v->cx->mem, r->password, &phc),
	    "password is no PHC string of ours: nobody can log in with it");
}

/* Of actors of other servers the key may be forgotten: they are left alone. */
static void key_trial(struct verify *v, const void *row)
{
	const struct verify_key_trial *r = row;

	NEED(v, r->signature.n == ED25519_SIG, "signature has not 64 octets");
	if (r->local_name.n == 0 || !str_eq(r->fid, actor_fid(v->cx, r->local_name)) ||
	    r->signature.n != ED25519_SIG || r->public_key.n != ED25519_KEY)
		return;
	NEED(v, ed25519_verify(r->public_key.p, str_blob(r->key.a), r->signature.p),
	    "signature is not one over the trial by the key of that certificate");
}

static void event_counter(struct verify *v, const void *row)
{
	const struct verify_event_counter *r = row;

	NEED(v, r->top <= r->last, "last is below the number of an event");
	NEED(v, r->read <= r->last, "read is above last");
}

static void invite(struct verify *v, const void *row)
{
	const struct verify_invite *r = row;

	NEED(v, r->used == r->came, "used is %lld, and %lld have come by it", (long long)r->used,
	    (long long)r->came);
}

/* Every event that motet_emit() is called for. */
static const struct {
	const char *ns, *name;
	int64_t op;
	bool cert; /* about a certificate of ours, at least where `data` is missing */
} kinds[] = {
	{ "core", "NEW_SESSION", EVENT_NEW_SESSION, true },
	{ "core", "ACTOR_CERTIFICATE_INVALIDATION", EVENT_INVALIDATION, true },
	{ "core", "SERVER_KEY_CHANGE", EVENT_SERVER_KEY_CHANGE, true },
	{ "motet", "CLIENT_KEY_CHANGE", EVENT_CLIENT_KEY_CHANGE, true },
	{ "motet", "LOW_KEY_PACKAGES", EVENT_LOW_KEY_PACKAGES, false },
	{ "motet", "SECOND_FACTOR", EVENT_SECOND_FACTOR, false },
};

static bool known(const struct verify_event *r, bool *cert)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (str_is(r->ns, kinds[i].ns) && str_is(r->name, kinds[i].name) &&
		    r->op == kinds[i].op) {
			*cert = kinds[i].cert;
			return true;
		}
	return false;
}

static void event(struct verify *v, const void *row)
{
	const struct verify_event *r = row;
	bool cert = false;

	NEED(v, r->seq > 0, "seq is not above 0");
	NEED(v, r->counted, "its session has no event_counter");
	NEED(v, known(r, &cert), "namespace, op and name are those of no event");
	NEED(v, r->serial == 0 || r->there, "serial is that of no certificate");
	NEED(v, r->data.s || (cert && r->serial), "data is missing");
	if (r->data.s)
		NEED(v, json_scan(v->cx, r->data) == OK, "data is no JSON: %s", why(v));
}

/* No code has to be right for that: whether the secret opens is told before. */
static bool second_factor_opens(struct verify *v, const struct verify_totp *r)
{
	int64_t step;

	return v->cx->ca->check_totp(
		   v->cx, v->cx->ca, r->actor_id, r->sealed, STR("000000"), &step) == OK;
}

static void totp(struct verify *v, const void *row)
{
	const struct verify_totp *r = row;

	NEED(v, second_factor_opens(v, r),
	    "sealed does not open with the secret of this host, or is not that actor's: every code is refused");
	NEED(v, (r->confirmed_at != 0) == (r->last_step != 0),
	    "last_step and confirmed_at do not go together");
	NEED(v,
	    r->last_step >= 0 && r->last_step <= (r->now + SIGNER_SKEW) / TOTP_STEP + TOTP_WINDOW,
	    "last_step is yet to come: every code until then is refused");
	NEED(v, r->confirmed_at == 0 || r->confirmed_at >= r->created_at,
	    "confirmed_at is before created_at");
}

static void totp_recovery(struct verify *v, const void *row)
{
	const struct verify_totp_recovery *r = row;

	NEED(v, r->confirmed, "its second factor is not there, or was never confirmed");
	NEED(v, r->used == r->tried, "used_at and attempt do not go together");
}

static bool origin_ok(struct verify *v, struct str s)
{
	struct str normal;

	return origin_read(v->cx->mem, s, ORIGIN_HTTP | ORIGIN_ADDRESS, &normal) == NULL &&
	    str_eq(s, normal);
}

static bool jti_ok(struct verify *v, struct str jti)
{
	struct blob bits;

	return jti.n >= FEDERATION_JWS_JTI_MIN && jti.n <= FEDERATION_JWS_JTI_MAX &&
	    federation_jws_base64url_decode(v->cx->mem, jti, &bits);
}

/* A day after its end it may be forgotten that a token was redeemed. */
static bool remembered(struct verify *v, const struct verify_federation_token *r)
{
	bool there = false;

	if (r->redeemed_at == 0 || r->expires_at < r->now)
		return true;
	return q_verify_redeemed(v->cx, str_of(v->cx->conf->domain), r->jti, &there) == OK && there;
}

static void federation_token(struct verify *v, const void *row)
{
	const struct verify_federation_token *r = row;

	NEED(v, jti_ok(v, r->jti), "jti is none");
	NEED(v, origin_ok(v, r->audience), "audience is no origin");
	NEED(v, r->issued_at < r->expires_at && r->expires_at - r->issued_at <= SIGNER_TOKEN_LIFE,
	    "issued_at and expires_at are those of no token of ours");
	NEED(v, r->issued_at <= r->now + SIGNER_SKEW, "issued_at is yet to come");
	NEED(v, r->deleted_at == 0 || r->redeemed_at == 0, "it was deleted, and redeemed as well");
	NEED(v, remembered(v, r),
	    "redeemed_at is set, and redeemed_token does not know of it: it could be redeemed again");
}

static void redeemed_token(struct verify *v, const void *row)
{
	const struct verify_redeemed_token *r = row;

	NEED(v, domain_ok(r->key.a), "iss is no domain");
	NEED(v, jti_ok(v, r->key.b), "jti is none");
	NEED(v, r->redeemed_at <= r->now, "redeemed_at is yet to come");
	NEED(v, r->redeemed_at <= r->expires_at + REDEEM_SKEW, "redeemed_at is after its end");
	NEED(v, r->expires_at <= r->redeemed_at + SIGNER_TOKEN_LIFE + REDEEM_SKEW,
	    "expires_at is later than that of any token");
}

/* Good: where it is, and its certificate; not good: why; neither: it was blocked, before anybody
 * asked it. */
static void foreign_server(struct verify *v, const void *row)
{
	const struct verify_foreign_server *r = row;
	bool good = r->api.s && r->domain.s && r->serial.s,
	     none = !r->api.s && !r->domain.s && !r->serial.s;

	NEED(v, domain_ok(r->key.a) || origin_ok(v, r->key.a),
	    "place is neither a domain nor an origin");
	NEED(v, good || none, "some of api, domain and serial are missing");
	NEED(v, (r->failure.s != NULL) == (r->said.s != NULL) && !(good && r->failure.s),
	    "failure and said do not go with the rest");
	NEED(v, !good || (r->api.n && r->api.s[r->api.n - 1] == '/'),
	    "api does not end with a slash");
	if (good && r->fresh)
		NEED(v, r->of.s && str_eq(r->of, r->domain),
		    "its certificate is not in foreign_cert, or is of another domain");
}

static void foreign_actor(struct verify *v, const void *row)
{
	const struct verify_foreign_actor *r = row;
	struct str local, domain;

	if (!fid_parse(v->cx->mem, r->key.a, &local, &domain))
		found(v, "fid is none");
	else
		NEED(v, str_eq(domain, r->domain), "domain is not that of fid");
}

/* A version that a newer program has applied has no file here. */
static void schema_version(struct verify *v, const void *row)
{
	const struct verify_schema_version *r = row;
	struct schema_step *s;
	size_t n;

	NEED(v, r->after, "the version before it is missing");
	NEED(v, r->compat >= 1 && r->compat <= r->version, "compat is no version up to its own");
	if (v->schema == NULL)
		return;
	if (schema_steps(v->cx, v->schema, &s, &n) != OK) {
		found(v, "checksum could not be held against the file: %s", why(v));
		return;
	}
	for (size_t i = 0; i < n; i++)
		NEED(v, s[i].version != r->version || !s[i].changed, "checksum is not that of %.*s",
		    (int)s[i].name.n, s[i].name.s);
}

const struct verify_rows verify_rows[VERIFY_TABLES] = {
	[VERIFY_SERVER_KEY] = { "server_key", server_key },
	[VERIFY_IDCERT] = { "idcert", idcert },
	[VERIFY_SESSION] = { "session", session },
	[VERIFY_FOREIGN_SESSION] = { "foreign_session", foreign_session },
	[VERIFY_FOREIGN_CERT] = { "foreign_cert", foreign_cert },
	[VERIFY_KEY_PACKAGE] = { "key_package", key_package },
	[VERIFY_KEYMATERIAL] = { "keymaterial", keymaterial },
	[VERIFY_ACTOR] = { "actor", actor },
	[VERIFY_KEY_TRIAL] = { "key_trial", key_trial },
	[VERIFY_EVENT_COUNTER] = { "event_counter", event_counter },
	[VERIFY_INVITE] = { "invite", invite },
	[VERIFY_EVENT] = { "event", event },
	[VERIFY_TOTP] = { "totp", totp },
	[VERIFY_TOTP_RECOVERY] = { "totp_recovery", totp_recovery },
	[VERIFY_FEDERATION_TOKEN] = { "federation_token", federation_token },
	[VERIFY_REDEEMED_TOKEN] = { "redeemed_token", redeemed_token },
	[VERIFY_FOREIGN_SERVER] = { "foreign_server", foreign_server },
	[VERIFY_FOREIGN_ACTOR] = { "foreign_actor", foreign_actor },
	[VERIFY_SCHEMA_VERSION] = { "schema_version", schema_version },
};
