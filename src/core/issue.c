#include "core/issue.h"
#include "base/conf.h"
#include "crypto/hash.h"
#include "x509/idname.h"
#include "text/encoding.h"
#include "crypto/token.h"
#include "core/identity.h"
#include "core/resend.h"
#include "store/q_idcert.h"

enum { ISSUE_TRIES = 4, SAME_CSR_TRIES = 20 };

/* DELETE /session/{id} could not end sessions with these IDs: they are names of routes (protocol.md
 * 4.13). */
static bool is_reserved_session_id(struct str id)
{
	static const char *const literals[] = { "auth", "idcert", "identify", "keymaterial",
		"revoke", "trust" };

	for (size_t i = 0; i < sizeof literals / sizeof literals[0]; i++)
		if (str_is(id, literals[i]))
			return true;
	return false;
}

static enum err check_csr_names(struct cx *cx, const struct issue_request *i)
{
	const struct idcsr *r = i->csr;

	if (!str_is(r->domain, cx->conf->domain))
		return refuse(cx, ERR_BAD_CSR, "csr",
		    "The CSR names the domain %.*s; this server signs for %s.", (int)r->domain.n,
		    r->domain.s, cx->conf->domain);
	if (!str_eq(r->local, i->local))
		return refuse(cx, ERR_BAD_CSR, "csr", "The CSR names the actor %.*s; you are %.*s.",
		    (int)r->local.n, r->local.s, (int)i->local.n, i->local.s);
	if (i->replaces == 0 && is_reserved_session_id(r->session_id))
		return refuse(cx, ERR_BAD_CSR, "csr",
		    "The session ID %.*s is the name of a route; choose another one.",
		    (int)r->session_id.n, r->session_id.s);
	return OK;
}

/* Makes the signed certificate, which is not stored yet. */
static enum err sign_idcert(struct cx *cx, const struct issue_request *i, struct new_idcert *c)
{
	struct server_key *ca;
	uint8_t sig[ED25519_SIG];
	struct blob tbs;

	TRY(identity_current(cx, &ca));
	if (cx->now < ca->not_before) {
		/* The key was rotated after this request began, or while a clock was ahead. */
		TRY(identity_check_clocks(cx, ca, cx->now));
		cx->now = ca->not_before;
	}
	struct idcert_spec spec = { .domain = str_of(cx->conf->domain),
		.subject = idname_write(cx->mem, i->csr->local, i->csr->domain, i->csr->session_id),
		.dialect = i->csr->dialect,
		.commitment = i->csr->commitment,
		.not_before = cx->now,
		.not_after = cx->now + cx->conf->idcert_lifetime - 1 };
	if (spec.not_after > ca->not_after)
		spec.not_after = ca->not_after;
	if (spec.not_after <= spec.not_before)
		return fail(cx, ERR_UNAVAILABLE,
		    "the server's own certificate has expired: run motetctl key rotate");
	memcpy(spec.key, i->csr->key, sizeof spec.key);
	TRY(idcert_new_serial(cx, &spec.serial));
	TRY(idcert_build_tbs(cx, &spec, &tbs));
	struct ca_key signer = identity_signer(ca);
	TRY(cx->ca->sign_cert(cx, cx->ca, &signer, tbs, sig));
	c->serial = spec.serial;
	c->server_serial = ca->serial;
	c->not_before = spec.not_before;
	c->not_after = spec.not_after;
	c->cert = idcert_assemble(cx->mem, tbs, sig);
	return OK;
}

static enum err record_idcert(struct cx *cx, const struct new_idcert *c, struct idcert_issued *out)
{
	struct resend s = { .doubt = false };
	struct idcert_issued *done;
	enum err e;

	do
		e = q_idcert_issue(cx, c, &done);
	while (resend_again(cx, &s, &e));
	TRY(e);
	*out = *done;
	return OK;
}

static enum err refuse_ended_cert(struct cx *cx)
{
	return refuse(cx, ERR_UNAUTHORIZED, "", "This session has just ended; log in again.");
}

static enum err refuse_idcert(
    struct cx *cx, const struct new_idcert *c, const struct idcert_issued *d)
{
	if (d->ours)
		return refuse(cx, ERR_KEY_IN_USE, "csr",
		    "This is the server's own public key; create a key pair of your own.");
	if (!c->by_password && d->sessions >= cx->conf->sessions_per_actor)
		return refuse(cx, ERR_TOO_MANY, "",
		    "You have %lld sessions, the maximum on this server; end one first.",
		    (long long)d->sessions);
	if (!cx->conf->rate_limit || d->today < cx->conf->rate_limit_idcerts)
		return refuse_ended_cert(cx);
	cx->retry_after = d->wait > 0 ? d->wait : 1;
	meter_add(&cx->meter, COUNT_LIMIT_IDCERTS, 1);
	return refuse(cx, ERR_RATE_LIMITED, "",
	    "You got %lld ID-Certs within a day by %s, the maximum on this server; %stry again in "
	    "%lld seconds.",
	    (long long)d->today, c->by_password ? "log-in" : "session token",
	    c->by_password ? "" : "log in, or ", (long long)cx->retry_after);
}

static enum err issue_recorded_idcert(
    struct cx *cx, const struct issue_request *i, struct new_idcert *c)
{
	struct idcert_issued done = { 0 };

	for (int try = 0; try < ISSUE_TRIES; try++) {
		TRY(sign_idcert(cx, i, c));
		enum err e = record_idcert(cx, c, &done);
		if (e == OK && (done.issued || done.landed)) {
			meter_add(&cx->meter, COUNT_IDCERT_ISSUED, 1);
			return OK;
		}
		if (e == OK && done.current)
			return refuse_idcert(cx, c, &done);
		if (e != OK && e != ERR_CONFLICT)
			return e;
		if (e == OK)
			identity_forget_unless(0); /* the server key was rotated */
	}
	return fail(cx, ERR_RETRY, "could not issue a certificate in %d attempts", ISSUE_TRIES);
}

/* A repeated CSR conflicts with the certificate that was issued for it before: return that
 * certificate. */
static enum err find_cert_of_csr(
    struct cx *cx, const struct new_idcert *c, enum err why, struct blob *cert)
{
	struct reissued_cert *a = NULL;
	struct fail first = cx->why;
	enum err e = ERR_RETRY;

	if (why != ERR_SESSION_ID_IN_USE && why != ERR_KEY_IN_USE && why != ERR_UNAUTHORIZED)
		return why;
	/* ERR_CONFLICT: the same request came twice at the same time. */
	for (int try = 0; try < SAME_CSR_TRIES && (e == ERR_RETRY || e == ERR_CONFLICT); try++)
		e = c->keep ? q_idcert_find_by_csr(cx, c->actor_id, c->replaces, c->csr_hash, &a)
			    : q_idcert_renew_token(cx, c, &a);
	TRY(e);
	if (a == NULL) {
		cx->why = first;
		return why;
	}
	*cert = a->cert;
	return OK;
}

enum err issue_idcert(struct cx *cx, const struct issue_request *i, struct grant *g)
{
	uint8_t token_hash[TOKEN_HASH], csr_hash[HASH_BYTES];
	struct new_idcert c = { .actor_id = i->actor_id,
		.session_id = i->csr->session_id,
		.replaces = i->replaces,
		.by_password = i->by_password,
		.ends = i->ends,
		.most_today = cx->conf->rate_limit ? cx->conf->rate_limit_idcerts : INT64_MAX,
		.most_sessions = cx->conf->sessions_per_actor,
		.key = { i->csr->key, ED25519_KEY },
		.csr_hash = { csr_hash, HASH_BYTES },
		.token_hash = { token_hash, TOKEN_HASH } };

	TRY(check_csr_names(cx, i));
	sha256(i->csr->der, csr_hash);
	if (i->keep.p) {
		c.keep = true;
		c.token_hash = i->keep;
		g->token = STR("");
	} else
		g->token = token_new(cx->mem, 's', token_hash);
	enum err e = i->repeats ? refuse_ended_cert(cx) : issue_recorded_idcert(cx, i, &c);
	if (e != OK)
		TRY(find_cert_of_csr(cx, &c, e, &c.cert));
	g->id_cert = pem_encode(cx->mem, "CERTIFICATE", c.cert);
	return OK;
}
