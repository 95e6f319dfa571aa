#include "core/key_trial.h"
#include "base/conf.h"
#include "x509/cacheable.h"
#include "x509/idname.h"
#include "text/fid.h"
#include "crypto/hash.h"
#include "crypto/token.h"
#include "core/clocks.h"
#include "core/foreign.h"
#include "core/resend.h"
#include "shm/limits.h"
#include "store/q_key_trial.h"

enum { KEY_TRIAL_TRIES = 6 };
#define REFUSE_TRIAL(cx, field, ...) refuse((cx), ERR_BAD_TRIAL, (field), __VA_ARGS__)

static enum err normalise_fid(
    struct cx *cx, struct str text, struct str *fid, struct str *local, struct str *domain)
{
	if (!fid_parse(cx->mem, text, local, domain))
		return refuse(
		    cx, ERR_BAD_REQUEST, "fid", "Not a federation ID; expected name@domain.");
	*fid = (struct str){ local->s, local->n + 1 + domain->n };
	return OK;
}

static struct blob hash_trial_address(struct cx *cx, struct str address)
{
	uint8_t *h = arena_alloc(cx->mem, HASH_BYTES);
	sha256(str_blob(limits_address_key(cx->mem, address)), h);
	return (struct blob){ h, HASH_BYTES };
}
enum err key_trial_new(struct cx *cx, struct str fid, struct str session_id, struct str address,
    bool dry_run, struct key_trial *out)
{
	struct str local, domain;
	int64_t now;

	if (fid.n)
		TRY(normalise_fid(cx, fid, &fid, &local, &domain));
	/* An answer with only a serial is later matched against these cached certificates. */
	if (fid.n && !dry_run && !foreign_is_own(cx, domain))
		TRY(foreign_prefetch_certs(cx, fid, session_id));
	TRY(q_key_trial_clock(cx, &now));
	TRY(clocks_take_time(cx, now));
	const struct key_trial_text c = { .domain = str_of(cx->conf->domain),
		.purpose = STR("auth"),
		.fid = fid,
		.session_id = session_id,
		.expires = cx->now + KEY_TRIAL_LIFETIME };
	TRY(key_trial_text_new(cx, &c, &out->text));
	out->expires = c.expires;
	return dry_run ? OK
		       : q_key_trial_new(cx, out->text, fid, session_id, c.expires,
			     hash_trial_address(cx, address));
}

/* For an answer that names no trial: find the open trials of the actor whose certificate has this
 * serial number. The certificate may be newer than the cached list of this actor's certificates. */
static enum err find_open_trials(
    struct cx *cx, const struct key_trial_answer *a, struct key_trial_row **out, size_t *n)
{
	const struct str own = str_of(cx->conf->domain);
	const struct blob from = hash_trial_address(cx, a->address);
	struct foreign_cert c;

	TRY(q_key_trial_open(cx, a->serial, a->fid, own, from, out, n));
	if (*n || a->fid.n == 0)
		return OK;
	enum err e = foreign_check_named(cx, a->fid, a->serial, &c);
	if (e == OK)
		return q_key_trial_open(cx, a->serial, a->fid, own, from, out, n);
	return e == ERR_BAD_CERT ? OK : e;
}

/* Find the trials that the answer may belong to. */
static enum err find_key_trials(
    struct cx *cx, const struct key_trial_answer *a, struct key_trial_row **out, size_t *n)
{
	if (a->trial.n == 0) {
		TRY(find_open_trials(cx, a, out, n));
		return *n
		    ? OK
		    : REFUSE_TRIAL(cx, "trial",
			  "You have no open key trial: get one with GET session/auth?fid=…, or "
			  "send its text in trial.");
	}
	TRY(q_key_trial_find(cx, a->trial, out));
	*n = 1;
	if (*out == NULL)
		return REFUSE_TRIAL(cx, "trial", "No such key trial, or it expired long ago.");
	if ((*out)->used)
		return REFUSE_TRIAL(
		    cx, "trial", "This key trial was already completed; get a new one.");
	if ((*out)->over)
		return REFUSE_TRIAL(cx, "trial",
		    "This key trial has expired; get a new one and complete it within %d seconds.",
		    KEY_TRIAL_LIFETIME);
	return clocks_take_time(cx, (*out)->now);
}

static enum err check_trial_cert(struct cx *cx, const struct key_trial_answer *a,
    const struct key_trial_row *t, struct foreign_cert *c)
{
	struct str fid = a->fid.n ? a->fid : t->for_fid;

	if (a->cert.n) {
		TRY(foreign_check(cx, a->cert, c));
	} else {
		if (fid.n == 0)
			return refuse(
			    cx, ERR_BAD_REQUEST, "fid", "Send fid, or the certificate in id_cert.");
		TRY(foreign_check_named(cx, fid, a->serial, c));
	}
	if (!str_eq(a->serial, c->cert.serial))
		return REFUSE_TRIAL(
		    cx, "serialNumber", "The serial number does not match the ID-Cert.");
	if (fid.n && !str_eq(fid, c->cert.fid))
		return REFUSE_TRIAL(
		    cx, "fid", "The ID-Cert belongs to %.*s.", (int)c->cert.fid.n, c->cert.fid.s);
	if (t->for_fid.n && !str_eq(t->for_fid, c->cert.fid))
		return REFUSE_TRIAL(cx, "trial", "This key trial is for another actor.");
	if (t->for_session.n && !idname_same_session(t->for_session, c->cert.session_id))
		return REFUSE_TRIAL(cx, "trial", "This key trial is for another session.");
	return OK;
}

static enum err check_trial_signature(struct cx *cx, const struct key_trial_row *t,
    const struct foreign_cert *c, const uint8_t sig[ED25519_SIG])
{
	if (key_trial_text_verify(cx, c->cert.key, t->trial, sig) != OK)
		return REFUSE_TRIAL(cx, "signature",
		    "The signature does not verify over the key trial with this ID-Cert's key.");
	return OK;
}

/* Take the first trial that fits; if no trial fits, return the error of the last trial. */
static enum err find_signed_trial(struct cx *cx, const struct key_trial_answer *a,
    const uint8_t sig[ED25519_SIG], struct key_trial_row **t, struct foreign_cert *c)
{
	enum err e = ERR_BAD_TRIAL;
	struct key_trial_row *v;
	size_t n;

	TRY(find_key_trials(cx, a, &v, &n));
	for (size_t i = 0; i < n; i++) {
		*t = &v[i];
		e = check_trial_cert(cx, a, &v[i], c);
		if (e == OK)
			e = check_trial_signature(cx, &v[i], c, sig);
		if (e != ERR_BAD_TRIAL && e != ERR_BAD_CERT)
			return e;
	}
	return e;
}

static enum err record_completed_trial(struct cx *cx, const struct key_trial_done *d)
{
	bool done = false, current = true;

	if (d->local.n)
		TRY(q_key_trial_complete_home(cx, d, &done, &current));
	else
		TRY(q_key_trial_complete_foreign(cx, d, &done));
	if (!current)
		return refuse(cx, ERR_BAD_CERT, "id_cert",
		    "This ID-Cert has been revoked by its home server.");
	return done
	    ? OK
	    : REFUSE_TRIAL(cx, "trial", "This key trial was already completed; get a new one.");
}

/*
 * A conflict means that another trial was completed for the same session at the same time; one of
 * the two tokens stays valid.
 */
static enum err record_trial_after_conflicts(struct cx *cx, const struct key_trial_done *d)
{
	enum err e = ERR_CONFLICT;

	for (int try = 0; try < KEY_TRIAL_TRIES && e == ERR_CONFLICT; try++)
		e = record_completed_trial(cx, d);
	return e == ERR_CONFLICT
	    ? fail(cx, ERR_RETRY, "too many log-ins to one session at the same time")
	    : e;
}

/* All tries carry the same token hash: whichever is committed, the token works. */
static enum err record_trial_until_known(struct cx *cx, const struct key_trial_done *d)
{
	struct resend s = { .doubt = false };
	enum err e;

	do
		e = record_trial_after_conflicts(cx, d);
	while (resend_again(cx, &s, &e));
	return e;
}

/* Members missing from the answer are taken from the certificate; those present must agree with the
 * certificate. */
static enum err fill_trial_answer(struct cx *cx, struct key_trial_answer *a)
{
	struct str local, domain;
	struct idcert c;

	if (a->fid.n)
		TRY(normalise_fid(cx, a->fid, &a->fid, &local, &domain));
	if (a->cert.n == 0)
		return a->serial.n
		    ? OK
		    : refuse(cx, ERR_BAD_REQUEST, "serialNumber",
			  "Send the ID-Cert's serial number, or the certificate in id_cert.");
	if (idcert_read(cx, a->cert, &c) != OK)
		return cx->why.err = ERR_BAD_CERT;
	if (a->serial.n == 0)
		a->serial = c.serial;
	if (a->fid.n == 0)
		a->fid = c.fid;
	return OK;
}

enum err key_trial_complete(struct cx *cx, const struct key_trial_answer *answer, struct str *token)
{
	uint8_t hash[TOKEN_HASH], sig[ED25519_SIG];
	struct key_trial_answer a = *answer;
	struct foreign_cert c;
	struct str domain;
	struct key_trial_row *t;

	TRY(key_trial_text_read_signature(cx, a.signature, sig));
	TRY(fill_trial_answer(cx, &a));
	TRY(find_signed_trial(cx, &a, sig, &t, &c));
	struct key_trial_done d = { .trial = t->trial,
		.token_hash = { hash, sizeof hash },
		.signature = { sig, sizeof sig },
		.fid = c.cert.fid,
		.domain = c.cert.domain,
		.session_id = c.cert.session_id,
		.serial = c.cert.serial,
		.serial64 = c.cert.serial64,
		.key = { c.cert.key, ED25519_KEY },
		.cert = c.cert.der,
		.not_after = c.cert.not_after };
	if (foreign_is_own(cx, c.cert.domain))
		str_cut(c.cert.fid, '@', &d.local, &domain);
	else
		d.event = cacheable_event(cx, c.cert.der);
	*token = token_new(cx->mem, 's', hash);
	return record_trial_until_known(cx, &d);
}
