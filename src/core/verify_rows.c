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

void verify_rows_report(struct verify *v, const char *fmt, ...)
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

#define EXPECT(v, good, ...) \
	do { \
		if (!(good)) \
			verify_rows_report((v), __VA_ARGS__); \
	} while (0)

/* The last error of a reader or library. */
static const char *error_text(const struct verify *v)
{
	return v->cx->why.say[0] ? v->cx->why.say : v->cx->why.log;
}

static bool is_key(struct blob b, const uint8_t key[ED25519_KEY])
{
	return blob_eq(b, (struct blob){ key, ED25519_KEY });
}

static bool read_row_cert(struct verify *v, struct blob der, struct idcert *c)
{
	if (der.n && idcert_read(v->cx, der, c) == OK)
		return true;
	verify_rows_report(v, "cert cannot be read: %s", der.n ? error_text(v) : "it is empty");
	return false;
}

/* Check the certificate with the second reader (idcert_lint), and its signature with the server key
 * that server_serial names. */
static void check_cert_signer(struct verify *v, const struct idcert *c, struct blob signer)
{
	if (signer.n != ED25519_KEY) {
		verify_rows_report(v, "server_serial: that server key does not have 32 octets");
		return;
	}
	EXPECT(v, idcert_lint(v->cx, c->tbs, str_of(v->cx->conf->domain), signer.p, NULL) == OK,
	    "cert: %s", error_text(v));
	EXPECT(v, idcert_signed_by(c, signer.p),
	    "cert is not signed by the server key that the row names");
}

static void compare_cert_columns(struct verify *v, const struct idcert *c, int64_t serial,
    struct blob public_key, int64_t not_before, int64_t not_after)
{
	EXPECT(v, c->serial64 == serial,
	    "serial does not match the certificate in column cert, which has %.*s",
	    (int)c->serial.n, c->serial.s);
	EXPECT(v, is_key(public_key, c->key),
	    "public_key does not match the certificate in column cert");
	EXPECT(v, c->not_before == not_before,
	    "not_before does not match the certificate in column cert");
	EXPECT(v, c->not_after == not_after,
	    "not_after does not match the certificate in column cert");
}

static bool is_server_key_sealed(struct verify *v, const struct verify_server_key *k)
{
	const struct cache_claim any = { SERIAL_MIN, CACHE_NOT_BEFORE, CACHE_NOT_BEFORE, 0 };
	const struct server_key row = { .key = k->public_key, .sealed = k->sealed };
	uint8_t thrown_away[ED25519_SIG];

	if (k->public_key.n != ED25519_KEY)
		return false;
	const struct ca_key ca = identity_signer(&row);
	return v->cx->ca->sign_cache(v->cx, v->cx->ca, &ca, &any, 1, thrown_away) == OK;
}

static void verify_server_key_row(struct verify *v, const void *row)
{
	const struct verify_server_key *k = row;
	struct idcert c;

	EXPECT(v, k->used, "serial is not in serial_used");
	EXPECT(v, k->ended_at == k->next || (k->ended_at && k->ended_at <= k->not_before),
	    "ended_at is not the time at which the next key begins");
	EXPECT(v, (k->ended_at && k->sealed.n == 0) || is_server_key_sealed(v, k),
	    "sealed cannot be decrypted with this host's secret, or contains another key than that "
	    "of public_key");
	if (!read_row_cert(v, k->cert, &c))
		return;
	EXPECT(v, c.is_server && str_is(c.domain, v->cx->conf->domain),
	    "cert is not the certificate of the server %s", v->cx->conf->domain);
	check_cert_signer(v, &c, k->public_key);
	compare_cert_columns(v, &c, k->serial, k->public_key, k->not_before, k->not_after);
}

static void verify_idcert_row(struct verify *v, const void *row)
{
	const struct verify_idcert *r = row;
	struct idcert c;

	EXPECT(v, r->used, "serial is not in serial_used");
	EXPECT(v, r->overlapping == 0,
	    "certificate %lld of the same session is valid at the same time",
	    (long long)r->overlapping);
	if (!read_row_cert(v, r->cert, &c))
		return;
	check_cert_signer(v, &c, r->signer);
	compare_cert_columns(v, &c, r->serial, r->public_key, r->not_before, r->not_after);
	EXPECT(v, !c.is_server, "cert is a server's certificate");
	EXPECT(v, str_eq(c.fid, actor_fid(v->cx, r->local_name)),
	    "cert belongs to %.*s, but the actor is %.*s", (int)c.fid.n, c.fid.s,
	    (int)r->local_name.n, r->local_name.s);
	EXPECT(v, str_eq(c.session_id, r->session_id),
	    "session_id does not match the certificate in column cert");
	EXPECT(v, c.not_before >= r->signer_before && c.not_after <= r->signer_after,
	    "cert's validity exceeds that of the server's certificate");
	EXPECT(v, r->signer_ended == 0 || c.not_before <= r->signer_ended || r->never,
	    "cert was issued when the server had another key");
}

static void verify_session_row(struct verify *v, const void *row)
{
	const struct verify_session *r = row;

	EXPECT(v, r->there, "serial: no ID-Cert has this serial");
	EXPECT(v, r->ended || !r->revoked,
	    "the session's ID-Cert was revoked, but the session token still works");
}

/*
 * Check the signature of a foreign certificate with the cached keys of its server. A signature that
 * does not verify is a finding only if the key that the server had when it issued the certificate
 * is cached, and none of the cached keys signed the certificate.
 */
static void check_home_signature(struct verify *v, const struct idcert *c)
{
	struct str *texts;
	size_t n;
	bool had_to = false;

	if (q_verify_home_certs(v->cx, c->domain, &texts, &n) != OK) {
		verify_rows_report(
		    v, "cert could not be checked with its server's keys: %s", error_text(v));
		return;
	}
	for (size_t i = 0; i < n; i++) {
		struct cacheable s;
		if (cacheable_read(v->cx, texts[i], &s) != OK)
			continue; /* the fault is reported when the row of this certificate is
				     checked */
		if (idcert_signed_by(c, s.cert.key))
			return;
		had_to |= s.cert.not_before < c->not_before && s.cert.not_after >= c->not_before &&
		    (s.invalidated == 0 || s.invalidated > c->not_before);
	}
	EXPECT(v, !had_to, "cert is not signed by the key that %.*s had when it was issued",
	    (int)c->domain.n, c->domain.s);
}

static void verify_foreign_session_row(struct verify *v, const void *row)
{
	const struct verify_foreign_session *r = row;
	struct cacheable known;
	struct idcert c;

	if (!read_row_cert(v, r->cert, &c))
		return;
	if (r->known.n && cacheable_read(v->cx, r->known, &known) == OK)
		EXPECT(v, blob_eq(known.cert.der, r->cert),
		    "cert is not the certificate that foreign_cert has under this serial");
	EXPECT(v, !c.is_server, "cert is a server's certificate");
	EXPECT(v, str_eq(c.fid, r->fid), "fid does not match the certificate in column cert");
	EXPECT(
	    v, str_eq(c.domain, r->domain), "domain does not match the certificate in column cert");
	EXPECT(v, str_eq(c.session_id, r->session_id),
	    "session_id does not match the certificate in column cert");
	EXPECT(
	    v, str_eq(c.serial, r->serial), "serial does not match the certificate in column cert");
	EXPECT(v, is_key(r->public_key, c.key),
	    "public_key does not match the certificate in column cert");
	EXPECT(v, c.not_after == r->not_after,
	    "not_after does not match the certificate in column cert");
	check_home_signature(v, &c);
}

static void verify_foreign_cert_row(struct verify *v, const void *row)
{
	const struct verify_foreign_cert *r = row;
	struct cacheable s;

	if (cacheable_read(v->cx, r->cacheable, &s) != OK) {
		verify_rows_report(v, "cacheable cannot be read: %s", error_text(v));
		return;
	}
	const struct idcert *c = &s.cert;
	EXPECT(v, str_eq(c->serial, r->key.b),
	    "serial does not match the certificate in column cacheable");
	EXPECT(v, str_eq(c->domain, r->domain),
	    "domain does not match the certificate in column cacheable");
	EXPECT(v, str_eq(c->session_id, r->session_id),
	    "session_id does not match the certificate in column cacheable");
	EXPECT(v, c->not_before == r->not_before && c->not_after == r->not_after,
	    "not_before or not_after does not match the certificate in column cacheable");
	EXPECT(v, s.invalidated == r->invalidated_at,
	    "invalidated_at is not the time that the home server signed");
	EXPECT(v, r->usable_until <= s.not_after,
	    "usable_until is later than the time that the home server signed");
	EXPECT(v, c->is_server || str_eq(c->fid, r->key.a),
	    "subject does not match the certificate in column cacheable");
	if (c->is_server)
		EXPECT(v, idcert_signed_by(c, c->key),
		    "the server's certificate is not signed by its own key");
	else
		check_home_signature(v, c);
}

static struct str format_extensions(struct verify *v, struct blob list)
{
	struct buf b = { .mem = v->cx->mem };

	for (size_t i = 0; i + 1 < list.n; i += 2)
		buf_printf(&b, "%s%d", i ? "," : "", list.p[i] << 8 | list.p[i + 1]);
	return buf_done(&b);
}

/* Compare the columns that repeat values of the KeyPackage. */
static void compare_keypackage_columns(
    struct verify *v, const struct verify_key_package *r, const struct mls_keypackage *k)
{
	int64_t end = mls_keypackage_expiry(k);
	uint8_t hash[HASH_BYTES];
	struct blob ref;

	sha256(k->init_key, hash);
	EXPECT(v, k->suite->id == r->suite, "suite does not match the KeyPackage in column tls");
	EXPECT(v, blob_eq(r->init_hash, (struct blob){ hash, sizeof hash }),
	    "init_hash does not match the KeyPackage in column tls");
	EXPECT(v, mls_keypackage_ref(v->cx, k, &ref) == OK && blob_eq(r->ref, ref),
	    "ref does not match the KeyPackage in column tls");
	EXPECT(v, str_eq(format_extensions(v, k->cap_extensions), r->extensions),
	    "extensions do not match the KeyPackage in column tls");
	EXPECT(v, r->not_after == (end < r->cert_after ? end : r->cert_after),
	    "not_after is not the expiry of the KeyPackage in column tls, or of its ID-Cert if "
	    "that is earlier");
}

static void verify_keypackage_row(struct verify *v, const void *row)
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

	EXPECT(v, r->init_hash.n == HASH_BYTES, "init_hash is not a SHA-256");
	if (r->spent) {
		EXPECT(v, r->tls.n == 0,
		    "the KeyPackage was claimed or has expired, but its octets are still stored");
		return;
	}
	EXPECT(v, r->live, "the ID-Cert is no longer valid, but the KeyPackage can be claimed");
	if (mls_keypackage_read(v->cx, r->tls, &k) != OK) {
		verify_rows_report(v, "tls cannot be read: %s", error_text(v));
		return;
	}
	compare_keypackage_columns(v, r, &k);
	if (r->not_after > r->now)
		EXPECT(v, mls_keypackage_check(v->cx, &k, &p) == OK, "tls: %s", error_text(v));
}

static void verify_key_material_row(struct verify *v, const void *row)
{
	const struct verify_keymaterial *r = row;
	struct str rest = r->algorithms, one;
	struct blob der;

	EXPECT(v, key_material_der_check(v->cx, r->key_data) == OK, "key_data: %s", error_text(v));
	if (r->algorithm.n)
		EXPECT(v, key_material_der_read_oid(v->cx, "algorithm", r->algorithm, &one) == OK,
		    "algorithm: %s", error_text(v));
	while (str_next_word(&rest, &one))
		EXPECT(v, key_material_der_write_oid(v->cx, "algorithms", one, &der) == OK,
		    "algorithms: %s", error_text(v));
}

static void verify_actor_row(struct verify *v, const void *row)
{
	const struct verify_actor *r = row;
	struct phc phc;

	EXPECT(v, local_name_ok(r->local_name), "local_name is not a valid name");
	EXPECT(v, phc_parse(v->cx->mem, r->password, &phc),
	    "password is not a PHC string of this server: the actor cannot log in");
}

/* Signatures of foreign actors are not verified, as their keys may no longer be cached. */
static void verify_key_trial_row(struct verify *v, const void *row)
{
	const struct verify_key_trial *r = row;

	EXPECT(v, r->signature.n == ED25519_SIG, "signature does not have 64 octets");
	if (r->local_name.n == 0 || !str_eq(r->fid, actor_fid(v->cx, r->local_name)) ||
	    r->signature.n != ED25519_SIG || r->public_key.n != ED25519_KEY)
		return;
	EXPECT(v, ed25519_verify(r->public_key.p, str_blob(r->key.a), r->signature.p),
	    "signature does not verify over the trial with the key of that certificate");
}

static void verify_event_counter_row(struct verify *v, const void *row)
{
	const struct verify_event_counter *r = row;

	EXPECT(v, r->top <= r->last, "last is less than the number of an existing event");
	EXPECT(v, r->read <= r->last, "read is greater than last");
}

static void verify_invite_row(struct verify *v, const void *row)
{
	const struct verify_invite *r = row;

	EXPECT(v, r->used == r->came, "used is %lld, but %lld actors registered with it",
	    (long long)r->used, (long long)r->came);
}

/* All kinds of events that are passed to motet_add_event(). */
static const struct {
	const char *ns, *name;
	int64_t op;
	bool cert; /* such an event may have a certificate of ours instead of `data` */
} event_kinds[] = {
	{ "core", "NEW_SESSION", EVENT_NEW_SESSION, true },
	{ "core", "ACTOR_CERTIFICATE_INVALIDATION", EVENT_INVALIDATION, true },
	{ "core", "SERVER_KEY_CHANGE", EVENT_SERVER_KEY_CHANGE, true },
	{ "motet", "CLIENT_KEY_CHANGE", EVENT_CLIENT_KEY_CHANGE, true },
	{ "motet", "LOW_KEY_PACKAGES", EVENT_LOW_KEY_PACKAGES, false },
	{ "motet", "SECOND_FACTOR", EVENT_SECOND_FACTOR, false },
};

static bool is_known_event(const struct verify_event *r, bool *cert)
{
	for (size_t i = 0; i < sizeof event_kinds / sizeof event_kinds[0]; i++)
		if (str_is(r->ns, event_kinds[i].ns) && str_is(r->name, event_kinds[i].name) &&
		    r->op == event_kinds[i].op) {
			*cert = event_kinds[i].cert;
			return true;
		}
	return false;
}

static void verify_event_row(struct verify *v, const void *row)
{
	const struct verify_event *r = row;
	bool cert = false;

	EXPECT(v, r->seq > 0, "seq is not above 0");
	EXPECT(v, r->counted, "its session has no event_counter");
	EXPECT(v, is_known_event(r, &cert), "namespace, op and name match no event");
	EXPECT(v, r->serial == 0 || r->there, "serial matches no certificate");
	EXPECT(v, r->data.s || (cert && r->serial), "data is missing");
	if (r->data.s)
		EXPECT(v, json_scan(v->cx, r->data) == OK, "data is not JSON: %s", error_text(v));
}

/* The code does not matter: check_totp fails first when the secret cannot be opened. */
static bool is_second_factor_sealed(struct verify *v, const struct verify_totp *r)
{
	int64_t step;

	return v->cx->ca->check_totp(
		   v->cx, v->cx->ca, r->actor_id, r->sealed, STR("000000"), &step) == OK;
}

static void verify_second_factor_row(struct verify *v, const void *row)
{
	const struct verify_totp *r = row;

	EXPECT(v, is_second_factor_sealed(v, r),
	    "sealed cannot be decrypted with this host's secret, or is another actor's: every code "
	    "is refused");
	EXPECT(v, (r->confirmed_at != 0) == (r->last_step != 0),
	    "only one of last_step and confirmed_at is set");
	EXPECT(v,
	    r->last_step >= 0 && r->last_step <= (r->now + SIGNER_SKEW) / TOTP_STEP + TOTP_WINDOW,
	    "last_step is in the future: every code until then is refused");
	EXPECT(v, r->confirmed_at == 0 || r->confirmed_at >= r->created_at,
	    "confirmed_at is before created_at");
}

static void verify_recovery_code_row(struct verify *v, const void *row)
{
	const struct verify_totp_recovery *r = row;

	EXPECT(v, r->confirmed, "the second factor of this code is missing or was never confirmed");
	EXPECT(v, r->used == r->tried, "only one of used_at and attempt is set");
}

static bool is_origin(struct verify *v, struct str s)
{
	struct str normal;

	return origin_read(v->cx->mem, s, ORIGIN_HTTP | ORIGIN_ADDRESS, &normal) == NULL &&
	    str_eq(s, normal);
}

static bool is_jti(struct verify *v, struct str jti)
{
	struct blob bits;

	return jti.n >= FEDERATION_JWS_JTI_MIN && jti.n <= FEDERATION_JWS_JTI_MAX &&
	    federation_jws_base64url_decode(v->cx->mem, jti, &bits);
}

/* A redemption may be pruned one day after its token has expired. */
static bool is_redemption_kept(struct verify *v, const struct verify_federation_token *r)
{
	bool there = false;

	if (r->redeemed_at == 0 || r->expires_at < r->now)
		return true;
	return q_verify_is_redeemed(v->cx, str_of(v->cx->conf->domain), r->jti, &there) == OK &&
	    there;
}

static void verify_federation_token_row(struct verify *v, const void *row)
{
	const struct verify_federation_token *r = row;

	EXPECT(v, is_jti(v, r->jti), "jti is invalid");
	EXPECT(v, is_origin(v, r->audience), "audience is not an origin");
	EXPECT(v, r->issued_at < r->expires_at && r->expires_at - r->issued_at <= SIGNER_TOKEN_LIFE,
	    "issued_at and expires_at do not fit a token of this server");
	EXPECT(v, r->issued_at <= r->now + SIGNER_SKEW, "issued_at is in the future");
	EXPECT(
	    v, r->deleted_at == 0 || r->redeemed_at == 0, "the token is both deleted and redeemed");
	EXPECT(v, is_redemption_kept(v, r),
	    "redeemed_at is set, but redeemed_token has no row: it could be redeemed again");
}

static void verify_redeemed_token_row(struct verify *v, const void *row)
{
	const struct verify_redeemed_token *r = row;

	EXPECT(v, domain_ok(r->key.a), "iss is not a domain");
	EXPECT(v, is_jti(v, r->key.b), "jti is invalid");
	EXPECT(v, r->redeemed_at <= r->now, "redeemed_at is in the future");
	EXPECT(v, r->redeemed_at <= r->expires_at + REDEEM_SKEW, "redeemed_at is after expires_at");
	EXPECT(v, r->expires_at <= r->redeemed_at + SIGNER_TOKEN_LIFE + REDEEM_SKEW,
	    "expires_at is later than any token may have");
}

/*
 * The row of a good server has api, domain and serial; the row of a server that failed has failure
 * and said; the row of a server that was blocked before it was ever asked has none of these
 * columns.
 */
static void verify_foreign_server_row(struct verify *v, const void *row)
{
	const struct verify_foreign_server *r = row;
	bool good = r->api.s && r->domain.s && r->serial.s,
	     none = !r->api.s && !r->domain.s && !r->serial.s;

	EXPECT(v, domain_ok(r->key.a) || is_origin(v, r->key.a),
	    "place is neither a domain nor an origin");
	EXPECT(v, good || none, "some of api, domain and serial are missing");
	EXPECT(v, (r->failure.s != NULL) == (r->said.s != NULL) && !(good && r->failure.s),
	    "failure and said do not fit the other columns");
	EXPECT(v, !good || (r->api.n && r->api.s[r->api.n - 1] == '/'),
	    "api does not end with a slash");
	if (good && r->fresh)
		EXPECT(v, r->of.s && str_eq(r->of, r->domain),
		    "its certificate is not in foreign_cert, or belongs to another domain");
}

static void verify_foreign_actor_row(struct verify *v, const void *row)
{
	const struct verify_foreign_actor *r = row;
	struct str local, domain;

	if (!fid_parse(v->cx->mem, r->key.a, &local, &domain))
		verify_rows_report(v, "fid is not a federation ID");
	else
		EXPECT(v, str_eq(domain, r->domain), "domain is not the domain of fid");
}

/* A version that a newer program applied has no file here. */
static void verify_schema_version_row(struct verify *v, const void *row)
{
	const struct verify_schema_version *r = row;
	struct schema_step *s;
	size_t n;

	EXPECT(v, r->after, "the preceding version is missing");
	EXPECT(v, r->compat >= 1 && r->compat <= r->version, "compat is not between 1 and version");
	if (v->schema == NULL)
		return;
	if (schema_steps(v->cx, v->schema, &s, &n) != OK) {
		verify_rows_report(
		    v, "checksum could not be compared with the file: %s", error_text(v));
		return;
	}
	for (size_t i = 0; i < n; i++)
		EXPECT(v, s[i].version != r->version || !s[i].changed,
		    "checksum does not match the file %.*s", (int)s[i].name.n, s[i].name.s);
}

const struct verify_rows verify_rows[VERIFY_TABLES] = {
	[VERIFY_SERVER_KEY] = { "server_key", verify_server_key_row },
	[VERIFY_IDCERT] = { "idcert", verify_idcert_row },
	[VERIFY_SESSION] = { "session", verify_session_row },
	[VERIFY_FOREIGN_SESSION] = { "foreign_session", verify_foreign_session_row },
	[VERIFY_FOREIGN_CERT] = { "foreign_cert", verify_foreign_cert_row },
	[VERIFY_KEY_PACKAGE] = { "key_package", verify_keypackage_row },
	[VERIFY_KEYMATERIAL] = { "keymaterial", verify_key_material_row },
	[VERIFY_ACTOR] = { "actor", verify_actor_row },
	[VERIFY_KEY_TRIAL] = { "key_trial", verify_key_trial_row },
	[VERIFY_EVENT_COUNTER] = { "event_counter", verify_event_counter_row },
	[VERIFY_INVITE] = { "invite", verify_invite_row },
	[VERIFY_EVENT] = { "event", verify_event_row },
	[VERIFY_TOTP] = { "totp", verify_second_factor_row },
	[VERIFY_TOTP_RECOVERY] = { "totp_recovery", verify_recovery_code_row },
	[VERIFY_FEDERATION_TOKEN] = { "federation_token", verify_federation_token_row },
	[VERIFY_REDEEMED_TOKEN] = { "redeemed_token", verify_redeemed_token_row },
	[VERIFY_FOREIGN_SERVER] = { "foreign_server", verify_foreign_server_row },
	[VERIFY_FOREIGN_ACTOR] = { "foreign_actor", verify_foreign_actor_row },
	[VERIFY_SCHEMA_VERSION] = { "schema_version", verify_schema_version_row },
};
