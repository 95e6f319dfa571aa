#include "api/corev1/certs.h"
#include "base/conf.h"
#include "codec/fid.h"
#include "codec/text.h"
#include <json-c/json.h>

enum { CERT_MAX = 8192 };

static enum err from_text(struct cx *cx, struct str text, struct blob *out)
{
	return armour_decode(cx, "id_cert", "CERTIFICATE", text, out);
}

static enum err from_octets(struct cx *cx, const struct field *f, struct json_object *v, struct blob *out)
{
	size_t n = json_object_array_length(v);
	uint8_t *p = arena_alloc(cx->mem, n + 1);
	int64_t octet;

	if (n == 0 || n > CERT_MAX)
		return shape_bad(cx, f, "must be the octets of a certificate");
	for (size_t i = 0; i < n; i++) {
		if (!json_i64(json_object_array_get_idx(v, i), &octet) || octet < 0 || octet > 255)
			return shape_bad(cx, f, "must hold octets, each 0 to 255");
		p[i] = (uint8_t)octet;
	}
	*out = (struct blob){ p, n };
	return OK;
}

enum err certs_get(struct cx *cx, const struct field *f, struct json_object *v, void *out)
{
	if (json_object_is_type(v, json_type_array))
		return from_octets(cx, f, v, out);
	if (!json_object_is_type(v, json_type_string))
		return shape_bad(cx, f, "must be a string: the ID-Cert in PEM");
	return from_text(cx, json_string(v), out);
}

/* The first byte tells: an object, a string, octets, or the thing itself. */
static enum err parse(struct cx *cx, const struct shape *sh, struct str body, void *out)
{
	struct cert_body *to = out;
	struct str text = str_trim(body);
	struct json_object *v;

	if (text.n == 0 || !strchr("{\"[", text.s[0]))
		return from_text(cx, body, &to->id_cert);
	TRY(json_parse(cx, body, &v));
	return text.s[0] == '{' ? shape_decode(cx, sh, v, out) : certs_get(cx, &sh->fields[0], v, &to->id_cert);
}
SHAPE_BY(cert_body, parse, F_CUSTOM(cert_body, id_cert, certs_get, .flags = REQUIRED, .about = "ID-Cert, PEM"));

bool certs_are_foreign(const struct cx *cx, struct str fid)
{
	struct str local, domain;

	return fid_parse(cx->mem, fid, &local, &domain) && !foreign_is_own(cx, domain);
}
