#include "mls/mls_json.h"
#include "json/json.h"
#include "mls/mls_tls.h"
#include "text/encoding.h"
#include <json-c/json.h>

/* What every reader needs: the field that errors name, and the object that is being read. */
struct keypackage_json {
	struct cx *cx;
	const char *field;
	struct json_object *o;
};
#define REFUSE_MEMBER(d, ...) refuse((d)->cx, ERR_BAD_REQUEST, (d)->field, __VA_ARGS__)

/* Return a member of an object; NULL when it is absent or null. */
static struct json_object *find_keypackage_member(struct json_object *o, const char *name)
{
	struct json_object *v = NULL;

	return json_object_is_type(o, json_type_object) && json_object_object_get_ex(o, name, &v)
	    ? v
	    : NULL;
}

static struct json_object *find_keypackage_alias(struct json_object *o, const char *const *names)
{
	struct json_object *v = NULL;

	for (; *names && v == NULL; names++)
		v = find_keypackage_member(o, *names);
	return v;
}

/* --- Octets and numbers --- */

static bool decode_json_octet_array(struct arena *mem, struct json_object *v, struct blob *out)
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

static bool decode_json_octets(struct arena *mem, struct json_object *v, struct blob *out)
{
	if (json_object_is_type(v, json_type_array))
		return decode_json_octet_array(mem, v, out);
	return json_object_is_type(v, json_type_string) && base64_decode(mem, json_get_str(v), out);
}

static enum err read_octets_member(
    const struct keypackage_json *d, const char *what, struct json_object *v, struct blob *out)
{
	if (decode_json_octets(d->cx->mem, v, out))
		return OK;
	return REFUSE_MEMBER(
	    d, "json_octets: %s must be a base64 string with padding, or an array of octets", what);
}

static enum err read_required_octets(
    const struct keypackage_json *d, const char *name, struct blob *out)
{
	struct json_object *v = find_keypackage_member(d->o, name);

	return v ? read_octets_member(d, name, v, out)
		 : REFUSE_MEMBER(d, "json_member: the exploded KeyPackage must have %s", name);
}

/* Read a number: decimal digits, or 0x and 1 to 4 hex digits. */
static bool parse_registry_number(struct arena *mem, struct str s, uint16_t *out)
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

typedef bool (*parse_name_fn)(struct str, uint16_t *);

static bool parse_json_version_name(struct str s, uint16_t *out)
{
	*out = MLS_VERSION_10;
	return str_is(s, "1.0") || str_is(s, "mls10");
}

static bool parse_json_suite_name(struct str s, uint16_t *out)
{
	const struct mls_suite *suite = mls_suite_find_name(s);

	*out = suite ? suite->id : 0;
	return suite != NULL;
}

static bool parse_json_no_name(struct str s, uint16_t *out)
{
	(void)s, (void)out;
	return false;
}

/* Read a registered uint16: a JSON number, or a text with the number or its name. */
static bool read_registry_value(
    struct arena *mem, struct json_object *v, parse_name_fn named, uint16_t *out)
{
	int64_t n;

	if (json_i64(v, &n)) {
		*out = (uint16_t)n;
		return n >= 0 && n <= UINT16_MAX;
	}
	return named(json_get_str(v), out) || parse_registry_number(mem, json_get_str(v), out);
}

static enum err read_registry_member(
    const struct keypackage_json *d, const char *name, parse_name_fn named, uint16_t *out)
{
	struct json_object *v = find_keypackage_member(d->o, name);
	struct blob b;

	if (v && read_registry_value(d->cx->mem, v, named, out))
		return OK;
	if (v == NULL || !decode_json_octets(d->cx->mem, v, &b) || b.n != 2)
		return REFUSE_MEMBER(d,
		    "json_member: %s is required: a number, a registered name, or its two octets",
		    name);
	*out = (uint16_t)(b.p[0] << 8 | b.p[1]);
	return OK;
}

/* --- The exploded object --- */

/* Get the contents, if the input is exactly one vector. */
static bool open_whole_vector(struct blob b, struct blob *contents)
{
	struct mls_in in = mls_tls_open(b);

	*contents = mls_tls_vector(&in);
	return in.bad == MLS_FINE && in.rest.n == 0;
}

/* If there are exactly `size` octets, they are the contents. If their number differs, the length of
 * the vector may be in front. */
static struct blob strip_vector_length(struct blob b, size_t size)
{
	struct blob inner;

	return b.n != size && open_whole_vector(b, &inner) ? inner : b;
}

/* If the octets can be read as a list of extensions, they are that list. If not, a length may be in
 * front of the list. */
static struct blob strip_list_length(struct blob b)
{
	struct blob rest = b, data, inner;
	uint16_t type;

	while (mls_keypackage_next_extension(&rest, &type, &data))
		continue;
	return rest.n && open_whole_vector(b, &inner) ? inner : b;
}

static enum err read_optional_list(
    const struct keypackage_json *d, const char *name, struct blob *out)
{
	struct json_object *v = find_keypackage_member(d->o, name);

	*out = (struct blob){ NULL, 0 };
	if (v == NULL)
		return OK;
	TRY(read_octets_member(d, name, v, out));
	*out = strip_list_length(*out);
	return OK;
}

static enum err assemble_keypackage(const struct keypackage_json *d, struct blob *tls)
{
	struct buf b = { .mem = d->cx->mem };
	struct blob init, leaf, extensions, signature;
	uint16_t version, id;

	TRY(read_registry_member(d, "protocol_version", parse_json_version_name, &version));
	TRY(read_registry_member(d, "cipher_suite", parse_json_suite_name, &id));
	TRY(read_required_octets(d, "init_key", &init));
	TRY(read_required_octets(d, "leaf_node", &leaf));
	TRY(read_optional_list(d, "extensions", &extensions));
	TRY(read_required_octets(d, "signature", &signature));
	const struct mls_suite *suite = mls_suite_find(id);
	mls_tls_put_u16(&b, version);
	mls_tls_put_u16(&b, id);
	mls_tls_put_vector(&b, strip_vector_length(init, suite ? suite->kem_key : 0));
	buf_put(&b, leaf.p, leaf.n);
	mls_tls_put_vector(&b, extensions);
	mls_tls_put_vector(&b, strip_vector_length(signature, suite ? suite->signature : 0));
	*tls = str_blob(buf_done(&b));
	return OK;
}

/* --- Claims --- */

static enum err check_claimed_id(const struct keypackage_json *d, const struct mls_keypackage *kp)
{
	struct json_object *v = find_keypackage_member(d->o, "id");
	struct blob ref;

	if (v == NULL)
		return OK;
	TRY(mls_keypackage_ref(d->cx, kp, &ref));
	struct str want = hex_encode(d->cx->mem, ref);
	return str_ieq(json_get_str(v), want)
	    ? OK
	    : REFUSE_MEMBER(d, "claim_id: id must be the KeyPackageRef in hex, %s", want.s);
}

static enum err check_claimed_octets(const struct keypackage_json *d, const char *const *names,
    const char *rule, struct blob have, size_t size)
{
	struct json_object *v = find_keypackage_alias(d->o, names);
	struct blob said;

	if (v == NULL)
		return OK;
	TRY(read_octets_member(d, names[0], v, &said));
	return blob_eq(strip_vector_length(said, size), have)
	    ? OK
	    : REFUSE_MEMBER(d, "%s: %s differs from that of the KeyPackage", rule, names[0]);
}

struct claimed_capability {
	const char *name;
	parse_name_fn named;
	struct blob listed;
	unsigned defaults; /* types from 1 to this one count as listed */
};

static enum err check_claimed_list(
    const struct keypackage_json *d, struct json_object *list, const struct claimed_capability *c)
{
	size_t n =
	    list && json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
	uint16_t v;

	if (list && !json_object_is_type(list, json_type_array))
		return REFUSE_MEMBER(d, "claim_capabilities: %s must be an array", c->name);
	for (size_t i = 0; i < n; i++) {
		if (!read_registry_value(
			d->cx->mem, json_object_array_get_idx(list, i), c->named, &v))
			return REFUSE_MEMBER(d,
			    "claim_capabilities: %s[%zu] is neither a number nor a known name",
			    c->name, i);
		if (!(v >= 1 && v <= c->defaults) && !mls_tls_has_u16(c->listed, v))
			return REFUSE_MEMBER(d,
			    "claim_capabilities: %s has 0x%04x, but the leaf node does not list it",
			    c->name, v);
	}
	return OK;
}

static enum err check_claimed_capabilities(
    const struct keypackage_json *d, const struct mls_keypackage *kp)
{
	const struct claimed_capability lists[] = { { "versions", parse_json_version_name,
							kp->versions, 0 },
		{ "ciphersuites", parse_json_suite_name, kp->suites, 0 },
		{ "extensions", parse_json_no_name, kp->cap_extensions, MLS_DEFAULT_EXTENSIONS } };
	struct json_object *caps = find_keypackage_member(d->o, "capabilities");

	if (caps && !json_object_is_type(caps, json_type_object))
		return REFUSE_MEMBER(d, "claim_capabilities: capabilities must be an object");
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		TRY(check_claimed_list(d, find_keypackage_member(caps, lists[i].name), &lists[i]));
	return OK;
}

static enum err read_last_resort_member(const struct keypackage_json *d, struct mls_input *out)
{
	static const char *const names[] = { "lastResort", "last_resort", NULL };
	struct json_object *v = find_keypackage_alias(d->o, names);

	if (v && !json_object_is_type(v, json_type_boolean))
		return REFUSE_MEMBER(d, "json_member: lastResort must be true or false");
	if (v)
		out->says_last_resort = true, out->last_resort = json_object_get_boolean(v);
	return OK;
}

static enum err check_keypackage_claims(const struct keypackage_json *d, struct mls_input *out)
{
	static const char *const key[] = { "publicKey", "public_key", NULL },
				 *const signature[] = { "signature", NULL };
	const struct mls_keypackage *kp = &out->kp;

	TRY(check_claimed_id(d, kp));
	TRY(check_claimed_octets(
	    d, key, "claim_public_key", kp->signature_key, kp->suite->sig_key));
	TRY(check_claimed_octets(
	    d, signature, "claim_signature", kp->signature, kp->suite->signature));
	TRY(check_claimed_capabilities(d, kp));
	return read_last_resort_member(d, out);
}

/* --- All forms --- */

static struct json_object *find_inner_keypackage(struct json_object *o)
{
	static const char *const names[] = { "key_package", "keyPackage", "tls", NULL };

	return find_keypackage_alias(o, names);
}

static enum err read_keypackage_form(const struct keypackage_json *d, struct blob *tls)
{
	struct json_object *inner = find_inner_keypackage(d->o);
	bool exploded =
	    find_keypackage_member(d->o, "init_key") || find_keypackage_member(d->o, "leaf_node");

	if (inner && exploded)
		return REFUSE_MEMBER(d,
		    "json_form: send either the octets in key_package, or init_key and leaf_node");
	if (inner)
		return read_octets_member(d, "key_package", inner, tls);
	if (exploded)
		return assemble_keypackage(d, tls);
	if (json_object_is_type(d->o, json_type_object))
		return REFUSE_MEMBER(
		    d, "json_form: key_package must have the KeyPackage (RFC 9420) in base64");
	return read_octets_member(d, "a KeyPackage", d->o, tls);
}

/* An error about the octets names the JSON member that they came in. */
static enum err parse_keypackage_octets(const struct keypackage_json *d, struct mls_input *out)
{
	enum err e = mls_keypackage_read(d->cx, out->tls, &out->kp);

	if (e == OK)
		return OK;
	const struct fail why = d->cx->why;
	return refuse_at(d->cx, e, why.file, why.line, d->field, "%s", why.say);
}

enum err mls_json_read_keypackage(
    struct cx *cx, const char *field, struct json_object *o, struct mls_input *out)
{
	struct keypackage_json outer = { cx, field, o },
			       inner = { cx, field, find_inner_keypackage(o) };
	bool nested = json_object_is_type(inner.o, json_type_object);
	const struct keypackage_json *d = nested ? &inner : &outer;

	*out = (struct mls_input){ .last_resort = false };
	TRY(read_keypackage_form(d, &out->tls));
	TRY(parse_keypackage_octets(d, out));
	TRY(check_keypackage_claims(d, out));
	return nested ? check_keypackage_claims(&outer, out) : OK;
}
