#include "api/common/bodies.h"
#include "text/encoding.h"
#include <json-c/json.h>

/* The last second that a certificate can express (RFC 5280 4.1.2.5). */
#define YEAR_9999 INT64_C(253402300799)

static enum err read_csr_text(struct cx *cx, struct str text, struct idcsr *out)
{
	struct blob der;

	TRY(armour_decode(cx, "csr", "CERTIFICATE REQUEST", text, &der));
	return idcsr_read(cx, der, out);
}

enum err bodies_get_csr(struct cx *cx, const struct field *f, struct json_object *v, void *out)
{
	struct blob der;

	if (json_octets(cx->mem, v, &der))
		return idcsr_read(cx, der, out);
	if (!json_object_is_type(v, json_type_string))
		return shape_refuse(cx, f,
		    "must be a CSR: a string with PEM or base64, or an array of octets (DER)");
	return read_csr_text(cx, json_get_str(v), out);
}

/* The first byte shows whether the body is a JSON object, string or array; any other body is PEM,
 * base64 or DER. */
static enum err parse_csr_body(struct cx *cx, const struct shape *sh, struct str body, void *out)
{
	struct csr_body *to = out;
	struct str text = str_trim(body);
	struct json_object *v;

	if (text.n == 0 || strchr("{\"[", text.s[0]) == NULL)
		return read_csr_text(cx, body, &to->csr);
	TRY(json_parse(cx, body, &v));
	return text.s[0] == '{' ? shape_decode(cx, sh, v, out)
				: bodies_get_csr(cx, &sh->fields[0], v, &to->csr);
}
SHAPE_BY(csr_body, parse_csr_body, "Csr", "application/x-pem-file text/plain",
    F_CUSTOM(csr_body, csr, bodies_get_csr, .flags = REQUIRED, .as = "Csr"));

enum err bodies_get_time(struct cx *cx, const struct field *f, struct json_object *v, void *out)
{
	struct when *w = out;

	w->given = true;
	if (!json_number(v, &w->at) || w->at < 0 || w->at > YEAR_9999)
		return shape_refuse(
		    cx, f, "must be a time: seconds since 1970, in digits, up to the year 9999");
	return OK;
}
SHAPE(time_query,
    F_CUSTOM(time_query, timestamp, bodies_get_time, .as = "Seconds", .about = "default: now"));
SHAPE(certs_query,
    F_CUSTOM(certs_query, timestamp, bodies_get_time, .as = "Seconds",
	.about = "only certificates that were valid at that time"),
    F_CUSTOM(certs_query, notBefore, bodies_get_time, .as = "Seconds",
	.about = "only certificates issued at that time or later"),
    F_CUSTOM(certs_query, notAfter, bodies_get_time, .as = "Seconds",
	.about = "only certificates issued at that time or earlier"),
    F_STR(certs_query, session_id, .alias = "sessionId", .min = 1, .max = 32,
	.about = "only certificates of that session"));

enum err bodies_get_password(
    struct cx *cx, const struct field *f, const struct shape *sh, struct json_object *v, void *out)
{
	if (!json_object_is_type(v, json_type_object))
		return shape_refuse(
		    cx, f, "must be an object with your password: {\"password\": \"…\"}");
	return shape_decode(cx, sh, v, out);
}
