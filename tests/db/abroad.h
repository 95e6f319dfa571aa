#ifndef MOTET_TESTS_ABROAD_H
#define MOTET_TESTS_ABROAD_H
/* Foreign servers for tests, simulated in this process: their keys, certificates and
 * CacheableIDCerts, valid or not, are on pages that a test fetcher finds by URL. */
#include "x509/cacheable.h"
#include "crypto/key_trial_text.h"
#include "text/encoding.h"
#include "core/foreign_session.h"
#include "core/key_trial.h"
#include "home.h"

enum { DAY = 86400, PAGES = 64 };
static struct cx lasting; /* its arena outlives a request */

struct page {
	const char *url; /* without a query, unless it has one */
	int status;
	struct str body;
	enum err err; /* the fetch fails with this error instead of an answer */
	bool reached; /* see fetch.h */
	bool nameless;
};
static struct page pages[PAGES];
static int npages, calls, last_redirects;
static const char *last_url = "";

static inline enum err fake_get(
    struct cx *cx, struct fetcher *f, struct str url, int redirects, struct fetch_reply *r)
{
	(void)f;
	calls++;
	last_redirects = redirects;
	last_url = str_z(lasting.mem, url);
	struct str bare, query;
	str_cut(url, '?', &bare, &query);
	for (int i = npages; i-- > 0;) {
		struct page *p = &pages[i];
		if (!str_is(url, p->url) && !str_is(bare, p->url))
			continue;
		r->reached = p->reached;
		r->tried = true;
		r->named = !p->nameless;
		if (p->err == ERR_HOME_INVALID)
			return fail(cx, p->err, "too large");
		if (p->err)
			return fail(cx, p->err, "no answer");
		*r = (struct fetch_reply){ p->status, p->body, true };
		return OK;
	}
	*r = (struct fetch_reply){ 404, STR("<h1>Not Found</h1>"), true };
	return OK;
}
static struct fetcher fake = { fake_get };

/* If several pages have the same URL, the last one is found. */
static inline void put_page(const char *url, int status, struct str body)
{
	pages[npages++] = (struct page){ .url = url, .status = status, .body = body };
}
static inline void put_error(const char *url, enum err e)
{
	pages[npages++] = (struct page){ .url = url, .err = e };
}

/* A key and its claimed owner. */
struct party {
	const char *domain, *fid, *session_id; /* fid NULL: the key of a server */
	uint8_t seed[ED25519_SEED], key[ED25519_KEY];
	struct blob cert;
	int64_t serial;
};

static inline struct blob subject_of(const struct party *p)
{
	struct buf b = { .mem = lasting.mem };
	struct str label, rest = str_of(p->domain), labels[8];
	size_t n = 0;

	while (rest.n && n < 8) {
		if (!str_cut(rest, '.', &label, &rest))
			rest.n = 0;
		labels[n++] = label;
	}
	buf_printf(&b, "S:%s|U:%s", p->session_id, p->fid);
	while (n--)
		buf_printf(&b, "|D:%.*s", (int)labels[n].n, labels[n].s);
	buf_printf(&b, "|C:%.*s", (int)strcspn(p->fid, "@"), p->fid);
	return name_of(lasting.mem, buf_done(&b).s);
}

/* The serial number that the next certificates get; 0: a random one each. */
static int64_t forced_serial;

static inline void certify_party(struct party *p, const uint8_t *seed, int64_t from, int64_t to)
{
	struct idcert_spec spec = {
		.domain = str_of(p->domain), .not_before = from, .not_after = to
	};
	uint8_t sig[ED25519_SIG];
	struct blob tbs;

	if (p->fid)
		spec.subject = subject_of(p);
	memcpy(spec.key, p->key, sizeof spec.key);
	must(&lasting, idcert_new_serial(&lasting, &spec.serial));
	spec.serial = forced_serial ? forced_serial : spec.serial;
	must(&lasting, idcert_build_tbs(&lasting, &spec, &tbs));
	must(&lasting, ed25519_sign(&lasting, seed, tbs, sig));
	p->serial = spec.serial;
	p->cert = idcert_assemble(lasting.mem, tbs, sig);
}

static inline struct party new_party(const char *domain, const char *fid, const char *session_id)
{
	struct party p = { .domain = domain, .fid = fid, .session_id = session_id };

	must(&lasting, ed25519_new(&lasting, p.seed, p.key));
	return p;
}

static inline struct party new_server(const char *domain)
{
	struct party p = new_party(domain, NULL, NULL);

	certify_party(&p, p.seed, clock_now() - 10 * DAY, clock_now() + 300 * DAY);
	return p;
}

static inline struct party new_foreign_actor(
    const struct party *home, const char *fid, const char *session_id)
{
	struct party p = new_party(home->domain, fid, session_id);

	certify_party(&p, home->seed, clock_now() - DAY, clock_now() + 30 * DAY);
	return p;
}

/* A home server's signed statement about a certificate; the numbers in it can be invalid. */
static inline struct str make_statement(struct blob cert, int64_t serial, int64_t from, int64_t to,
    int64_t revoked, const uint8_t *seed)
{
	struct cache_claim c = {
		.serial = serial, .not_before = from, .not_after = to, .invalidated = revoked
	};
	uint8_t sig[ED25519_SIG];

	must(&lasting,
	    ed25519_sign(&lasting, seed, str_blob(cache_statement(lasting.mem, &c)), sig));
	return json_text(&lasting, cacheable_json(&lasting, cert, &c, sig, false));
}

static inline struct str vouch_for(const struct party *p, const struct party *home)
{
	return make_statement(
	    p->cert, p->serial, clock_now() - 5, clock_now() + 3600, 0, home->seed);
}

static inline struct str list_of_one(struct str a)
{
	return str_of(arena_printf(lasting.mem, "[%.*s]", (int)a.n, a.s));
}

static inline const char *server_url(const char *domain)
{
	return arena_printf(lasting.mem, "https://%s/.p2/core/v1/idcert/server", domain);
}
static inline const char *actor_url(const char *domain, const char *fid)
{
	return arena_printf(lasting.mem, "https://%s/.p2/core/v1/idcert/actor/%s", domain, fid);
}

static inline void put_server_page(const struct party *s)
{
	put_page(server_url(s->domain), 200, vouch_for(s, s));
}

/* Runs a query as the owner of the tables; returns the first column of the first row as a number.
 */
static inline int64_t run_sql(const char *text)
{
	PGconn *pg = connect_as_owner();
	PGresult *r = PQexec(pg, text);
	int64_t v = PQntuples(r) ? strtoll(PQgetvalue(r, 0, 0), NULL, 10) : -1;

	if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK)
		printf("# %s: %s", text, PQerrorMessage(pg));
	PQclear(r);
	PQfinish(pg);
	return v;
}

static inline struct str sign_hex(const struct party *p, struct str text)
{
	uint8_t sig[ED25519_SIG];

	must(&lasting, ed25519_sign(&lasting, p->seed, str_blob(text), sig));
	return hex_encode(lasting.mem,
	    (struct blob){ (uint8_t *)arena_dup(lasting.mem, sig, sizeof sig), sizeof sig });
}

/* Returns false if there is no database; the test is then reported as skipped. */
static inline bool open_test_world(void)
{
	if (!open_home())
		return false;
	fetcher = &fake;
	create_identity();
	lasting = new_context();
	return true;
}
#endif
