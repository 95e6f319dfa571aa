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

/* A request to the API and its answer. */
struct selftest_call {
	const char *method, *path;
	struct str token;	  /* n 0: no Authorization */
	struct json_object *body; /* NULL: none */
	struct net_answer answer;
	struct json_object *json; /* NULL: the answer is not JSON */
};

static struct cx *get_selftest_cx(struct selftest *t)
{
	return &t->d.c->cx;
}

static void call_motetd(struct selftest *t, struct selftest_call *a)
{
	struct cx *cx = get_selftest_cx(t);
	const char *const headers[] = { arena_printf(cx->mem, "Authorization: Bearer %.*s",
					    (int)a->token.n, a->token.s),
		NULL };
	struct doctor_web_request w = { .q = { .method = a->method,
					    .headers = a->token.n ? headers : NULL },
		.target = a->path };

	if (a->body)
		w.q.body = str_blob(json_text(cx, a->body));
	doctor_web_send(&t->d, &w, &a->answer);
	a->json = NULL;
	if (a->answer.why[0] == '\0' && json_parse(cx, a->answer.body, &a->json) != OK)
		cx->why = (struct fail){ .err = OK };
}

static enum err fail_on_answer(struct selftest *t, const struct selftest_call *a)
{
	struct str text = json_get_str(json_object_object_get(a->json, "message"));

	if (a->answer.why[0])
		return fail(get_selftest_cx(t), ERR_INTERNAL, "%s %s: no answer: %s", a->method,
		    a->path, a->answer.why);
	return fail(get_selftest_cx(t), ERR_INTERNAL, "%s %s returned %d: %.*s", a->method, a->path,
	    a->answer.status, (int)text.n, text.n ? text.s : "");
}

static enum err expect_status(struct selftest *t, struct selftest_call *a, int status)
{
	call_motetd(t, a);
	return a->answer.why[0] == '\0' && a->answer.status == status ? OK : fail_on_answer(t, a);
}

static struct json_object *make_login_body(const struct selftest_actor *p)
{
	struct json_object *o = json_object_new_object(), *auth = json_object_new_object();

	json_object_object_add(auth, "password", json_from_str(p->password));
	json_object_object_add(o, "actor_name", json_from_str(p->name));
	json_object_object_add(o, "auth_payload", auth);
	return o;
}

/* motetd counts log-ins by the address that it sees, which may differ from this host's own. */
static enum err probe_motetd(struct selftest *t)
{
	struct doctor_web_request w = { .target = "/selftest" };
	struct net_answer answer;
	struct doctor_echo e;
	const char *wrong = doctor_web_probe(&t->d, &w, &answer, &e);

	if (wrong)
		return fail(get_selftest_cx(t), ERR_INTERNAL,
		    "%s: a probe got %s; to find the cause, run: motetctl doctor %s", t->d.url,
		    wrong, t->d.url);
	t->remote = e.remote;
	return OK;
}

static enum err make_actor_name(struct cx *cx, struct selftest_actor *p)
{
	uint8_t r[8], *password = arena_secret(cx->mem, 16);

	if (getrandom(r, sizeof r, 0) != sizeof r || getrandom(password, 16, 0) != 16)
		return fail(cx, ERR_INTERNAL, "getrandom() failed");
	p->name = str_of(arena_printf(
	    cx->mem, "selftest-%s", hex_encode(cx->mem, (struct blob){ r, sizeof r }).s));
	p->fid = actor_fid(cx, p->name);
	p->password = hex_encode(cx->mem, (struct blob){ password, 16 });
	return OK;
}

static enum err announce_actor(struct selftest *t, struct selftest_actor *p)
{
	struct blob traces[PASSWORD_LIMIT_KEYS];

	TRY(make_actor_name(get_selftest_cx(t), p));
	password_limit_keys(get_selftest_cx(t), p->name, t->remote, traces);
	p->announced = true;
	return q_selftest_begin(get_selftest_cx(t), p->name, traces, PASSWORD_LIMIT_KEYS);
}

static enum err announce_both_actors(struct selftest *t)
{
	int64_t swept;

	TRY(q_selftest_sweep(get_selftest_cx(t), &swept));
	if (swept)
		t->note = arena_printf(t->d.mem, "deleted %lld actor%s that a killed run had left",
		    (long long)swept, swept == 1 ? "" : "s");
	TRY(announce_actor(t, &t->a));
	return announce_actor(t, &t->b);
}

static enum err register_actor(struct selftest *t, struct selftest_actor *p)
{
	struct selftest_call a = {
		.method = "POST", .path = "/.p2/core/v1/register", .body = make_login_body(p)
	};
	int64_t id;

	call_motetd(t, &a);
	if (a.answer.status == 201)
		return OK;
	if (a.answer.status != 403)
		return fail_on_answer(t, &a);
	t->note = "the actor was added in the database: registration is not open";
	return actor_add(get_selftest_cx(t), p->name, p->password, false, &id);
}

static enum err take_session_grant(
    struct selftest *t, struct selftest_call *a, struct selftest_actor *p)
{
	TRY(expect_status(t, a, 201));
	p->cert = json_get_str(json_object_object_get(a->json, "id_cert"));
	p->token = json_get_str(json_object_object_get(a->json, "token"));
	return p->cert.n && p->token.n ? OK
				       : fail(get_selftest_cx(t), ERR_INTERNAL,
					     "%s: the answer lacks id_cert or token", a->path);
}

static enum err make_new_csr(struct selftest *t, struct selftest_actor *p, struct str *pem)
{
	uint8_t key[ED25519_KEY];

	p->seed = arena_secret(t->d.mem, ED25519_SEED);
	TRY(ed25519_new(get_selftest_cx(t), p->seed, key));
	return selftest_make_csr(get_selftest_cx(t), p->seed, p->name, STR("selftest"), pem);
}

static enum err log_in_actor(struct selftest *t, struct selftest_actor *p)
{
	struct selftest_call a = {
		.method = "POST", .path = "/.p2/core/v1/session/trust", .body = make_login_body(p)
	};
	struct str csr;

	TRY(make_new_csr(t, p, &csr));
	json_object_object_add(a.body, "csr", json_from_str(csr));
	return take_session_grant(t, &a, p);
}

static enum err register_actor_a(struct selftest *t)
{
	return register_actor(t, &t->a);
}

static enum err log_in_actor_a(struct selftest *t)
{
	return log_in_actor(t, &t->a);
}

static enum err add_actor_b(struct selftest *t)
{
	TRY(register_actor(t, &t->b));
	return log_in_actor(t, &t->b);
}

static enum err fetch_server_key(struct selftest *t)
{
	struct selftest_call a = { .method = "GET", .path = "/.p2/core/v1/idcert/server" };
	struct cacheable c;

	TRY(expect_status(t, &a, 200));
	TRY(cacheable_read(get_selftest_cx(t), a.answer.body, &c));
	TRY(cacheable_check(get_selftest_cx(t), &c, c.cert.key, clock_now()));
	if (!c.cert.is_server || !idcert_signed_by(&c.cert, c.cert.key))
		return fail(get_selftest_cx(t), ERR_INTERNAL,
		    "%s: the answer is not a self-signed server certificate", a.path);
	memcpy(t->server_key, c.cert.key, sizeof t->server_key);
	return OK;
}

/* Find the issued certificate among the published ones, and check its cache statement. */
static enum err find_published_cert(struct selftest *t, struct cacheable *c)
{
	struct cx *cx = get_selftest_cx(t);
	struct selftest_call a = { .method = "GET",
		.path = arena_printf(
		    cx->mem, "/.p2/core/v1/idcert/actor/%s", str_z(cx->mem, t->a.fid)) };
	struct str pem;
	struct strs all;

	TRY(expect_status(t, &a, 200));
	TRY(cacheable_split(cx, a.answer.body, &all));
	for (size_t i = 0; i < all.n; i++) {
		TRY(cacheable_read(cx, all.v[i], c));
		TRY(cacheable_check(cx, c, t->server_key, clock_now()));
		pem = pem_encode(cx->mem, "CERTIFICATE", c->cert.der);
		if (str_eq(pem, t->a.cert))
			return idcert_signed_by(&c->cert, t->server_key)
			    ? OK
			    : fail(cx, ERR_INTERNAL,
				  "the certificate is not signed by the server's key");
	}
	return fail(
	    cx, ERR_INTERNAL, "%s: the certificate that was issued is not published", a.path);
}

static enum err verify_published_cert(struct selftest *t)
{
	struct cacheable c;

	TRY(fetch_server_key(t));
	TRY(find_published_cert(t, &c));
	return c.invalidated
	    ? fail(get_selftest_cx(t), ERR_INTERNAL, "the certificate is published as revoked")
	    : OK;
}

static enum err exchange_key_material(struct selftest *t)
{
	struct selftest_call up = { .method = "POST",
		.path = "/.p2/core/v1/session/keymaterial",
		.token = t->a.token,
		.body = json_object_new_object() };
	struct selftest_call down = { .method = "GET", .path = up.path, .token = t->a.token };
	struct str data;

	TRY(selftest_make_key_material(get_selftest_cx(t), &data));
	json_object_object_add(up.body, "key_data", json_from_str(data));
	TRY(expect_status(t, &up, 201));
	TRY(expect_status(t, &down, 200));
	struct json_object *first = json_object_is_type(down.json, json_type_array)
	    ? json_object_array_get_idx(down.json, 0)
	    : NULL;
	if (!str_eq(json_get_str(json_object_object_get(first, "key_data")), data))
		return fail(get_selftest_cx(t), ERR_INTERNAL,
		    "the key material read back differs from what was stored");
	return OK;
}

static enum err upload_keypackages(struct selftest *t)
{
	struct selftest_call a = { .method = "POST",
		.path = "/.p2/core/v1/keypackage/@me",
		.token = t->a.token,
		.body = json_object_new_array() };

	for (int i = 0; i < 2; i++) {
		TRY(selftest_make_keypackage(
		    get_selftest_cx(t), t->a.seed, t->a.fid, &t->packages[i]));
		json_object_array_add(a.body, json_from_str(t->packages[i]));
	}
	return expect_status(t, &a, 201);
}

/* Both generations of the protocol return a KeyPackage as base64 in the answer. */
static bool is_keypackage_in_answer(const struct selftest_call *a, struct str package)
{
	return memmem(a->answer.body.s, a->answer.body.n, package.s, package.n) != NULL;
}

static enum err claim_two_keypackages(struct selftest *t)
{
	struct cx *cx = get_selftest_cx(t);
	struct selftest_call a = { .method = "GET",
		.path =
		    arena_printf(cx->mem, "/.p2/core/v1/keypackage/%s", str_z(cx->mem, t->a.fid)),
		.token = t->b.token };

	TRY(expect_status(t, &a, 200));
	bool first = is_keypackage_in_answer(&a, t->packages[0]);
	if (first == is_keypackage_in_answer(&a, t->packages[1]))
		return fail(cx, ERR_INTERNAL,
		    "a claim returns %s of the stored KeyPackages, not one",
		    first ? "both" : "none");
	TRY(expect_status(t, &a, 200));
	if (is_keypackage_in_answer(&a, t->packages[first ? 0 : 1]))
		return fail(cx, ERR_INTERNAL, "a second claim returns the same KeyPackage");
	return OK;
}

static enum err check_token_is_active(struct selftest *t, struct str token)
{
	uint8_t hash[HASH_BYTES];

	sha256(str_blob(token), hash);
	struct selftest_call a = { .method = "GET",
		.path = arena_printf(t->d.mem, "/.motet/v1/introspect?token_hash=%s",
		    hex_encode(t->d.mem, (struct blob){ hash, sizeof hash }).s) };
	TRY(expect_status(t, &a, 200));
	return json_object_get_boolean(json_object_object_get(a.json, "active"))
	    ? OK
	    : fail(get_selftest_cx(t), ERR_INTERNAL,
		  "introspection says that the federation token is not active");
}

static enum err request_federation_token(struct selftest *t)
{
	struct selftest_call a = { .method = "POST",
		.path = "/p2core/token",
		.token = t->a.token,
		.body = json_object_new_object() };

	json_object_object_add(
	    a.body, "server", json_from_str(str_of(get_selftest_cx(t)->conf->public_url)));
	call_motetd(t, &a);
	if (a.answer.status == 403) {
		t->note = "skipped: this server issues no federation tokens";
		return OK;
	}
	if (a.answer.status != 201)
		return fail_on_answer(t, &a);
	return check_token_is_active(t, json_get_str(a.json));
}

static enum err expect_token_refused(struct selftest *t, struct str token)
{
	struct selftest_call a = { .method = "GET", .path = "/.p2/core/v1/events", .token = token };

	return expect_status(t, &a, 401);
}

static enum err rotate_actor_key(struct selftest *t)
{
	struct selftest_call a = { .method = "POST",
		.path = "/.p2/core/v1/session/idcert",
		.token = t->a.token,
		.body = json_object_new_object() };
	const struct str before = t->a.token;
	struct cacheable c;
	struct str csr;

	TRY(make_new_csr(t, &t->a, &csr));
	json_object_object_add(a.body, "csr", json_from_str(csr));
	TRY(take_session_grant(t, &a, &t->a));
	TRY(expect_token_refused(t, before));
	return find_published_cert(t, &c);
}

static enum err revoke_actor_session(struct selftest *t)
{
	struct selftest_call a = {
		.method = "PUT", .path = "/.p2/core/v1/session/revoke", .token = t->a.token
	};
	struct cacheable c;

	TRY(expect_status(t, &a, 204));
	TRY(expect_token_refused(t, t->a.token));
	TRY(find_published_cert(t, &c));
	return c.invalidated
	    ? OK
	    : fail(get_selftest_cx(t), ERR_INTERNAL, "the certificate is not published as revoked");
}

enum err selftest_delete_actors(struct selftest *t)
{
	struct selftest_actor *const both[] = { &t->a, &t->b };

	for (size_t i = 0; i < sizeof both / sizeof both[0]; i++) {
		if (both[i]->announced)
			TRY(q_selftest_forget(get_selftest_cx(t), both[i]->name));
		both[i]->announced = false;
	}
	return OK;
}

static enum err delete_both_actors(struct selftest *t)
{
	struct cx *cx = get_selftest_cx(t);
	struct selftest_call a = { .method = "GET",
		.path = arena_printf(
		    cx->mem, "/.p2/core/v1/idcert/actor/%s", str_z(cx->mem, t->a.fid)) };

	TRY(selftest_delete_actors(t));
	return expect_status(t, &a, 404);
}

const struct selftest_step selftest_steps[] = {
	{ "discover", "/.well-known/polyproto-core leads to the API", selftest_discover },
	{ "reach", "motetd answers and uses this database", probe_motetd },
	{ "announce", "two actor names are reserved", announce_both_actors },
	{ "register", "an actor is registered", register_actor_a },
	{ "certify", "the actor gets its first ID-Cert and a session", log_in_actor_a },
	{ "verify", "the server's key verifies the ID-Cert and its cache statement",
	    verify_published_cert },
	{ "keymaterial", "encrypted key material is stored and read back", exchange_key_material },
	{ "upload", "two KeyPackages are stored", upload_keypackages },
	{ "second", "a second actor is registered and has an ID-Cert", add_actor_b },
	{ "claim", "two claims return one KeyPackage each", claim_two_keypackages },
	{ "token", "a federation token is issued and active", request_federation_token },
	{ "rotate", "a new key is certified; the old session token is refused", rotate_actor_key },
	{ "revoke", "the session is revoked, and the revocation is published",
	    revoke_actor_session },
	{ "delete", "both actors and all their data are deleted", delete_both_actors },
	{ NULL, NULL, NULL },
};
