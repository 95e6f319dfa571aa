#include "core/identity.h"
#include "base/clock.h"
#include "base/conf.h"
#include "core/clocks.h"
#include "core/resend.h"
#include "store/q_schema.h"

enum { KEY_TRIES = 3 };

/* The copy of the current key in this process; forgotten when a statement shows that the key was
 * rotated. */
static struct {
	struct server_key key;
	uint8_t public_key[ED25519_KEY], sealed[128], cert[2048];
} current_key;

static bool copy_key_blob(struct blob *to, uint8_t *room, size_t size, struct blob from)
{
	if (from.n > size)
		return false;
	memcpy(room, from.p, from.n);
	*to = (struct blob){ room, from.n };
	return true;
}

static void keep_current_key(const struct server_key *k)
{
	current_key.key = *k;
	if (!copy_key_blob(&current_key.key.key, current_key.public_key,
		sizeof current_key.public_key, k->key) ||
	    !copy_key_blob(&current_key.key.sealed, current_key.sealed, sizeof current_key.sealed,
		k->sealed) ||
	    !copy_key_blob(
		&current_key.key.cert, current_key.cert, sizeof current_key.cert, k->cert))
		current_key.key.serial = 0;
}

void identity_forget_unless(int64_t serial)
{
	if (current_key.key.serial != serial)
		current_key.key.serial = 0;
}

static enum err check_key_domain(struct cx *cx, const struct server_key *k)
{
	struct idcert cert;

	TRY(idcert_read(cx, k->cert, &cert));
	return str_is(cert.domain, cx->conf->domain)
	    ? OK
	    : fail(cx, ERR_MISFIT,
		  "this database belongs to %.*s, but the configuration says domain = %s",
		  (int)cert.domain.n, cert.domain.s, cx->conf->domain);
}

static enum err check_key_has_begun(struct cx *cx, const struct server_key *k, int64_t now)
{
	if (k->not_before <= now + KEY_AHEAD_MOST)
		return OK;
	cx->retry_after = k->not_before - now;
	return fail(cx, ERR_CLOCKS,
	    "the server's key becomes valid only in %lld seconds, because a clock was ahead when "
	    "the key was made; run motetctl key rotate",
	    (long long)(k->not_before - now));
}

enum err identity_check_clocks(struct cx *cx, const struct server_key *k, int64_t database_now)
{
	TRY(clocks_compare(cx, database_now));
	return check_key_has_begun(cx, k, database_now);
}

/* Let the signer sign a cache statement, to see whether it opens the key, and discard the
 * signature. */
enum err identity_check_secret(struct cx *cx, const struct server_key *k)
{
	const struct cache_claim claim = { k->serial, CACHE_NOT_BEFORE, CACHE_NOT_BEFORE, 0 };
	const struct ca_key key = identity_signer(k);
	uint8_t thrown_away[ED25519_SIG];

	TRY(check_key_domain(cx, k));
	if (cx->ca == NULL)
		return OK;
	enum err e = cx->ca->sign_cache(cx, cx->ca, &key, &claim, 1, thrown_away);
	if (e != ERR_INTERNAL)
		return e;
	return fail(cx, ERR_MISFIT,
	    "%s is not the secret of this database's identity key: copy it from another host or a "
	    "backup",
	    cx->conf->secret_file);
}

enum err identity_current(struct cx *cx, struct server_key **out)
{
	*out = &current_key.key;
	if (current_key.key.serial)
		return OK;
	TRY(q_server_key_at(cx, -1, out));
	if (*out == NULL)
		return fail(
		    cx, ERR_UNAVAILABLE, "this server has no identity key yet: run motetctl init");
	TRY(check_key_domain(cx, *out));
	keep_current_key(*out);
	cx->meter.cert_not_after = (*out)->not_after;
	return OK;
}

enum err identity_at(struct cx *cx, int64_t at, struct server_key **out)
{
	TRY(q_server_key_at(cx, at, out));
	if (*out == NULL)
		return refuse(cx, ERR_NOT_FOUND, "timestamp",
		    "This server had no identity key at that time.");
	TRY(clocks_take_time(cx, (*out)->now));
	return check_key_domain(cx, *out);
}

enum err identity_stored(struct cx *cx, struct server_key **out)
{
	TRY(q_server_key_at(cx, -1, out));
	if (*out == NULL)
		return fail(
		    cx, ERR_NOT_FOUND, "this server has no identity key yet: run motetctl init");
	cx->now = (*out)->now;
	return OK;
}

struct ca_key identity_signer(const struct server_key *k)
{
	struct ca_key c = { .sealed = k->sealed };

	memcpy(c.key, k->key.p, ED25519_KEY);
	return c;
}

enum err identity_openpgp(struct cx *cx, const struct server_key *k, struct str *block)
{
	struct openpgp_spec spec = { .created = k->not_before,
		.user_id = str_of(cx->conf->domain) };
	const struct ca_key signer = identity_signer(k);
	uint8_t sig[ED25519_SIG];

	if (k->sealed.n == 0)
		return refuse(cx, ERR_NOT_FOUND, "timestamp",
		    "The private key of that time is lost, so this server cannot sign an OpenPGP "
		    "block with it.");
	memcpy(spec.key, k->key.p, sizeof spec.key);
	TRY(cx->ca->sign_openpgp(cx, cx->ca, &signer, &spec, sig));
	return openpgp_write(cx, &spec, sig, block);
}

static enum err certify_server_key(
    struct cx *cx, const struct ca_key *ca, int64_t now, struct server_key *k)
{
	struct idcert_spec spec = { .domain = str_of(cx->conf->domain),
		.not_before = now,
		.not_after = now + cx->conf->server_cert_lifetime - 1 };
	uint8_t sig[ED25519_SIG];
	struct blob tbs;

	TRY(idcert_new_serial(cx, &spec.serial));
	memcpy(spec.key, ca->key, sizeof spec.key);
	TRY(idcert_build_tbs(cx, &spec, &tbs));
	TRY(cx->ca->sign_cert(cx, cx->ca, ca, tbs, sig));
	*k = (struct server_key){ .serial = spec.serial,
		.not_before = spec.not_before,
		.not_after = spec.not_after,
		.sealed = ca->sealed,
		.key = { (const uint8_t *)arena_dup(cx->mem, ca->key, ED25519_KEY), ED25519_KEY },
		.cert = idcert_assemble(cx->mem, tbs, sig) };
	return OK;
}

/* A resent statement cannot always see that an earlier attempt was committed; a new query can. If
 * the outcome stays unknown, the caller must look at the key: sent again, the request would rotate
 * the key a second time. */
static enum err record_server_key(
    struct cx *cx, int64_t replaces, const struct server_key *k, bool *done, bool *late)
{
	struct resend s = { .doubt = false };
	struct server_key *current;
	enum err e;

	do
		e = q_server_key_add(cx, replaces, k, done, late);
	while (resend_again(cx, &s, &e));
	if (e == ERR_UNCERTAIN)
		return cx->why.err = ERR_KEY_UNCERTAIN;
	if (!s.doubt || (e != ERR_CONFLICT && (e != OK || *done)))
		return e;
	if (q_server_key_at(cx, -1, &current) != OK)
		return cx->why.err = ERR_KEY_UNCERTAIN;
	*done = current && current->serial == k->serial;
	*late = *late && !*done;
	return *done ? OK : e;
}

/* If the current key has signed a certificate in this second, the new key starts a second later. */
static enum err add_server_key(
    struct cx *cx, int64_t replaces, int64_t now, struct server_key *k, bool *done)
{
	enum err e = ERR_CONFLICT;
	bool late = true;
	struct ca_key ca;

	TRY(cx->ca->new_key(cx, cx->ca, &ca));
	for (int try = 0; try < KEY_TRIES && (e == ERR_CONFLICT || (e == OK && late)); try++) {
		TRY(certify_server_key(cx, &ca, now + try, k));
		e = record_server_key(cx, replaces, k, done, &late);
	}
	return e == OK && late
	    ? fail(cx, ERR_RETRY,
		  "key rotation: each attempt was in the same second as a new ID-Cert; try again")
	    : e;
}

/* All times here are by the clock of the database. */
enum err identity_create(struct cx *cx, struct server_key **out)
{
	struct schema_state *clock;
	bool done = false;

	TRY(q_schema_state(cx, &clock));
	*out = arena_alloc(cx->mem, sizeof **out);
	TRY(add_server_key(cx, 0, clock->now, *out, &done));
	return done ? OK
		    : refuse(cx, ERR_CONFLICT, "",
			  "This server already has an identity key; replace it with `motetctl key "
			  "rotate`.");
}

/* A host that cannot open the current key has another secret than the other hosts, which could then
 * not open a key that this host makes. */
static enum err check_secret_opens(struct cx *cx, const struct server_key *k)
{
	const struct cache_claim any = {
		.serial = k->serial, .not_before = CACHE_NOT_BEFORE, .not_after = CACHE_NOT_BEFORE
	};
	struct ca_key signer = identity_signer(k);
	uint8_t sig[ED25519_SIG];

	return cx->ca->sign_cache(cx, cx->ca, &signer, &any, 1, sig);
}

static enum err rotate_from(struct cx *cx, const struct server_key *old, struct server_key **out)
{
	struct server_key *k = arena_alloc(cx->mem, sizeof *k);
	bool done = false;

	TRY(add_server_key(cx, old->serial, old->now, k, &done));
	if (!done)
		return refuse(cx, ERR_CONFLICT, "",
		    "Another command rotated the key at the same time; check the new key first.");
	identity_forget_unless(0);
	*out = k;
	return OK;
}

/* Two keys start at least one second apart, so that each time belongs to one key. */
enum err identity_rotate(struct cx *cx, struct server_key **out)
{
	struct server_key *old;

	TRY(identity_at(cx, -1, &old));
	if (old->now <= old->not_before && old->not_before <= old->now + KEY_AHEAD_MOST)
		return refuse(
		    cx, ERR_RETRY, "", "The key was changed within this second; try again.");
	TRY(check_secret_opens(cx, old));
	return rotate_from(cx, old, out);
}

enum err identity_replace(
    struct cx *cx, const struct server_key *lost, struct server_key **out, int64_t *factors)
{
	TRY(rotate_from(cx, lost, out));
	return q_server_key_lose_secret(cx, factors);
}
