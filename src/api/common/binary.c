#include "api/common/binary.h"
#include "api/common/render.h"
#include "text/encoding.h"
#include <json-c/json.h>

#define MEDIA_DER "application/pkix-cert"
#define MEDIA_PEM "application/x-pem-file"

static bool is_binary_encoding(struct str s)
{
	return str_is(s, "base64") || str_is(s, "octets");
}
SHAPE(binary_query,
    F_CUSTOM(binary_query, timestamp, bodies_get_time, .as = "Seconds", .about = "default: now"),
    F_STR(binary_query, encoding, .as = "Encoding", .ok = is_binary_encoding,
	.must = "must be base64 or octets",
	.about = "base64: strings instead of arrays of octets"));

enum err binary_get_cert(struct cx *cx, const struct field *f, struct json_object *v, void *out)
{
	if (json_object_is_type(v, json_type_array))
		return json_octets(cx->mem, v, out)
		    ? OK
		    : shape_refuse(cx, f, "must be an array of octets, each 0 to 255");
	if (!json_object_is_type(v, json_type_string))
		return shape_refuse(cx, f,
		    "must be an ID-Cert: an array of octets (DER), or a string with base64 or PEM");
	return armour_decode(cx, f->name, "CERTIFICATE", json_get_str(v), out);
}

static struct json_object *render_octets(
    struct cx *cx, const struct binary_query *q, struct blob cert)
{
	return str_is(q->encoding, "base64") ? json_from_str(base64_encode(cx->mem, cert))
					     : json_from_octets(cert);
}

static struct str encode_pem_chain(struct cx *cx, const struct blob *certs, size_t n)
{
	struct buf b = { .mem = cx->mem };

	for (size_t i = 0; i < n; i++)
		buf_str(&b, pem_encode(cx->mem, "CERTIFICATE", certs[i]));
	return buf_done(&b);
}

/* Answer in PEM or DER if the client asks for one of them. True: the response is complete. */
static bool reply_der_or_pem(struct call *c, const struct blob *certs, size_t n)
{
	/* A DER response holds one certificate. */
	static const char *const media[] = { "application/json", MEDIA_PEM, MEDIA_DER };

	switch (http_choose(c->req->accept, media, n == 1 ? 3 : 2)) {
	case 1:
		return reply_public(
			   c, MEDIA_PEM, encode_pem_chain(c->cx, certs, n), CACHE_REVALIDATE) == OK;
	case 2:
		return reply_public(c, MEDIA_DER, (struct str){ (const char *)certs->p, certs->n },
			   CACHE_REVALIDATE) == OK;
	default:
		return false;
	}
}

enum err binary_reply_cert(struct call *c, const struct binary_query *q, struct blob cert)
{
	if (reply_der_or_pem(c, &cert, 1))
		return OK;
	return reply_public(c, "application/json", json_text(c->cx, render_octets(c->cx, q, cert)),
	    CACHE_REVALIDATE);
}

static struct json_object *render_octets_list(
    struct cx *cx, const struct binary_query *q, const struct blob *v, size_t n)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < n; i++)
		json_object_array_add(list, render_octets(cx, q, v[i]));
	return list;
}

enum err binary_reply_certs(
    struct call *c, const struct binary_query *q, const struct blob *certs, size_t n)
{
	if (reply_der_or_pem(c, certs, n))
		return OK;
	return reply_public(c, "application/json",
	    json_text(c->cx, render_octets_list(c->cx, q, certs, n)), CACHE_REVALIDATE);
}

enum err binary_reply_list(
    struct call *c, const struct binary_query *q, const struct blob *v, size_t n)
{
	return reply_json(c, 200, render_octets_list(c->cx, q, v, n));
}
