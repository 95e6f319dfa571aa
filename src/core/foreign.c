#include "core/foreign.h"
#include "base/conf.h"
#include "base/fetch.h"
#include "x509/idname.h"
#include "text/fid.h"
#include "text/origin.h"
#include "core/foreign_cache.h"
#include "core/foreign_own.h"
#include "core/foreign_verify.h"

/* The maximum age of a list of certificates, in seconds. */
enum { LIST_OF_ANY_AGE = -1, RECENT_LIST = 10 };

static const struct cert_filter all_certs = { -1, -1, -1, { NULL, 0 } };

bool foreign_is_own(const struct cx *cx, struct str domain)
{
	return str_is(domain, cx->conf->domain);
}

static struct foreign_cert convert_cacheable(const struct cacheable *c)
{
	return (struct foreign_cert){ .cert = c->cert,
		.cacheable = c->text,
		.invalidated_at = c->invalidated,
		.cache_not_after = c->not_after };
}

static enum err split_fid(struct cx *cx, struct str text, struct str *fid, struct str *domain)
{
	struct str local;

	if (!fid_parse(cx->mem, text, &local, domain))
		return refuse(
		    cx, ERR_BAD_REQUEST, "fid", "Not a federation ID; expected name@domain.");
	*fid = (struct str){ local.s, local.n + 1 + domain->n };
	return OK;
}

/* --- Servers --- */

static enum err fetch_home(
    struct cx *cx, struct str place, struct str origin, struct str domain, struct home_server *h)
{
	enum err e = foreign_fetch_home(cx, origin, domain, h);
	if (e == OK)
		e = foreign_cache_keep_home(cx, place, h);
	if (e == ERR_HOME_UNREACHABLE && h->tried)
		foreign_cache_note_trouble(cx, place, h->named);
	return e == OK ? OK : foreign_cache_keep_failure(cx, place, e);
}

static enum err enter_batch(struct cx *cx, struct str domain, bool known, bool *waited)
{
	*waited = false;
	return cx->fetch && cx->fetch->enter
	    ? cx->fetch->enter(cx, cx->fetch, domain, known, waited)
	    : OK;
}

static void leave_batch(struct cx *cx)
{
	if (cx->fetch && cx->fetch->leave)
		cx->fetch->leave(cx, cx->fetch);
}

/* If this worker has waited for another worker that asked the same server, use the result of the
 * other worker. */
static enum err fetch_home_unless_renewed(
    struct cx *cx, struct str domain, struct str old, bool waited, struct home_server *h)
{
	struct str origin = str_of(arena_printf(cx->mem, "https://%.*s", (int)domain.n, domain.s));
	bool there = false;

	if (waited)
		TRY(foreign_cache_find_home(cx, domain, domain, h, &there));
	return there && !str_eq(h->server.cert.serial, old)
	    ? OK
	    : fetch_home(cx, domain, origin, domain, h);
}

/* `fresh`: ask the server even when its certificate is cached; a block or a cached failure still
 * applies. */
static enum err find_home(struct cx *cx, struct str domain, bool fresh, struct home_server *h)
{
	bool there, waited;

	TRY(foreign_cache_find_home(cx, domain, domain, h, &there));
	if (there && !fresh)
		return OK;
	struct str old = there ? h->server.cert.serial : (struct str){ NULL, 0 };
	TRY(enter_batch(cx, domain, there, &waited));
	enum err e = fetch_home_unless_renewed(cx, domain, old, waited, h);
	leave_batch(cx);
	return e;
}

static enum err find_server_at(
    struct cx *cx, const struct home_server *h, int64_t at, struct cacheable *out)
{
	struct str domain = h->server.cert.domain;
	bool there;

	TRY(foreign_cache_find_at(cx, domain, at, out, &there));
	if (there)
		return OK;
	TRY(foreign_fetch_server_at(cx, h, at, out));
	TRY(foreign_verify_server(cx, out, domain, h->server.cert.key, at));
	return foreign_cache_keep(cx, domain, domain, out);
}

enum err foreign_find_server(struct cx *cx, struct str domain, int64_t at, struct foreign_cert *out)
{
	struct cacheable old;
	struct home_server h;

	if (foreign_is_own(cx, domain))
		return foreign_own_find_server(cx, at, out);
	TRY(find_home(cx, domain, false, &h));
	if (at < 0 || (at >= h.server.cert.not_before && at <= h.server.cert.not_after)) {
		*out = convert_cacheable(&h.server);
		return OK;
	}
	TRY(find_server_at(cx, &h, at, &old));
	*out = convert_cacheable(&old);
	return OK;
}

/* The server may have rotated its key since we cached it. What was signed in the second of a
 * rotation may be signed with the previous key. */
enum err foreign_find_server_by_serial(
    struct cx *cx, struct str domain, struct str serial, int64_t at, struct foreign_cert *out)
{
	struct cacheable old;
	struct home_server h;

	TRY(find_home(cx, domain, false, &h));
	if (!str_eq(h.server.cert.serial, serial) && at >= h.server.cert.not_before && h.remembered)
		TRY(find_home(cx, domain, true, &h));
	*out = convert_cacheable(&h.server);
	if (str_eq(h.server.cert.serial, serial) || at > h.server.cert.not_before)
		return OK;
	TRY(find_server_at(cx, &h, at < h.server.cert.not_before ? at : at - 1, &old));
	*out = convert_cacheable(&old);
	return OK;
}

void foreign_note_heard(struct cx *cx, struct str domain)
{
	const struct fail first = cx->why;
	struct home_server h;
	bool there;

	if (cx->fetch == NULL || cx->fetch->heard == NULL)
		return;
	if (foreign_cache_find_home(cx, domain, domain, &h, &there) == OK && there)
		cx->fetch->heard(cx, cx->fetch, h.api);
	cx->why = first;
}

/* --- Actors --- */

/*
 * An older certificate is signed with the key that the server had when it was issued. A certificate
 * that was issued in the second of a rotation may be signed with the previous key or with the new
 * one; the previous key is found as the key of the second before.
 */
static enum err verify_actor_cert(
    struct cx *cx, const struct home_server *h, struct str fid, const struct cacheable *c)
{
	const struct idcert *current = &h->server.cert;
	struct cacheable then = h->server;
	int64_t issued = c->cert.not_before;

	if (issued < current->not_before)
		TRY(find_server_at(cx, h, issued, &then));
	else if (issued == current->not_before && !idcert_signed_by(&c->cert, current->key))
		TRY(find_server_at(cx, h, issued - 1, &then));
	return foreign_verify_actor(cx, c, fid, &then.cert, h->server.cert.key);
}

/* Is this an error about one certificate, which says nothing about the others? */
static bool is_odd_cert(enum err e)
{
	return e == ERR_BAD_CERT || e == ERR_HOME_INVALID;
}

/* Move the good certificates to the front; *good is their number. Returns the error of the last bad
 * certificate. */
static enum err sort_good_certs(struct cx *cx, const struct home_server *h, struct str fid,
    struct cacheable *v, size_t n, size_t *good)
{
	enum err bad = OK;

	*good = 0;
	for (size_t i = 0; i < n; i++) {
		enum err e = verify_actor_cert(cx, h, fid, &v[i]);
		if (e != OK && !is_odd_cert(e))
			return e;
		if (e != OK) {
			bad = e;
			continue;
		}
		struct cacheable good_one = v[i];
		v[i] = v[*good];
		v[(*good)++] = good_one;
	}
	return bad;
}

/*
 * Reduce *n to the good certificates; return an error if all are bad. If a certificate does not
 * verify with the cached server key, the server may have rotated its key, so the server is asked
 * once more. If the server does not answer then, the certificates that were found good stay good.
 */
static enum err verify_actor_certs(
    struct cx *cx, struct home_server *h, struct str fid, struct cacheable *v, size_t *n)
{
	struct home_server now;
	size_t good;

	enum err e = sort_good_certs(cx, h, fid, v, *n, &good);
	if (is_odd_cert(e) && h->remembered) {
		e = find_home(cx, h->server.cert.domain, true, &now);
		if (e == OK) {
			*h = now;
			e = sort_good_certs(cx, h, fid, v, *n, &good);
		}
	} else if (e != OK && !is_odd_cert(e)) {
		return e;
	}
	*n = good;
	return good ? OK : e;
}

/* Leave out certificates that cannot be read; return an error if none can be read. */
static enum err read_listed_certs(
    struct cx *cx, const struct strs *texts, struct cacheable **out, size_t *n)
{
	struct cacheable *v = *out = arena_alloc(cx->mem, texts->n * sizeof *v + 1);
	enum err bad = OK;

	*n = 0;
	for (size_t i = 0; i < texts->n; i++) {
		enum err e = cacheable_read(cx, texts->v[i], &v[*n]);
		*n += e == OK;
		bad = e == OK ? bad : e;
	}
	return *n ? OK : bad;
}

static enum err fetch_actor_certs(struct cx *cx, struct str fid, struct str domain,
    const struct cert_filter *f, struct cacheable **out, size_t *n)
{
	struct strs texts;
	struct home_server h;

	TRY(find_home(cx, domain, false, &h));
	enum err e = foreign_fetch_actor(cx, &h, fid, f, &texts);
	if (e == ERR_HOME_UNREACHABLE && h.tried)
		foreign_cache_note_trouble(cx, domain, h.named);
	TRY(e);
	TRY(read_listed_certs(cx, &texts, out, n));
	TRY(verify_actor_certs(cx, &h, fid, *out, n));
	if (f->at >= 0 || f->not_before >= 0 || f->not_after >= 0)
		return foreign_cache_keep_certs(cx, domain, fid, *out, n);
	return foreign_cache_keep_list(cx, domain, fid, f->session_id, *out, n);
}

/* A server that does not support a filter sends too many certificates. */
static bool passes_cert_filter(const struct cacheable *c, const struct cert_filter *f)
{
	const struct idcert *i = &c->cert;

	if (f->session_id.n && !idname_same_session(f->session_id, i->session_id))
		return false;
	if (f->at >= 0 &&
	    (i->not_before > f->at || i->not_after < f->at ||
		(c->invalidated && c->invalidated <= f->at)))
		return false;
	return f->at >= 0 ||
	    ((f->not_before < 0 || i->not_before >= f->not_before) &&
		(f->not_after < 0 || i->not_before <= f->not_after));
}

/* Does this error mean that the home server fails now? What the home server said before stays valid
 * until its statement expires. */
static bool is_failing_moment(enum err e)
{
	return e == ERR_HOME_UNREACHABLE || e == ERR_HOME_INVALID || e == ERR_RETRY ||
	    e == ERR_RATE_LIMITED;
}

static enum err fetch_actor_certs_unless_renewed(struct cx *cx, struct str fid, struct str domain,
    const struct cert_filter *f, int64_t max_age, bool waited, struct cacheable **out, size_t *n)
{
	bool there = false;

	if (waited)
		TRY(foreign_cache_list(cx, fid, f->session_id, max_age, out, n, &there));
	return there ? OK : fetch_actor_certs(cx, fid, domain, f, out, n);
}

static enum err find_actor_certs(struct cx *cx, struct str fid, struct str domain, bool known,
    const struct cert_filter *f, int64_t max_age, struct cacheable **out, size_t *n)
{
	bool there, waited;

	TRY(foreign_cache_list(cx, fid, f->session_id, max_age, out, n, &there));
	if (there)
		return OK;
	enum err e = enter_batch(cx, domain, known, &waited);
	if (e == OK) {
		e = fetch_actor_certs_unless_renewed(cx, fid, domain, f, max_age, waited, out, n);
		leave_batch(cx);
	}
	if (!is_failing_moment(e))
		return e;
	const struct fail first = cx->why;
	TRY(foreign_cache_list(cx, fid, f->session_id, LIST_OF_ANY_AGE, out, n, &there));
	cx->why = first;
	return *n ? OK : e;
}

static enum err load_foreign_certs(struct cx *cx, struct str fid, struct str domain,
    const struct cert_filter *f, int64_t max_age, struct cacheable **out, size_t *n)
{
	struct home_server h;
	bool there;

	TRY(foreign_cache_find_home(cx, domain, domain, &h, &there));
	if (f->at >= 0 || f->not_before >= 0 || f->not_after >= 0)
		return fetch_actor_certs(cx, fid, domain, f, out, n);
	return find_actor_certs(cx, fid, domain, there, f, max_age, out, n);
}

enum err foreign_list_certs_where(struct cx *cx, struct str text, const struct cert_filter *f,
    struct foreign_cert **out, size_t *n)
{
	struct str fid, domain;
	struct cacheable *v;
	size_t all;

	TRY(split_fid(cx, text, &fid, &domain));
	if (foreign_is_own(cx, domain))
		return foreign_own_list_certs(cx, fid, f, out, n);
	TRY(load_foreign_certs(cx, fid, domain, f, FOREIGN_LIST_FRESH, &v, &all));
	*out = arena_alloc(cx->mem, all * sizeof **out + 1);
	*n = 0;
	for (size_t i = 0; i < all; i++)
		if (passes_cert_filter(&v[i], f))
			(*out)[(*n)++] = convert_cacheable(&v[i]);
	return OK;
}

enum err foreign_prefetch_certs(struct cx *cx, struct str text, struct str session_id)
{
	struct cert_filter f = all_certs;
	struct str fid, domain;
	struct cacheable *v;
	size_t n;

	TRY(split_fid(cx, text, &fid, &domain));
	f.session_id = session_id.n ? session_id : (struct str){ NULL, 0 };
	return load_foreign_certs(cx, fid, domain, &f, RECENT_LIST, &v, &n);
}

enum err foreign_ask_about(struct cx *cx, struct str text)
{
	struct str fid, domain;
	struct cacheable *v;
	bool waited;
	size_t n;

	TRY(split_fid(cx, text, &fid, &domain));
	TRY(enter_batch(cx, domain, true, &waited));
	enum err e = fetch_actor_certs(cx, fid, domain, &all_certs, &v, &n);
	leave_batch(cx);
	return e;
}

enum err foreign_list_certs(
    struct cx *cx, struct str fid, struct str session_id, struct foreign_cert **out, size_t *n)
{
	struct cert_filter f = all_certs;

	f.session_id = session_id.n ? session_id : (struct str){ NULL, 0 };
	return foreign_list_certs_where(cx, fid, &f, out, n);
}

/* --- One certificate --- */

struct wanted_cert {
	struct str fid, domain, serial;
	struct str session_id; /* n 0: unknown */
	struct blob der;       /* n 0: not known; fid and serial identify the certificate */
};

static bool is_wanted_cert(const struct wanted_cert *w, const struct cacheable *c)
{
	return str_eq(c->cert.serial, w->serial) && str_eq(c->cert.fid, w->fid) &&
	    (w->der.n == 0 || blob_eq(c->cert.der, w->der));
}

static enum err refuse_unknown_cert(struct cx *cx, const struct wanted_cert *w)
{
	return REFUSE_CERT(cx, "%.*s does not list this ID-Cert of %.*s.", (int)w->domain.n,
	    w->domain.s, (int)w->fid.n, w->fid.s);
}

/* Bad certificates elsewhere in the home server's list do not affect the wanted certificate. */
static enum err fetch_wanted_cert(struct cx *cx, const struct wanted_cert *w, struct cacheable *out)
{
	struct cert_filter f = all_certs;
	struct strs texts;
	struct home_server h;

	f.session_id = w->session_id;
	TRY(find_home(cx, w->domain, false, &h));
	enum err e = foreign_fetch_actor(cx, &h, w->fid, &f, &texts);
	if (e == ERR_NOT_FOUND)
		return refuse_unknown_cert(cx, w);
	TRY(e);
	for (size_t i = 0; i < texts.n; i++) {
		if (cacheable_read(cx, texts.v[i], out) != OK || !is_wanted_cert(w, out))
			continue;
		TRY(verify_actor_certs(cx, &h, w->fid, out, &(size_t){ 1 }));
		return foreign_cache_keep(cx, w->domain, w->fid, out);
	}
	return refuse_unknown_cert(cx, w);
}

static enum err find_foreign_cert(
    struct cx *cx, const struct wanted_cert *w, bool fresh, struct foreign_cert *out)
{
	struct cacheable c;
	struct home_server h;
	bool there, known, waited;

	TRY(foreign_cache_find_home(cx, w->domain, w->domain, &h, &there));
	known = there;
	TRY(foreign_cache_find(cx, w->fid, w->serial, &c, &there));
	if (there && !is_wanted_cert(w, &c))
		return refuse_unknown_cert(cx, w);
	if (!there || (fresh && c.invalidated == 0)) {
		TRY(enter_batch(cx, w->domain, known, &waited));
		enum err e = fetch_wanted_cert(cx, w, &c);
		leave_batch(cx);
		TRY(e);
	}
	*out = convert_cacheable(&c);
	return OK;
}

static enum err find_wanted_cert(
    struct cx *cx, const struct wanted_cert *w, bool fresh, struct foreign_cert *out)
{
	if (!foreign_is_own(cx, w->domain))
		return find_foreign_cert(cx, w, fresh, out);
	TRY(foreign_own_find(cx, w->fid, w->serial, out));
	return w->der.n == 0 || blob_eq(out->cert.der, w->der) ? OK : refuse_unknown_cert(cx, w);
}

static enum err read_shown_cert(
    struct cx *cx, struct blob der, struct idcert *c, struct wanted_cert *w)
{
	if (idcert_read(cx, der, c) != OK)
		return cx->why.err = ERR_BAD_CERT;
	if (c->is_server)
		return REFUSE_CERT(cx, "This is a server's certificate; send the actor's.");
	*w = (struct wanted_cert){ c->fid, c->domain, c->serial, c->session_id, der };
	return OK;
}

enum err foreign_check(struct cx *cx, struct blob der, struct foreign_cert *out)
{
	struct wanted_cert w;
	struct idcert c;

	TRY(read_shown_cert(cx, der, &c, &w));
	TRY(find_wanted_cert(cx, &w, false, out));
	return foreign_verify_now(cx, &out->cert, out->invalidated_at);
}

enum err foreign_recheck(struct cx *cx, struct blob der, struct foreign_cert *out)
{
	struct wanted_cert w;
	struct idcert c;

	TRY(read_shown_cert(cx, der, &c, &w));
	TRY(find_wanted_cert(cx, &w, true, out));
	return foreign_verify_now(cx, &out->cert, 0);
}

enum err foreign_check_named(
    struct cx *cx, struct str text, struct str serial, struct foreign_cert *out)
{
	struct wanted_cert w = { .serial = serial };

	TRY(split_fid(cx, text, &w.fid, &w.domain));
	TRY(find_wanted_cert(cx, &w, false, out));
	return foreign_verify_now(cx, &out->cert, out->invalidated_at);
}

/* --- Origins --- */

static enum err find_server_of_origin(struct cx *cx, struct str origin)
{
	struct home_server h, known;
	bool there;

	TRY(foreign_cache_find_home(cx, origin, origin_host(origin), &h, &there));
	if (!there)
		TRY(fetch_home(cx, origin, origin, (struct str){ NULL, 0 }, &h));
	return foreign_cache_find_home(
	    cx, h.server.cert.domain, h.server.cert.domain, &known, &there);
}

enum err foreign_check_origin(struct cx *cx, struct str url)
{
	struct str origin, own;

	TRY(origin_parse(cx, url, 0, &origin));
	if (origin_read(cx->mem, str_of(cx->conf->public_url), ORIGIN_HTTP | ORIGIN_ADDRESS,
		&own) == NULL &&
	    str_eq(own, origin))
		return OK;
	enum err e = find_server_of_origin(cx, origin);
	if (e == ERR_BAD_CERT || e == ERR_HOME_INVALID || e == ERR_HOME_UNREACHABLE)
		return refuse(cx, ERR_NOT_FEDERATED, "server",
		    "No polyproto server that this one can federate with answers at %.*s.",
		    (int)origin.n, origin.s);
	return e;
}
