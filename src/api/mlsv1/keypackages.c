#include "api/common/keypackages.h"
#include "api/routes.h"
#include "mls/mls_suite.h"
#include "mls/mls_tls.h"
#include "text/encoding.h"
#include <json-c/json.h>
#include <strings.h>

/* Answer to a faulty upload as mls alpha.4 wants: say which KeyPackage is faulty, and why. A
 * KeyPackage that cannot be decoded has no reference; its index is used instead. */
static enum err reply_faulty_keypackage(
    struct call *c, enum err e, const struct mls_input *v, size_t bad)
{
	struct json_object *list = json_object_new_array(), *o = json_object_new_object();
	const char *id = arena_printf(c->cx->mem, "%zu", bad),
		   *reason = arena_dup(c->cx->mem, c->cx->why.say, strlen(c->cx->why.say));
	struct blob ref;

	if (e != ERR_BAD_REQUEST)
		return e;
	if (v[bad].kp.suite && mls_keypackage_ref(c->cx, &v[bad].kp, &ref) == OK)
		id = hex_encode(c->cx->mem, ref).s;
	json_object_object_add(o, "id", json_object_new_string(id));
	json_object_object_add(o, "reason", json_object_new_string(reason));
	json_object_array_add(list, o);
	reply_json(c, 400, list);
	http_set(c->cx, c->resp, "X-P2-Error", "%s", err_code(e));
	return OK;
}

/* POST /keypackages: one-time KeyPackages and last resorts together; `lastResort` says which kind
 * each is. */
enum err mlsv1_post_keypackages(struct call *c)
{
	const struct keypackages_body *in = c->in;
	struct keypackage_upload u = { .n = in->n };
	struct mls_input *v;
	struct str counts;
	size_t bad = 0;
	enum err e = keypackages_decode(c->cx, in, &v, &bad);

	u.v = v;
	if (e == OK)
		e = keypackage_add(c->cx, c->who, &u, &counts, &bad);
	if (e != OK)
		return reply_faulty_keypackage(c, e, v, bad < in->n ? bad : 0);
	reply_text(c, 200, "text/plain; charset=utf-8", STR("200"));
	http_set(c->cx, c->resp, "X-P2-KeyPackage-Count", "%.*s", (int)counts.n, counts.s);
	return OK;
}

/* DELETE /keypackages: withdraw the caller's stock. */
enum err mlsv1_delete_keypackages(struct call *c)
{
	return keypackages_withdraw(c);
}

/* GET /keypackages/{fid}?ciphersuites=…: claim one KeyPackage of each session. */
struct claim_query {
	struct strs versions, ciphersuites, extensions;
};
SHAPE(claim_query,
    F_STRS(claim_query, versions, .max = 8, .about = "MLS versions; 1.0 if left out"),
    F_STRS(claim_query, ciphersuites, .flags = REQUIRED, .min = 1, .max = 32,
	.about = "names or numbers of cipher suites"),
    F_STRS(claim_query, extensions, .max = 64,
	.about = "numbers of extension types that the KeyPackage must support"));

static bool parse_claim_number(struct str s, int64_t *v)
{
	char *end;
	char text[16];

	if (s.n == 0 || s.n >= sizeof text)
		return false;
	memcpy(text, s.s, s.n);
	text[s.n] = '\0';
	*v = strtol(text, &end, strncasecmp(text, "0x", 2) == 0 ? 16 : 10);
	return *end == '\0' && *v >= 0 && *v <= 0xffff;
}

/* An unregistered number matches no KeyPackage, but is accepted: the caller lists what it
 * supports. */
static enum err parse_claim_suites(struct cx *cx, struct strs in, int64_t *out, size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < in.n; i++) {
		const struct mls_suite *s = mls_suite_find_name(in.v[i]);
		if (s)
			out[(*n)++] = s->id;
		else if (parse_claim_number(in.v[i], &out[*n]))
			++*n;
		else
			return refuse(cx, ERR_BAD_REQUEST, "ciphersuites",
			    "%.*s is not a cipher suite: send a registered name such as "
			    "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519, or a number.",
			    (int)in.v[i].n, in.v[i].s);
	}
	return OK;
}

/* Every client supports the default types (RFC 9420 7.2) and never lists them. */
static enum err parse_claim_extensions(struct cx *cx, struct strs in, int64_t *out, size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < in.n; i++) {
		if (!parse_claim_number(in.v[i], &out[*n]))
			return refuse(cx, ERR_BAD_REQUEST, "extensions",
			    "%.*s is not an extension type: send a number from 0 to 65535.",
			    (int)in.v[i].n, in.v[i].s);
		if (out[*n] < 1 || out[*n] > 5)
			++*n;
	}
	return OK;
}

static bool is_mls_version(struct str s)
{
	struct str major, minor;
	int64_t v;

	return str_cut(s, '.', &major, &minor) && parse_claim_number(major, &v) &&
	    parse_claim_number(minor, &v);
}

/* Does the caller support MLS 1.0, the only version? No KeyPackage matches another version. */
static enum err check_claim_versions(struct cx *cx, struct strs in, bool *fine)
{
	*fine = in.n == 0;
	for (size_t i = 0; i < in.n; i++) {
		if (!is_mls_version(in.v[i]))
			return refuse(cx, ERR_BAD_REQUEST, "versions",
			    "%.*s is not an MLS version, such as 1.0.", (int)in.v[i].n, in.v[i].s);
		*fine |= str_is(in.v[i], "1.0");
	}
	return OK;
}

static struct json_object *render_u16_list(struct blob list)
{
	struct json_object *a = json_object_new_array();
	char text[8];

	for (size_t i = 0; i + 1 < list.n; i += 2) {
		snprintf(text, sizeof text, "%d", list.p[i] << 8 | list.p[i + 1]);
		json_object_array_add(a, json_object_new_string(text));
	}
	return a;
}

static struct json_object *render_suite_names(struct blob list)
{
	struct json_object *a = json_object_new_array();
	char text[8];

	for (size_t i = 0; i + 1 < list.n; i += 2) {
		uint16_t v = (uint16_t)(list.p[i] << 8 | list.p[i + 1]);
		const struct mls_suite *s = mls_suite_find(v);
		snprintf(text, sizeof text, "%u", v);
		json_object_array_add(a, json_object_new_string(s ? s->name : text));
	}
	return a;
}

static struct json_object *render_leaf_capabilities(const struct mls_keypackage *k)
{
	struct json_object *o = json_object_new_object(), *versions = json_object_new_array();

	if (mls_tls_has_u16(k->versions, 1))
		json_object_array_add(versions, json_object_new_string("1.0"));
	json_object_object_add(o, "versions", versions);
	json_object_object_add(o, "ciphersuites", render_suite_names(k->suites));
	json_object_object_add(o, "extensions", render_u16_list(k->cap_extensions));
	return o;
}

static struct json_object *render_base64(struct cx *cx, struct blob b)
{
	return json_from_str(base64_encode(cx->mem, b));
}

/*
 * Add the object of alpha.4 with one more member: `key_package`, the whole KeyPackage, which a
 * client needs to add the new member to a group.
 */
static enum err add_claimed_keypackage(
    struct cx *cx, const struct keypackage_given *g, struct json_object *list)
{
	struct json_object *o = json_object_new_object();
	struct mls_keypackage k;
	struct blob ref;

	json_object_array_add(list, o);
	TRY(mls_keypackage_read(cx, g->tls, &k));
	TRY(mls_keypackage_ref(cx, &k, &ref));
	json_object_object_add(o, "id", json_from_str(hex_encode(cx->mem, ref)));
	json_object_object_add(o, "publicKey", render_base64(cx, k.signature_key));
	json_object_object_add(o, "capabilities", render_leaf_capabilities(&k));
	json_object_object_add(o, "signature", render_base64(cx, k.signature));
	json_object_object_add(o, "lastResort", json_object_new_boolean(g->last_resort));
	json_object_object_add(o, "key_package", render_base64(cx, g->tls));
	return OK;
}

enum err mlsv1_get_keypackages(struct call *c)
{
	const struct claim_query *in = c->in;
	int64_t *s = arena_alloc(c->cx->mem, (in->ciphersuites.n + 1) * sizeof *s),
		*e = arena_alloc(c->cx->mem, (in->extensions.n + 1) * sizeof *e);
	struct keypackage_filter f = { .suites = s, .extensions = e };
	struct json_object *list = json_own(c->cx, json_object_new_array());
	struct keypackage_given *v;
	bool head, fine;
	size_t n;

	TRY(check_claim_versions(c->cx, in->versions, &fine));
	TRY(parse_claim_suites(c->cx, in->ciphersuites, s, &f.nsuites));
	TRY(parse_claim_extensions(c->cx, in->extensions, e, &f.nextensions));
	if (!fine)
		f.nsuites = 0;
	TRY(keypackages_claim(c, &f, &v, &n, &head));
	if (head)
		return OK;
	for (size_t i = 0; i < n; i++)
		TRY(add_claimed_keypackage(c->cx, &v[i], list));
	return reply_json(c, 200, json_object_get(list));
}
