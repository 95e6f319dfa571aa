#include "api/common/binary.h"
#include "api/common/render.h"
#include "text/encoding.h"
#include <json-c/json.h>

#define ASK_AGAIN "public, no-cache"
#define DER "application/pkix-cert"
#define PEM "application/x-pem-file"

static bool encoding_ok(struct str s)
{
	return str_is(s, "base64") || str_is(s, "octets");
}
SHAPE(binary_query,
    F_CUSTOM(binary_query, timestamp, when_get, .as = "Time", .about = "now if left out"),
    F_STR(binary_query, encoding, .as = "Encoding", .ok = encoding_ok,
	.must = "must be base64 or octets",
	.about = "base64: strings instead of arrays of octets"));

enum err binary_get_cert(struct cx *cx, const struct field *f, struct json_object *v, void *out)
{
	if (json_object_is_type(v, json_type_array))
		return json_octets(cx->mem, v, out)
		    ? OK
		    : shape_bad(cx, f, "must be an array of octets, each 0 to 255");
	if (!json_object_is_type(v, json_type_string))
		return shape_bad(cx, f,
		    "must be an ID-Cert: an array of octets (DER), or a string with base64 or PEM");
	return armour_decode(cx, f->name, "CERTIFICATE", json_string(v), out);
}

static struct json_object *one(struct cx *cx, const struct binary_query *q, struct blob cert)
{
	return str_is(q->encoding, "base64") ? json_str(base64_encode(cx->mem, cert))
					     : json_from_octets(cert);
}

static struct str pems(struct cx *cx, const struct blob *certs, size_t n)
{
	struct buf b = { .mem = cx->mem };

	for (size_t i = 0; i < n; i++)
		buf_str(&b, pem_encode(cx->mem, "CERTIFICATE", certs[i]));
	return buf_done(&b);
}

/* True when the client has asked for something that is no JSON, and has it. */
static bool as_is(struct call *c, const struct blob *certs, size_t n)
{
	if (n == 1 && http_accepts(c->req->accept, DER))
		return reply_public(c, DER, (struct str){ (const char *)certs->p, certs->n },
			   ASK_AGAIN) == OK;
	if (http_accepts(c->req->accept, PEM))
		return reply_public(c, PEM, pems(c->cx, certs, n), ASK_AGAIN) == OK;
	return false;
}

enum err binary_reply_cert(struct call *c, const struct binary_query *q, struct blob cert)
{
	if (as_is(c, &cert, 1))
		return OK;
	return reply_public(
	    c, "application/json", json_text(c->cx, one(c->cx, q, cert)), ASK_AGAIN);
}

static struct json_object *all(
    struct cx *cx, const struct binary_query *q, const struct blob *v, size_t n)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < n; i++)
		json_object_array_add(list, one(cx, q, v[i]));
	return list;
}

enum err binary_reply_certs(
    struct call *c, const struct binary_query *q, const struct blob *certs, size_t n)
{
	if (as_is(c, certs, n))
		return OK;
	return reply_public(
	    c, "application/json", json_text(c->cx, all(c->cx, q, certs, n)), ASK_AGAIN);
}

enum err binary_reply_list(
    struct call *c, const struct binary_query *q, const struct blob *v, size_t n)
{
	return reply_json(c, 200, all(c->cx, q, v, n));
}
