#include "core/foreign_cache.h"
#include "base/conf.h"
#include "base/log.h"
#include "core/clocks.h"

/* The errors of failures that the server caused. Such a failure is stored under the name of its
 * error, as the numbers of the enum may change. */
static const enum err lasting_errors[] = { ERR_NOT_FEDERATED, ERR_BAD_CERT, ERR_HOME_INVALID };

static enum err refuse_unfederated_host(struct cx *cx, struct str host)
{
	return refuse(cx, ERR_NOT_FEDERATED, "",
	    "This server does not federate with %.*s; ask the operator of this server.",
	    (int)host.n, host.s);
}

static void count_cache_lookup(struct cx *cx, bool hit)
{
	meter_add(&cx->meter, hit ? COUNT_FOREIGN_HIT : COUNT_FOREIGN_MISS, 1);
}

static enum err repeat_kept_failure(struct cx *cx, const struct foreign_server_found *k)
{
	for (size_t i = 0; i < sizeof lasting_errors / sizeof lasting_errors[0]; i++)
		if (str_is(k->failure, err_name(lasting_errors[i]))) {
			cx->retry_after = k->wait > 0 ? k->wait : 1;
			return refuse(cx, lasting_errors[i], "", "%.*s", (int)k->said.n, k->said.s);
		}
	return OK;
}

enum err foreign_cache_find_home(
    struct cx *cx, struct str place, struct str host, struct home_server *h, bool *there)
{
	struct foreign_server_found *k;

	*there = false;
	if (!conf_federates(cx->conf, host))
		return refuse_unfederated_host(cx, host);
	TRY(q_foreign_find_server(cx, place, host, &k));
	TRY(clocks_take_time(cx, k->now));
	if (k->blocked)
		return refuse_unfederated_host(cx, host);
	if (k->failure.s)
		return repeat_kept_failure(cx, k);
	*there = k->cacheable.s != NULL;
	count_cache_lookup(cx, *there);
	*h = (struct home_server){ .api = k->api, .remembered = true };
	return *there ? cacheable_read(cx, k->cacheable, &h->server) : OK;
}

enum err foreign_cache_keep_home(struct cx *cx, struct str place, const struct home_server *h)
{
	const struct idcert *c = &h->server.cert;
	const struct foreign_server_row p = { .place = place,
		.api = h->api,
		.domain = c->domain,
		.serial = c->serial,
		.fresh_until = h->server.not_after };

	/* A server is stored under the domain or origin where it was found, never under the domain
	 * that its certificate claims: anyone can sign a certificate for any domain. */
	TRY(foreign_cache_keep(cx, c->domain, place, &h->server));
	return q_foreign_store_server(cx, &p);
}

enum err foreign_cache_keep_failure(struct cx *cx, struct str place, enum err e)
{
	const struct fail first = cx->why;
	struct str name = str_of(err_name(e)),
		   said = str_of(first.say[0] ? first.say : err_text(e));

	for (size_t i = 0; i < sizeof lasting_errors / sizeof lasting_errors[0]; i++)
		if (lasting_errors[i] == e && q_foreign_store_failure(cx, place, name, said) != OK)
			log_warn("the failure of %.*s was not stored: %s", (int)place.n, place.s,
			    cx->why.log);
	cx->why = first;
	return e;
}

void foreign_cache_note_trouble(struct cx *cx, struct str place, bool named)
{
	const struct fail first = cx->why;
	struct str said = str_of(first.log[0] ? first.log : first.say);

	if (q_foreign_note_trouble(cx, place, str_of(err_name(first.err)), said, named) != OK)
		log_warn(
		    "the failure of %.*s was not stored: %s", (int)place.n, place.s, cx->why.log);
	cx->why = first;
}

static enum err read_cached_cert(struct cx *cx, struct str text, struct cacheable *out, bool *there)
{
	*there = text.s != NULL;
	count_cache_lookup(cx, *there);
	return *there ? cacheable_read(cx, text, out) : OK;
}

enum err foreign_cache_find(
    struct cx *cx, struct str subject, struct str serial, struct cacheable *out, bool *there)
{
	struct str text;

	TRY(q_foreign_cert_find(cx, subject, serial, &text));
	return read_cached_cert(cx, text, out, there);
}

enum err foreign_cache_find_at(
    struct cx *cx, struct str subject, int64_t at, struct cacheable *out, bool *there)
{
	struct str text;

	TRY(q_foreign_cert_at(cx, subject, at, &text));
	return read_cached_cert(cx, text, out, there);
}

enum err foreign_cache_list(struct cx *cx, struct str fid, struct str session_id, int64_t max_age,
    struct cacheable **out, size_t *n, bool *there)
{
	struct str *text;

	TRY(q_foreign_cert_list(cx, fid, session_id, max_age, &text, n));
	*there = *n > 0;
	count_cache_lookup(cx, *there);
	if (*n && text[0].s == NULL)
		*n = 0;
	*out = arena_alloc(cx->mem, *n * sizeof **out + 1);
	for (size_t i = 0; i < *n; i++)
		TRY(cacheable_read(cx, text[i], &(*out)[i]));
	return OK;
}

static void fill_cert_columns(
    struct cx *cx, struct foreign_certs *c, const struct cacheable *v, size_t n)
{
	struct str *texts = arena_alloc(cx->mem, 3 * n * sizeof *texts);
	int64_t *times = arena_alloc(cx->mem, 4 * n * sizeof *times);

	c->n = n;
	c->serial = texts, c->session_id = texts + n, c->cacheable = texts + 2 * n;
	c->not_before = times, c->not_after = times + n, c->usable_until = times + 2 * n,
	c->invalidated = times + 3 * n;
	for (size_t i = 0; i < n; i++) {
		c->serial[i] = v[i].cert.serial;
		c->session_id[i] = v[i].cert.session_id;
		c->cacheable[i] = v[i].text;
		c->not_before[i] = v[i].cert.not_before;
		c->not_after[i] = v[i].cert.not_after;
		c->usable_until[i] = v[i].not_after;
		c->invalidated[i] = v[i].invalidated;
	}
}

static bool is_serial_listed(struct str list, struct str serial)
{
	struct str one;

	while (list.n) {
		if (!str_cut(list, ' ', &one, &list))
			list.n = 0;
		if (str_eq(one, serial))
			return true;
	}
	return false;
}

enum err foreign_cache_keep_certs(
    struct cx *cx, struct str domain, struct str subject, struct cacheable *v, size_t *n)
{
	struct foreign_certs c = { .domain = domain, .subject = subject };
	struct str refused;
	size_t all = *n;

	if (all == 0)
		return OK;
	fill_cert_columns(cx, &c, v, all);
	TRY(q_foreign_store_certs(cx, &c, &refused));
	*n = 0;
	for (size_t i = 0; i < all; i++)
		if (!is_serial_listed(refused, v[i].cert.serial))
			v[(*n)++] = v[i];
	if (*n == 0)
		return refuse(cx, ERR_BAD_CERT, "id_cert",
		    "%.*s has revoked the certificate %.*s and now says that it is valid.",
		    (int)domain.n, domain.s, (int)refused.n, refused.s);
	return OK;
}

enum err foreign_cache_keep(
    struct cx *cx, struct str domain, struct str subject, const struct cacheable *c)
{
	struct cacheable one = *c;

	return foreign_cache_keep_certs(cx, domain, subject, &one, &(size_t){ 1 });
}

enum err foreign_cache_keep_list(struct cx *cx, struct str domain, struct str fid,
    struct str session_id, struct cacheable *v, size_t *count)
{
	int64_t until = cx->now + FOREIGN_LIST_FRESH;

	TRY(foreign_cache_keep_certs(cx, domain, fid, v, count));
	for (size_t i = 0, n = *count; i < n; i++)
		if (v[i].not_after < until)
			until = v[i].not_after;
	return q_foreign_mark_listed(cx, fid, session_id.n ? session_id : STR(""), domain, until);
}
