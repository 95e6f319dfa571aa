#include "mls/mls_json.h"
#include "json/json.h"
#include "mls/mls_tls.h"
#include "text/encoding.h"
#include <json-c/json.h>

enum { MLS10 = 1, DEFAULT_EXTENSIONS = 5 };

/* What all of them need: where to blame, and the object at hand. */
struct decoding {
	struct cx *cx;
	const char *field;
	struct json_object *o;
};
#define BAD(d, ...) refuse((d)->cx, ERR_BAD_REQUEST, (d)->field, __VA_ARGS__)

/* NULL for what is absent, or null. */
static struct json_object *member(struct json_object *o, const char *name)
{
	struct json_object *v = NULL;

	return json_object_is_type(o, json_type_object) && json_object_object_get_ex(o, name, &v)
	    ? v
	    : NULL;
}

static struct json_object *member_of(struct json_object *o, const char *const *names)
{
	struct json_object *v = NULL;

	for (; *names && v == NULL; names++)
		v = member(o, *names);
	return v;
}

/* --- Octets and numbers
 * --------------------------------------------------------------------------------------------------------
 */

static bool octet_array(struct arena *mem, struct json_object *v, struct blob *out)
{
	size_t n = json_object_array_length(v);
	uint8_t *p = arena_alloc(mem, n + 1);
	int64_t octet;

	for (size_t i = 0; i < n; i++) {
		if (!json_i64(json_object_array_get_idx(v, i), &octet) || octet < 0 || octet > 255)
			return false;
		p[i] = (uint8_t)octet;
	}
	*out = (struct blob){ p, n };
	return true;
}

static bool octets_of(struct arena *mem, struct json_object *v, struct blob *out)
{
	if (json_object_is_type(v, json_type_array))
		return octet_array(mem, v, out);
	return json_object_is_type(v, json_type_string) && base64_decode(mem, json_string(v), out);
}

static enum err octets(
    const struct decoding *d, const char *what, struct json_object *v, struct blob *out)
{
	if (octets_of(d->cx->mem, v, out))
		return OK;
	return BAD(
	    d, "json_octets: %s must be a base64 string, padded, or an array of octets", what);
}

static enum err required(const struct decoding *d, const char *name, struct blob *out)
{
	struct json_object *v = member(d->o, name);

	return v ? octets(d, name, v, out)
		 : BAD(d, "json_member: the exploded KeyPackage has no %s", name);
}

/* Decimal, or 0x and hex digits. */
static bool number(struct arena *mem, struct str s, uint16_t *out)
{
	struct blob b;
	int64_t v;

	if (str_starts(s, "0x") && s.n > 2 && s.n <= 6) {
		const char *padded =
		    arena_printf(mem, "%0*d%.*s", (int)(6 - s.n), 0, (int)(s.n - 2), s.s + 2);
		if (!hex_decode(mem, (struct str){ padded + strlen(padded) - 4, 4 }, &b))
			return false;
		*out = (uint16_t)(b.p[0] << 8 | b.p[1]);
		return true;
	}
	if (!str_i64(s, &v) || v > UINT16_MAX)
		return false;
	*out = (uint16_t)v;
	return true;
}

typedef bool (*named_fn)(struct str, uint16_t *);

static bool version_named(struct str s, uint16_t *out)
{
	*out = MLS10;
	return str_is(s, "1.0") || str_is(s, "mls10");
}

static bool suite_named(struct str s, uint16_t *out)
{
	const struct mls_suite *suite = mls_suite_named(s);

	*out = suite ? suite->id : 0;
	return suite != NULL;
}

static bool no_names(struct str s, uint16_t *out)
{
	(void)s, (void)out;
	return false;
}

/* A uint16 of a registry: a JSON number, or a text with the number or a name. */
static bool registered(struct arena *mem, struct json_object *v, named_fn named, uint16_t *out)
{
	int64_t n;

	if (json_i64(v, &n)) {
		*out = (uint16_t)n;
		return n >= 0 && n <= UINT16_MAX;
	}
	return named(json_string(v), out) || number(mem, json_string(v), out);
}

static enum err registered_or_octets(
    const struct decoding *d, const char *name, named_fn named, uint16_t *out)
{
	struct json_object *v = member(d->o, name);
	struct blob b;

	if (v && registered(d->cx->mem, v, named, out))
		return OK;
	if (v == NULL || !octets_of(d->cx->mem, v, &b) || b.n != 2)
		return BAD(d,
		    "json_member: %s must be there, as a number, a registered name, or its two octets",
		    name);
	*out = (uint16_t)(b.p[0] << 8 | b.p[1]);
	return OK;
}

/* --- The exploded object
 * -------------------------------------------------------------------------------------------------------
 */

/* The contents, if this is one whole vector and nothing else. */
static bool whole_vector(struct blob b, struct blob *contents)
{
	struct mls_in in = mls_tls_open(b);

	*contents = mls_tls_vector(&in);
	return in.bad == MLS_FINE && in.rest.n == 0;
}

/* Octets of this size are the contents, whatever they look like; others may have their length in
 * front. */
static struct blob contents_of(struct blob b, size_t size)
{
	struct blob inner;

	return b.n != size && whole_vector(b, &inner) ? inner : b;
}

/* What is a list as it stands is taken as that; only else is the length in front looked for. */
static struct blob list_of(struct blob b)
{
	struct blob rest = b, data, inner;
	uint16_t type;

	while (mls_keypackage_extension(&rest, &type, &data))
		continue;
	return rest.n && whole_vector(b, &inner) ? inner : b;
}

static enum err optional_list(const struct decoding *d, const char *name, struct blob *out)
{
	struct json_object *v = member(d->o, name);

	*out = (struct blob){ NULL, 0 };
	if (v == NULL)
		return OK;
	TRY(octets(d, name, v, out));
	*out = list_of(*out);
	return OK;
}

static enum err assemble(const struct decoding *d, struct blob *tls)
{
	struct buf b = { .mem = d->cx->mem };
	struct blob init, leaf, extensions, signature;
	uint16_t version, id;

	TRY(registered_or_octets(d, "protocol_version", version_named, &version));
	TRY(registered_or_octets(d, "cipher_suite", suite_named, &id));
	TRY(required(d, "init_key", &init));
	TRY(required(d, "leaf_node", &leaf));
	TRY(optional_list(d, "extensions", &extensions));
	TRY(required(d, "signature", &signature));
	const struct mls_suite *suite = mls_suite_find(id);
	mls_tls_put_u16(&b, version);
	mls_tls_put_u16(&b, id);
	mls_tls_put_vector(&b, contents_of(init, suite ? suite->kem_key : 0));
	buf_put(&b, leaf.p, leaf.n);
	mls_tls_put_vector(&b, extensions);
	mls_tls_put_vector(&b, contents_of(signature, suite ? suite->signature : 0));
	*tls = str_blob(buf_done(&b));
	return OK;
}

/* --- Claims
 * --------------------------------------------------------------------------------------------------------------------
 */

static enum err claim_id(const struct decoding *d, const struct mls_keypackage *kp)
{
	struct json_object *v = member(d->o, "id");
	struct blob ref;

	if (v == NULL)
		return OK;
	TRY(mls_keypackage_ref(d->cx, kp, &ref));
	struct str want = hex_encode(d->cx->mem, ref);
	return str_ieq(json_string(v), want)
	    ? OK
	    : BAD(d, "claim_id: id must be the KeyPackageRef in hex, %s", want.s);
}

static enum err claim_octets(const struct decoding *d, const char *const *names, const char *rule,
    struct blob have, size_t size)
{
	struct json_object *v = member_of(d->o, names);
	struct blob said;

	if (v == NULL)
		return OK;
	TRY(octets(d, names[0], v, &said));
	return blob_eq(contents_of(said, size), have)
	    ? OK
	    : BAD(d, "%s: %s is not the one of the KeyPackage", rule, names[0]);
}

struct capability {
	const char *name;
	named_fn named;
	struct blob listed;
	unsigned defaults; /* 1 to this are as good as listed */
};

static enum err claim_list(
    const struct decoding *d, struct json_object *list, const struct capability *c)
{
	size_t n =
	    list && json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
	uint16_t v;

	if (list && !json_object_is_type(list, json_type_array))
		return BAD(d, "claim_capabilities: %s must be an array", c->name);
	for (size_t i = 0; i < n; i++) {
		if (!registered(d->cx->mem, json_object_array_get_idx(list, i), c->named, &v))
			return BAD(d,
			    "claim_capabilities: %s[%zu] is neither a number nor a name that is known here",
			    c->name, i);
		if (!(v >= 1 && v <= c->defaults) && !mls_tls_has_u16(c->listed, v))
			return BAD(d,
			    "claim_capabilities: %s has 0x%04x, and the leaf node does not list it",
			    c->name, v);
	}
	return OK;
}

static enum err claim_capabilities(const struct decoding *d, const struct mls_keypackage *kp)
{
	const struct capability lists[] = { { "versions", version_named, kp->versions, 0 },
		{ "ciphersuites", suite_named, kp->suites, 0 },
		{ "extensions", no_names, kp->cap_extensions, DEFAULT_EXTENSIONS } };
	struct json_object *caps = member(d->o, "capabilities");

	if (caps && !json_object_is_type(caps, json_type_object))
		return BAD(d, "claim_capabilities: capabilities must be an object");
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		TRY(claim_list(d, member(caps, lists[i].name), &lists[i]));
	return OK;
}

static enum err purpose(const struct decoding *d, struct mls_input *out)
{
	static const char *const names[] = { "lastResort", "last_resort", NULL };
	struct json_object *v = member_of(d->o, names);

	if (v && !json_object_is_type(v, json_type_boolean))
		return BAD(d, "json_member: lastResort must be true or false");
	if (v)
		out->says_last_resort = true, out->last_resort = json_object_get_boolean(v);
	return OK;
}

static enum err claims(const struct decoding *d, struct mls_input *out)
{
	static const char *const key[] = { "publicKey", "public_key", NULL },
				 *const signature[] = { "signature", NULL };
	const struct mls_keypackage *kp = &out->kp;

	TRY(claim_id(d, kp));
	TRY(claim_octets(d, key, "claim_public_key", kp->signature_key, kp->suite->sig_key));
	TRY(claim_octets(d, signature, "claim_signature", kp->signature, kp->suite->signature));
	TRY(claim_capabilities(d, kp));
	return purpose(d, out);
}

/* --- All forms
 * -----------------------------------------------------------------------------------------------------------------
 */

static struct json_object *wrapped(struct json_object *o)
{
	static const char *const names[] = { "key_package", "keyPackage", "tls", NULL };

	return member_of(o, names);
}

static enum err form(const struct decoding *d, struct blob *tls)
{
	struct json_object *inner = wrapped(d->o);
	bool exploded = member(d->o, "init_key") || member(d->o, "leaf_node");

	if (inner && exploded)
		return BAD(d,
		    "json_form: the octets in key_package, or init_key and leaf_node, but not both");
	if (inner)
		return octets(d, "key_package", inner, tls);
	if (exploded)
		return assemble(d, tls);
	if (json_object_is_type(d->o, json_type_object))
		return BAD(d,
		    "json_form: the octets of the KeyPackage (RFC 9420) must be in key_package, in base64");
	return octets(d, "a KeyPackage", d->o, tls);
}

/* What the octets are refused for is said of the member that they came in. */
static enum err read(const struct decoding *d, struct mls_input *out)
{
	enum err e = mls_keypackage_read(d->cx, out->tls, &out->kp);

	if (e == OK)
		return OK;
	const struct fail why = d->cx->why;
	return refuse_at(d->cx, e, why.file, why.line, d->field, "%s", why.say);
}

enum err mls_json_keypackage(
    struct cx *cx, const char *field, struct json_object *o, struct mls_input *out)
{
	struct decoding outer = { cx, field, o }, inner = { cx, field, wrapped(o) };
	bool nested = json_object_is_type(inner.o, json_type_object);
	const struct decoding *d = nested ? &inner : &outer;

	*out = (struct mls_input){ .last_resort = false };
	TRY(form(d, &out->tls));
	TRY(read(d, out));
	TRY(claims(d, out));
	return nested ? claims(&outer, out) : OK;
}
