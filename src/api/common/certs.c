#include "api/common/certs.h"
#include "api/common/binary.h"
#include "text/fid.h"
#include "text/encoding.h"
#include <json-c/json.h>

/* The first byte shows whether the body is a JSON object, string or array; any other body is PEM,
 * base64 or DER. */
static enum err parse_cert_body(struct cx *cx, const struct shape *sh, struct str body, void *out)
{
	struct cert_body *to = out;
	struct str text = str_trim(body);
	struct json_object *v;

	if (text.n == 0 || !strchr("{\"[", text.s[0]))
		return armour_decode(cx, "id_cert", "CERTIFICATE", body, &to->id_cert);
	TRY(json_parse(cx, body, &v));
	return text.s[0] == '{' ? shape_decode(cx, sh, v, out)
				: binary_get_cert(cx, &sh->fields[0], v, &to->id_cert);
}
SHAPE_BY(cert_body, parse_cert_body, "IdCert", "application/x-pem-file text/plain",
    F_CUSTOM(
	cert_body, id_cert, binary_get_cert, .alias = "idCert", .flags = REQUIRED, .as = "IdCert"));

bool certs_fid_is_foreign(const struct cx *cx, struct str fid)
{
	struct str local, domain;

	return fid_parse(cx->mem, fid, &local, &domain) && !foreign_is_own(cx, domain);
}
