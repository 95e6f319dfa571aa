#include "base/clock.h"
#include "base/conf.h"
#include "x509/cacheable.h"
#include "crypto/hash.h"
#include "text/encoding.h"
#include "core/actor.h"
#include "core/password.h"
#include "ctl/selftest/selftest.h"
#include "store/q_selftest.h"
#include <json-c/json.h>
#include <sys/random.h>

/* A request of the API, and what came. */
struct api {
	const char *method, *path;
	struct str token;	  /* n 0: nobody's */
	struct json_object *body; /* NULL: none */
	struct net_told told;
	struct json_object *got; /* NULL: no JSON came */
};

static struct cx *cx_of(struct selftest *t)
{
	return &t->d.c->cx;
}

static void call(struct selftest *t, struct api *a)
{
	struct cx *cx = cx_of(t);
	const char *const headers[] = { arena_printf(cx->mem, "Authorization: Bearer %.*s",
					    (int)a->token.n, a->token.s),
		NULL };
	struct web_ask w = { .q = { .method = a->method, .headers = a->token.n ? headers : NULL },
		.target = a->path };

	if (a->body)
		w.q.body = str_blob(json_text(cx, a->body));
	doctor_web_send(&t->d, &w, &a->told);
	a->got = NULL;
	if (a->told.why[0] == '\0' && json_parse(cx, a->told.body, &a->got) != OK)
		cx->why = (struct fail){ .err = OK };
}

static enum err unexpected(struct selftest *t, const struct api *a)
{
	struct str text = json_string(json_object_object_get(a->got, "message"));

	if (a->told.why[0])
		return fail(cx_of(t), ERR_INTERNAL, "%s %s: no answer: %s", a->method, a->path,
		    a->told.why);
	return fail(cx_of(t), ERR_INTERNAL, "%s %s was answered with %d: %.*s", a->method, a->path,
	    a->told.status, (int)text.n, text.n ? text.s : "");
}

static enum err expect(struct selftest *t, struct api *a, int status)
{
	call(t, a);
	return a->told.why[0] == '\0' && a->told.status == status ? OK : unexpected(t, a);
}

static struct json_object *payload(const struct person *p)
{
	struct json_object *o = json_object_new_object(), *auth = json_object_new_object();

	json_object_object_add(auth, "password", json_str(p->password));
	json_object_object_add(o, "actor_name", json_str(p->name));
	json_object_object_add(o, "auth_payload", auth);
	return o;
}

/* The address that log-ins are counted by is the one that motetd sees. */
static enum err reach(struct selftest *t)
{
	struct web_ask w = { .target = "/selftest" };
	struct net_told told;
	struct echo e;
	const char *wrong = doctor_web_probe(&t->d, &w, &told, &e);

	if (wrong)
		return fail(cx_of(t), ERR_INTERNAL,
		    "%s: a probe got %s; motetctl doctor %s says more", t->d.url, wrong, t->d.url);
	t->remote = e.remote;
	return OK;
}

static enum err new_name(struct cx *cx, struct person *p)
{
	uint8_t r[8], *password = arena_secret(cx->mem, 16);

	if (getrandom(r, sizeof r, 0) != sizeof r || getrandom(password, 16, 0) != 16)
		return fail(cx, ERR_INTERNAL, "no random bytes from the system");
	p->name = str_of(arena_printf(
	    cx->mem, "selftest-%s", hex_encode(cx->mem, (struct blob){ r, sizeof r }).s));
	p->fid = actor_fid(cx, p->name);
	p->password = hex_encode(cx->mem, (struct blob){ password, 16 });
	return OK;
}

static enum err announce_one(struct selftest *t, struct person *p)
{
	struct blob traces[PASSWORD_TRACES];

	TRY(new_name(cx_of(t), p));
	password_traces(cx_of(t), p->name, t->remote, traces);
	p->announced = true;
	return q_selftest_begin(cx_of(t), p->name, traces, PASSWORD_TRACES);
}

static enum err announce(struct selftest *t)
{
	int64_t swept;

	TRY(q_selftest_sweep(cx_of(t), &swept));
	if (swept)
		t->note = arena_printf(t->d.mem, "deleted %lld actor%s of a run that was killed",
		    (long long)swept, swept == 1 ? "" : "s");
	TRY(announce_one(t, &t->a));
	return announce_one(t, &t->b);
}

static enum err enrol(struct selftest *t, struct person *p)
{
	struct api a = { .method = "POST", .path = "/.p2/core/v1/register", .body = payload(p) };
	int64_t id;

	call(t, &a);
	if (a.told.status == 201)
		return OK;
	if (a.told.status != 403)
		return unexpected(t, &a);
	t->note = "in the database, since registration is not open to all";
	return actor_add(cx_of(t), p->name, p->password, false, &id);
}

static enum err take_grant(struct selftest *t, struct api *a, struct person *p)
{
	TRY(expect(t, a, 201));
	p->cert = json_string(json_object_object_get(a->got, "id_cert"));
	p->token = json_string(json_object_object_get(a->got, "token"));
	return p->cert.n && p->token.n
	    ? OK
	    : fail(cx_of(t), ERR_INTERNAL, "%s: the answer has no id_cert and token", a->path);
}

static enum err new_csr(struct selftest *t, struct person *p, struct str *pem)
{
	uint8_t key[ED25519_KEY];

	p->seed = arena_secret(t->d.mem, ED25519_SEED);
	TRY(ed25519_new(cx_of(t), p->seed, key));
	return selftest_csr(cx_of(t), p->seed, p->name, STR("selftest"), pem);
}

static enum err log_in(struct selftest *t, struct person *p)
{
	struct api a = {
		.method = "POST", .path = "/.p2/core/v1/session/trust", .body = payload(p)
	};
	struct str csr;

	TRY(new_csr(t, p, &csr));
	json_object_object_add(a.body, "csr", json_str(csr));
	return take_grant(t, &a, p);
}

static enum err enrol_a(struct selftest *t)
{
	return enrol(t, &t->a);
}

static enum err certify(struct selftest *t)
{
	return log_in(t, &t->a);
}

static enum err second(struct selftest *t)
{
	TRY(enrol(t, &t->b));
	return log_in(t, &t->b);
}

static enum err server_key(struct selftest *t)
{
	struct api a = { .method = "GET", .path = "/.p2/core/v1/idcert/server" };
	struct cacheable c;

	TRY(expect(t, &a, 200));
	TRY(cacheable_read(cx_of(t), a.told.body, &c));
	TRY(cacheable_check(cx_of(t), &c, c.cert.key, clock_now()));
	if (!c.cert.is_server || !idcert_signed_by(&c.cert, c.cert.key))
		return fail(cx_of(t), ERR_INTERNAL,
		    "%s: this is no certificate of a server, by its own key", a.path);
	memcpy(t->server_key, c.cert.key, sizeof t->server_key);
	return OK;
}

/* What anybody may know of the actor's one certificate. */
static enum err published(struct selftest *t, struct cacheable *c)
{
	struct cx *cx = cx_of(t);
	struct api a = { .method = "GET",
		.path = arena_printf(
		    cx->mem, "/.p2/core/v1/idcert/actor/%s", str_z(cx->mem, t->a.fid)) };
	struct str pem;
	struct strs all;

	TRY(expect(t, &a, 200));
	TRY(cacheable_split(cx, a.told.body, &all));
	for (size_t i = 0; i < all.n; i++) {
		TRY(cacheable_read(cx, all.v[i], c));
		TRY(cacheable_check(cx, c, t->server_key, clock_now()));
		pem = pem_encode(cx->mem, "CERTIFICATE", c->cert.der);
		if (str_eq(pem, t->a.cert))
			return idcert_signed_by(&c->cert, t->server_key)
			    ? OK
			    : fail(cx, ERR_INTERNAL, "the certificate is not by the server's key");
	}
	return fail(
	    cx, ERR_INTERNAL, "%s: the certificate that was issued is not among those", a.path);
}

static enum err verify(struct selftest *t)
{
	struct cacheable c;

	TRY(server_key(t));
	TRY(published(t, &c));
	return c.invalidated ? fail(cx_of(t), ERR_INTERNAL, "the certificate is revoked already")
			     : OK;
}

static enum err keymaterial(struct selftest *t)
{
	struct api up = { .method = "POST",
		.path = "/.p2/core/v1/session/keymaterial",
		.token = t->a.token,
		.body = json_object_new_object() };
	struct api down = { .method = "GET", .path = up.path, .token = t->a.token };
	struct str data;

	TRY(selftest_keydata(cx_of(t), &data));
	json_object_object_add(up.body, "key_data", json_str(data));
	TRY(expect(t, &up, 201));
	TRY(expect(t, &down, 200));
	struct json_object *first = json_object_is_type(down.got, json_type_array)
	    ? json_object_array_get_idx(down.got, 0)
	    : NULL;
	if (!str_eq(json_string(json_object_object_get(first, "key_data")), data))
		return fail(
		    cx_of(t), ERR_INTERNAL, "key material does not come back as it was stored");
	return OK;
}

static enum err upload(struct selftest *t)
{
	struct api a = { .method = "POST",
		.path = "/.p2/core/v1/keypackage/@me",
		.token = t->a.token,
		.body = json_object_new_array() };

	for (int i = 0; i < 2; i++) {
		TRY(selftest_keypackage(cx_of(t), t->a.seed, t->a.fid, &t->packages[i]));
		json_object_array_add(a.body, json_str(t->packages[i]));
	}
	return expect(t, &a, 201);
}

/* Both generations give a KeyPackage as base64 somewhere in the answer. */
static bool given(const struct api *a, struct str package)
{
	return memmem(a->told.body.s, a->told.body.n, package.s, package.n) != NULL;
}

static enum err claim(struct selftest *t)
{
	struct cx *cx = cx_of(t);
	struct api a = { .method = "GET",
		.path =
		    arena_printf(cx->mem, "/.p2/core/v1/keypackage/%s", str_z(cx->mem, t->a.fid)),
		.token = t->b.token };

	TRY(expect(t, &a, 200));
	bool first = given(&a, t->packages[0]);
	if (first == given(&a, t->packages[1]))
		return fail(cx, ERR_INTERNAL,
		    "a claim gives %s of the KeyPackages that were stored, not one",
		    first ? "both" : "none");
	TRY(expect(t, &a, 200));
	if (given(&a, t->packages[first ? 0 : 1]))
		return fail(cx, ERR_INTERNAL, "a second claim gives the same KeyPackage again");
	return OK;
}

static enum err token_stands(struct selftest *t, struct str token)
{
	uint8_t hash[HASH_BYTES];

	sha256(str_blob(token), hash);
	struct api a = { .method = "GET",
		.path = arena_printf(t->d.mem, "/.motet/v1/introspect?token_hash=%s",
		    hex_encode(t->d.mem, (struct blob){ hash, sizeof hash }).s) };
	TRY(expect(t, &a, 200));
	return json_object_get_boolean(json_object_object_get(a.got, "active"))
	    ? OK
	    : fail(cx_of(t), ERR_INTERNAL, "the federation token does not stand");
}

static enum err federation(struct selftest *t)
{
	struct api a = { .method = "POST",
		.path = "/p2core/token",
		.token = t->a.token,
		.body = json_object_new_object() };

	json_object_object_add(a.body, "server", json_str(str_of(cx_of(t)->conf->public_url)));
	call(t, &a);
	if (a.told.status == 403) {
		t->note = "none: this server issues no federation tokens at present";
		return OK;
	}
	if (a.told.status != 201)
		return unexpected(t, &a);
	return token_stands(t, json_string(a.got));
}

static enum err refused(struct selftest *t, struct str token)
{
	struct api a = { .method = "GET", .path = "/.p2/core/v1/events", .token = token };

	return expect(t, &a, 401);
}

static enum err rotate(struct selftest *t)
{
	struct api a = { .method = "POST",
		.path = "/.p2/core/v1/session/idcert",
		.token = t->a.token,
		.body = json_object_new_object() };
	const struct str before = t->a.token;
	struct cacheable c;
	struct str csr;

	TRY(new_csr(t, &t->a, &csr));
	json_object_object_add(a.body, "csr", json_str(csr));
	TRY(take_grant(t, &a, &t->a));
	TRY(refused(t, before));
	return published(t, &c);
}

static enum err revoke(struct selftest *t)
{
	struct api a = {
		.method = "PUT", .path = "/.p2/core/v1/session/revoke", .token = t->a.token
	};
	struct cacheable c;

	TRY(expect(t, &a, 204));
	TRY(refused(t, t->a.token));
	TRY(published(t, &c));
	return c.invalidated
	    ? OK
	    : fail(cx_of(t), ERR_INTERNAL, "the certificate is not published as revoked");
}

enum err selftest_forget(struct selftest *t)
{
	struct person *const both[] = { &t->a, &t->b };

	for (size_t i = 0; i < sizeof both / sizeof both[0]; i++) {
		if (both[i]->announced)
			TRY(q_selftest_forget(cx_of(t), both[i]->name));
		both[i]->announced = false;
	}
	return OK;
}

static enum err gone(struct selftest *t)
{
	struct cx *cx = cx_of(t);
	struct api a = { .method = "GET",
		.path = arena_printf(
		    cx->mem, "/.p2/core/v1/idcert/actor/%s", str_z(cx->mem, t->a.fid)) };

	TRY(selftest_forget(t));
	return expect(t, &a, 404);
}

const struct step selftest_steps[] = {
	{ "reach", "motetd answers, on this database", reach },
	{ "announce", "two names that nobody else can take", announce },
	{ "register", "an actor", enrol_a },
	{ "certify", "its first ID-Cert, and a session", certify },
	{ "verify", "the ID-Cert and what is said of it, by the server's certificate", verify },
	{ "keymaterial", "encrypted key material, there and back", keymaterial },
	{ "upload", "two KeyPackages", upload },
	{ "second", "another actor, with an ID-Cert", second },
	{ "claim", "the KeyPackages, one at a time", claim },
	{ "token", "a federation token, which stands", federation },
	{ "rotate", "a new key; the old token ends", rotate },
	{ "revoke", "the session ends, which is published", revoke },
	{ "delete", "both actors, and all that they had", gone },
	{ NULL, NULL, NULL },
};
