#include "core/keypackage.h"
#include "base/conf.h"
#include "crypto/hash.h"
#include "core/actor.h"
#include "core/guess_limit.h"

enum { KEYPACKAGE_TRIES = 3 };

static int64_t earlier_of(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Put the index of the KeyPackage before the message of an error. */
static enum err refuse_keypackage(struct cx *cx, size_t i, const char *say)
{
	char text[sizeof cx->why.say];

	snprintf(text, sizeof text, "%s", say);
	return refuse(cx, ERR_BAD_REQUEST, MLS_FIELD, "KeyPackage %zu: %s", i, text);
}

/* Refuse an upload in which two KeyPackages have the same init_key. */
static enum err check_init_key_unique(struct cx *cx, const struct mls_input *v, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (blob_eq(v[j].kp.init_key, v[i].kp.init_key))
			return refuse_keypackage(cx, i,
			    "init_key_reused: another KeyPackage of this request has the same "
			    "init_key.");
	return OK;
}

enum err keypackage_check(struct cx *cx, struct str fid, const struct keypackage_owner *o,
    const struct mls_input *v, size_t n, size_t *bad)
{
	const struct mls_policy p = { .fid = fid,
		.key = o->key,
		.id_cert = o->cert,
		.server_cert = o->server_cert,
		.now = o->now,
		.skew = MLS_SKEW,
		.lifetime_max = cx->conf->keypackage_lifetime,
		.max_bytes = (size_t)cx->conf->keypackage_max_bytes,
		.rules = MLS_RULES };

	for (*bad = 0; *bad < n; ++*bad) {
		enum err e = mls_keypackage_check(cx, &v[*bad].kp, &p);
		if (e == ERR_BAD_REQUEST)
			return refuse_keypackage(cx, *bad, cx->why.say);
		TRY(e);
		TRY(check_init_key_unique(cx, v, *bad));
	}
	return OK;
}

/* Decode a list that has two octets for each extension type. */
static void decode_extensions(struct cx *cx, struct blob list, struct keypackage *k)
{
	int64_t *v = arena_alloc(cx->mem, (list.n / 2) * sizeof *v + 1);

	for (size_t i = 0; i + 1 < list.n; i += 2)
		v[i / 2] = list.p[i] << 8 | list.p[i + 1];
	k->extensions = v;
	k->nextensions = list.n / 2;
}

static enum err make_keypackage_row(struct cx *cx, const struct keypackage_owner *o,
    const struct mls_input *in, bool last_resort, struct keypackage *k)
{
	uint8_t *hash = arena_alloc(cx->mem, HASH_BYTES);

	sha256(in->kp.init_key, hash);
	*k = (struct keypackage){ .suite = in->kp.suite->id,
		.last_resort = in->says_last_resort ? in->last_resort : last_resort,
		.tls = in->tls,
		.init_hash = { hash, HASH_BYTES },
		.not_after = earlier_of(mls_keypackage_expiry(&in->kp), o->not_after),
		.not_before = earlier_of(
		    (int64_t)(in->kp.not_before > INT64_MAX ? INT64_MAX : in->kp.not_before),
		    o->now) };
	decode_extensions(cx, in->kp.cap_extensions, k);
	return mls_keypackage_ref(cx, &in->kp, &k->ref);
}

static enum err check_last_resort_unique(struct cx *cx, const struct keypackage *k, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (k[i].last_resort && k[j].last_resort && k[i].suite == k[j].suite)
			return refuse_keypackage(
			    cx, i, "last_resort_twice: each suite may have one last resort.");
	return OK;
}

static enum err store_keypackages(struct cx *cx, const struct session *s,
    const struct keypackage *k, size_t n, struct keypackages_added **out)
{
	enum err e = ERR_RETRY;

	for (int try = 0; try < KEYPACKAGE_TRIES && e == ERR_RETRY; try++)
		e = q_keypackage_add(
		    cx, s->actor_id, s->serial, k, n, cx->conf->keypackage_stock, out);
	if (e == ERR_TOO_MANY)
		return refuse(cx, e, "",
		    "The KeyPackages of all sessions of an actor must not exceed 16 MiB together; "
		    "upload fewer, or smaller ones.");
	return e;
}

static enum err refuse_ended_session(struct cx *cx)
{
	return refuse(cx, ERR_UNAUTHORIZED, "", "This session has just ended; log in again.");
}

static enum err check_keypackages_added(
    struct cx *cx, const struct keypackages_added *a, size_t *bad)
{
	if (!a->live)
		return refuse_ended_session(cx);
	if (a->reused) {
		*bad = (size_t)a->reused - 1;
		return refuse_keypackage(cx, *bad,
		    "init_key_reused: its init_key was used before; make a new KeyPackage.");
	}
	if (a->stock > cx->conf->keypackage_stock)
		return refuse(cx, ERR_CONFLICT, "",
		    "A session may store at most %lld KeyPackages; with these it would have %lld.",
		    (long long)cx->conf->keypackage_stock, (long long)a->stock);
	return OK;
}

enum err keypackage_prepare(struct cx *cx, struct str fid, const struct keypackage_owner *o,
    const struct keypackage_upload *u, struct keypackage **out, size_t *bad)
{
	struct keypackage *k = *out = arena_alloc(cx->mem, u->n * sizeof *k + 1);

	TRY(keypackage_check(cx, fid, o, u->v, u->n, bad));
	for (*bad = 0; *bad < u->n; ++*bad) {
		TRY(make_keypackage_row(cx, o, &u->v[*bad], u->last_resort, &k[*bad]));
		TRY(check_last_resort_unique(cx, k, *bad));
	}
	return OK;
}

enum err keypackage_add(struct cx *cx, const struct session *s, const struct keypackage_upload *u,
    struct str *counts, size_t *bad)
{
	struct keypackages_added *a;
	struct keypackage *k;
	struct keypackage_owner *o;

	TRY(q_keypackage_owner(cx, s->actor_id, s->serial, &o));
	if (o == NULL)
		return refuse_ended_session(cx);
	TRY(keypackage_prepare(cx, session_fid(cx, s), o, u, &k, bad));
	TRY(store_keypackages(cx, s, k, u->n, &a));
	TRY(check_keypackages_added(cx, a, bad));
	meter_add(&cx->meter, COUNT_PACKAGE_ADDED, (int64_t)u->n);
	*counts = a->counts.s ? a->counts : STR("0");
	return OK;
}

enum err keypackage_withdraw(struct cx *cx, const struct session *s, int64_t *n)
{
	return q_keypackage_withdraw(cx, s->actor_id, s->serial, n);
}

/* `user` is a Snowflake, a federation ID or a local name. */
static enum err read_claim_target(struct cx *cx, struct str user, struct keypackage_claim *c)
{
	if (str_i64(user, &c->target_id))
		return OK;
	return actor_read_name(cx, "user_id", user, &c->target);
}

static void set_claim_limits(const struct cx *cx, struct keypackage_claim *c)
{
	if (!cx->conf->rate_limit)
		return;
	c->pair_cost_ms = GUESS_LIMIT_HOUR_MS / cx->conf->rate_limit_claims;
	c->pair_burst = cx->conf->rate_limit_claims;
	c->address_burst = cx->conf->rate_limit_claims * 20;
	c->address_cost_ms = GUESS_LIMIT_HOUR_MS / c->address_burst;
	if (c->address_cost_ms == 0)
		c->address_cost_ms = 1;
}

static enum err claim_keypackages(struct cx *cx, struct keypackage_claim *c, struct str user,
    struct keypackage_given **out, size_t *n)
{
	TRY(read_claim_target(cx, user, c));
	set_claim_limits(cx, c);
	TRY(q_keypackage_claim(cx, c, out, n));
	if (*n == 0)
		return refuse(cx, ERR_UNAUTHORIZED, "",
		    "No such session, or it has ended; log in with POST "
		    "/.p2/core/v1/session/trust.");
	if (!(*out)->found)
		return refuse(cx, ERR_NOT_FOUND, "user_id", "There is no actor %.*s here.",
		    (int)user.n, user.s);
	cx->retry_after = (*out)->wait > 0 ? (*out)->wait : 1;
	if (!(*out)->allowed) {
		meter_add(&cx->meter, COUNT_LIMIT_CLAIMS, 1);
		return refuse(cx, ERR_RATE_LIMITED, "",
		    "Too many of this actor's KeyPackages claimed, or too many from your address; "
		    "try again in %lld seconds.",
		    (long long)cx->retry_after);
	}
	if ((*out)->tls.p == NULL)
		*n = 0;
	for (size_t i = 0; i < *n && !c->look; i++)
		meter_add(&cx->meter,
		    (*out)[i].last_resort ? COUNT_PACKAGE_LAST : COUNT_PACKAGE_CLAIMED, 1);
	return OK;
}

enum err keypackage_claim(struct cx *cx, struct blob token_hash, struct str user,
    struct str address, const struct keypackage_filter *f, struct keypackage_given **out, size_t *n)
{
	struct keypackage_claim c = { .token_hash = token_hash,
		.suites = f->suites,
		.nsuites = f->nsuites,
		.extensions = f->extensions,
		.nextensions = f->nextensions,
		.address = address,
		.low = cx->conf->keypackage_low };

	return claim_keypackages(cx, &c, user, out, n);
}

enum err keypackage_may_claim(
    struct cx *cx, struct blob token_hash, struct str user, struct str address)
{
	struct keypackage_claim c = { .token_hash = token_hash, .address = address, .look = true };
	struct keypackage_given *g;
	size_t n;

	return claim_keypackages(cx, &c, user, &g, &n);
}

enum err keypackage_stats(struct cx *cx, struct str local, struct keypackage_stat **out, size_t *n)
{
	return q_keypackage_stats(cx, local, out, n);
}

enum err keypackage_stock(struct cx *cx, struct keypackage_stock **out)
{
	return q_keypackage_stock(cx, out);
}
