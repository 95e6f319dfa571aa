#include "base/ascii.h"
#include "api/common/bodies.h"
#include "api/common/render.h"
#include "base/conf.h"
#include "x509/idcert.h"
#include "x509/key_material_der.h"
#include "core/key_material.h"
#include <json-c/json.h>

/*
 * Serial numbers come as JSON numbers (beta.3; polyproto-rs in lists), decimal strings (alpha.8),
 * or an array of octets, big-endian (polyproto-rs in objects); wire.md 2.1. A number beyond 63 bits
 * is a serial number, too (RFC 5280 4.1.2.2), but this server issues none.
 */
enum { SERIAL_UNKNOWN = -1, SERIAL_DIGITS = 49 };

static bool is_large_serial(struct json_object *v)
{
	struct str digits = json_object_is_type(v, json_type_int)
	    ? str_of(json_object_get_string(v))
	    : json_get_str(v);

	return digits.n > 0 && digits.n <= SERIAL_DIGITS && digits.s[0] != '0' &&
	    ascii_all(digits, ascii_is_digit);
}

static enum err get_serial(struct cx *cx, const struct field *f, struct json_object *v, void *out)
{
	int64_t *serial = out, octet;

	if (!json_object_is_type(v, json_type_array)) {
		if (json_number(v, serial) && *serial > 0)
			return OK;
		*serial = SERIAL_UNKNOWN;
		return is_large_serial(v)
		    ? OK
		    : shape_refuse(cx, f,
			  "must be a serial number: decimal digits, as a number or a string");
	}
	*serial = 0;
	for (size_t i = 0; i < json_object_array_length(v); i++) {
		if (!json_i64(json_object_array_get_idx(v, i), &octet) || octet > 255 ||
		    octet < 0 || *serial > SERIAL_MAX)
			return shape_refuse(
			    cx, f, "must be the octets of a serial number, each 0 to 255");
		*serial = *serial << 8 | octet;
	}
	return *serial > 0 ? OK : shape_refuse(cx, f, "must not be zero");
}

/* Decode the octets of an AlgorithmIdentifier in DER (polyproto-rs). */
static enum err get_algorithm_der(
    struct cx *cx, const struct field *f, struct json_object *v, void *out)
{
	struct key_material *k = out;

	if (!json_octets(cx->mem, v, &k->algorithm) || k->algorithm.n > 512)
		return shape_refuse(cx, f,
		    "must be an array of octets, each 0 to 255: an AlgorithmIdentifier in DER");
	return k->algorithms.s
	    ? OK
	    : key_material_der_read_oid(cx, f->name, k->algorithm, &k->algorithms);
}

/* Decode OIDs in reverse order: the algorithm that was applied last comes first (beta.3). If the
 * upload has no AlgorithmIdentifier, one is made from the first OID. */
static enum err get_algorithm_oids(
    struct cx *cx, const struct field *f, struct json_object *v, void *out)
{
	struct key_material *k = out;
	struct buf all = { .mem = cx->mem };
	size_t n = json_object_is_type(v, json_type_array) ? json_object_array_length(v) : 9;
	struct blob der;

	if (n == 0)
		return OK; /* earlier releases returned an empty array for material without
			      algorithms */
	if (n > 8)
		return shape_refuse(cx, f, "must be an array of 1 to 8 object identifiers");
	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_object_array_get_idx(v, i);
		if (!json_object_is_type(o, json_type_string))
			return shape_refuse(cx, f, "must contain object identifiers as strings");
		TRY(key_material_der_write_oid(cx, f->name, json_get_str(o), &der));
		buf_z(&all, i ? "," : "");
		buf_str(&all, json_get_str(o));
		if (i == 0 && k->algorithm.p == NULL)
			k->algorithm = der;
	}
	k->algorithms = buf_done(&all);
	return OK;
}

/* One item of an upload, with the member names of all generations. The two fields for algorithms
 * have no offset, because their functions write to the whole struct. */
struct key_material_item {
	struct key_material k;
};
static const struct field key_material_item_fields[] = {
	{ .name = "key_data",
	    .alias = "keyData",
	    .type = FT_STR,
	    .flags = REQUIRED,
	    .min = 1,
	    .off = offsetof(struct key_material_item, k.key_data),
	    .about = "PEM whose DER is a SubjectPublicKeyInfo with the ciphertext" },
	{ .name = "serial_number",
	    .alias = "serialNumber",
	    .type = FT_CUSTOM,
	    .get = get_serial,
	    .as = "AnySerial",
	    .off = offsetof(struct key_material_item, k.serial),
	    .about = "serial number of the ID-Cert that the key material belongs to; if left "
		     "out, this session's ID-Cert" },
	{ .name = "encryption_algorithm",
	    .type = FT_CUSTOM,
	    .get = get_algorithm_der,
	    .as = "Octets",
	    .about = "AlgorithmIdentifier, DER" },
	{ .name = "encryptionAlgorithms",
	    .type = FT_CUSTOM,
	    .get = get_algorithm_oids,
	    .as = "Oids",
	    .about = "object identifiers of the algorithms, the last applied one first" },
};
static const struct shape key_material_item_shape = { "item", sizeof(struct key_material_item),
	key_material_item_fields,
	sizeof key_material_item_fields / sizeof key_material_item_fields[0] };

/* POST /session/keymaterial: one object, or an array of objects. */
struct key_material_body {
	struct key_material *v;
	size_t n;
};

static enum err parse_key_material_items(
    struct cx *cx, const struct shape *sh, struct str text, void *out)
{
	struct key_material_body *b = out;
	struct json_object *v;

	(void)sh;
	TRY(json_parse_body(cx, text, &v));
	bool list = json_object_is_type(v, json_type_array);
	b->n = list ? json_object_array_length(v) : 1;
	if (b->n == 0 || b->n > KEY_MATERIAL_ITEMS)
		return refuse(cx, ERR_BAD_REQUEST, "", "Send one object, or an array of 1 to %d.",
		    KEY_MATERIAL_ITEMS);
	b->v = arena_alloc(cx->mem, b->n * sizeof *b->v);
	for (size_t i = 0; i < b->n; i++)
		TRY(shape_decode(cx, &key_material_item_shape,
		    list ? json_object_array_get_idx(v, i) : v, &b->v[i]));
	return OK;
}
const struct shape key_material_body_shape = { "keymaterial_body", sizeof(struct key_material_body),
	key_material_item_fields,
	sizeof key_material_item_fields / sizeof key_material_item_fields[0],
	parse_key_material_items, "KeyMaterialUploads", NULL };

enum err corev1_post_session_keymaterial(struct call *c)
{
	struct key_material_body *in = c->in;

	for (size_t i = 0; i < in->n; i++)
		if ((int64_t)in->v[i].key_data.n <= c->cx->conf->keymaterial_max_bytes)
			TRY(key_material_der_check(c->cx, in->v[i].key_data));
	TRY(key_material_add(c->cx, c->who, in->v, in->n));
	return reply_empty(c, 201);
}

/* Serial numbers to fetch or delete: [1], ["1"], {"serial_numbers": ["1"]}, ?serials=1,2 */
struct serials_query {
	int64_t *v; /* NULL: none given */
	size_t n;
	struct json_object **said; /* as the client sent them, for reply_unknown_serials() */
};
enum { SERIALS_MAX = 1000 };

static enum err get_serials(struct cx *cx, const struct field *f, struct json_object *v, void *out)
{
	struct serials_query *q = out;
	bool list = json_object_is_type(v, json_type_array);

	q->n = list ? json_object_array_length(v) : 1;
	if (q->n > SERIALS_MAX)
		return shape_refuse(cx, f, "must have at most 1000 serial numbers");
	q->v = q->n ? arena_alloc(cx->mem, q->n * sizeof *q->v) : NULL;
	q->said = arena_alloc(cx->mem, (q->n + 1) * sizeof *q->said);
	for (size_t i = 0; i < q->n; i++) {
		q->said[i] = list ? json_object_array_get_idx(v, i) : v;
		TRY(get_serial(cx, f, q->said[i], &q->v[i]));
	}
	return OK;
}

static enum err get_serial_list(
    struct cx *cx, const struct field *f, struct json_object *v, void *out)
{
	struct json_object *list;
	struct str one, rest;

	if (!json_object_is_type(v, json_type_string))
		return get_serials(cx, f, v, out);
	list = json_own(cx, json_object_new_array());
	for (rest = json_get_str(v); rest.n;) {
		str_cut(rest, ',', &one, &rest);
		json_object_array_add(list, json_from_str(one));
	}
	return get_serials(cx, f, list, out);
}

static enum err parse_serials_query(
    struct cx *cx, const struct shape *sh, struct str text, void *out)
{
	struct json_object *v;

	if (str_trim(text).n == 0)
		return OK;
	TRY(json_parse_body(cx, text, &v));
	if (v == NULL)
		return OK;
	return json_object_is_type(v, json_type_array) ? get_serials(cx, &sh->fields[0], v, out)
						       : shape_decode(cx, sh, v, out);
}
SHAPE_BY(serials_query, parse_serials_query, "Serials", NULL,
    { .name = "serial_numbers",
	.alias = "serials",
	.type = FT_CUSTOM,
	.get = get_serial_list,
	.as = "SerialList",
	.as_query = "SerialsInQuery",
	.about = "serial numbers of ID-Certs; if left out, of all" });

static struct json_object *render_octet_array(struct blob b)
{
	struct json_object *a = json_object_new_array();

	for (size_t i = 0; i < b.n; i++)
		json_object_array_add(a, json_object_new_int(b.p[i]));
	return a;
}

/*
 * Make an array of octets, big-endian, with a leading zero if the top bit is set, as the reference
 * client decodes it (wire.md 2.1).
 */
static struct json_object *render_serial_octets(int64_t serial)
{
	uint8_t p[9];
	size_t n = 0;

	for (int shift = 56; shift >= 0; shift -= 8) {
		uint8_t b = (uint8_t)(serial >> shift);
		if (n == 0 && b & 0x80)
			p[n++] = 0;
		if (n || b || shift == 0)
			p[n++] = b;
	}
	return render_octet_array((struct blob){ p, n });
}

static struct json_object *render_oids(struct str list)
{
	struct json_object *a = json_object_new_array();
	struct str one;

	while (list.n) {
		str_cut(list, ',', &one, &list);
		json_object_array_add(a, json_from_str(one));
	}
	return a;
}

/* Return the algorithms given at the upload. If none was given, return the algorithm that the key
 * material itself names, since beta.3 wants one; "" if the material names none. */
static struct str name_algorithms(struct cx *cx, const struct key_material *k)
{
	struct str oid;

	if (k->algorithms.n)
		return k->algorithms;
	if (key_material_der_read_own_oid(cx, k->key_data, &oid) == OK)
		return oid;
	cx->why = (struct fail){ .err = OK };
	return STR("");
}

/* Write one item as an object with the members of every generation; `serial_number` is an array of
 * octets or a string (wire.md 2.3). */
static struct json_object *render_key_material(const struct call *c, const struct key_material *k)
{
	struct json_object *o = json_object_new_object();
	const char *digits = arena_printf(c->cx->mem, "%lld", (long long)k->serial);

	json_object_object_add(o, "serial_number",
	    c->gen.octets ? render_serial_octets(k->serial) : json_object_new_string(digits));
	json_object_object_add(o, "key_data", json_from_str(k->key_data));
	json_object_object_add(o, "keyData", json_from_str(k->key_data));
	json_object_object_add(o, "encryption_algorithm",
	    render_octet_array(k->algorithm.p ? k->algorithm : key_material_der_unnamed()));
	json_object_object_add(o, "serialNumber", render_number(c, k->serial));
	json_object_object_add(o, "encryptionAlgorithms", render_oids(name_algorithms(c->cx, k)));
	return o;
}

/* alpha.8: when nothing is found, the 404 body is the list of the requested serial numbers. */
static enum err reply_unknown_serials(struct call *c, const struct serials_query *in)
{
	struct json_object *a = json_object_new_array();

	for (size_t i = 0; i < in->n; i++)
		json_object_array_add(a,
		    in->v[i] == SERIAL_UNKNOWN
			? json_object_new_string(json_object_get_string(in->said[i]))
			: json_object_new_string(
			      arena_printf(c->cx->mem, "%lld", (long long)in->v[i])));
	reply_json(c, 404, a);
	http_set(c->cx, c->resp, "X-P2-Error", "%s", err_code(ERR_NOT_FOUND));
	return OK;
}

enum err corev1_get_session_keymaterial(struct call *c)
{
	const struct serials_query *in = c->in;
	struct json_object *a = json_own(c->cx, json_object_new_array());
	struct key_material *v;
	size_t n;

	enum err e = key_material_list(c->cx, c->token_hash, in->v, in->n, &v, &n);
	if (e == ERR_NOT_FOUND)
		return reply_unknown_serials(c, in);
	TRY(e);
	for (size_t i = 0; i < n; i++)
		json_object_array_add(a, render_key_material(c, &v[i]));
	http_set(c->cx, c->resp, "Vary", "User-Agent");
	return reply_json(c, 200, json_object_get(a));
}

enum err corev1_delete_session_keymaterial(struct call *c)
{
	const struct serials_query *in = c->in;

	if (in->n == 0)
		return refuse(c->cx, ERR_BAD_REQUEST, "serials",
		    "Send the serial numbers whose key material to delete: [\"…\"] or "
		    "?serials=….");
	TRY(key_material_delete(c->cx, c->who, in->v, in->n));
	return reply_empty(c, 204);
}

static void set_max_payload_header(struct call *c)
{
	http_set(c->cx, c->resp, "X-Max-Payload-Size", "%lld",
	    (long long)c->cx->conf->keymaterial_max_bytes);
}

/* Here alpha.8 gives OPTIONS a meaning of its own: the answer tells the upload limit. Browsers also
 * send OPTIONS, as a CORS preflight. */
enum err corev1_options_session_keymaterial(struct call *c)
{
	reply_empty(c, 200);
	http_set(c->cx, c->resp, "Allow", "%.*s", (int)c->allow.n, c->allow.s);
	set_max_payload_header(c);
	return OK;
}

enum err corev1_get_session_keymaterial_size(struct call *c)
{
	struct str body =
	    str_of(arena_printf(c->cx->mem, "%lld", (long long)c->cx->conf->keymaterial_max_bytes));

	reply_public(c, "application/json", body, "public, max-age=3600");
	set_max_payload_header(c);
	return OK;
}
