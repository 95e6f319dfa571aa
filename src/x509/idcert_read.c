#include "x509/idcert.h"
#include "x509/idname.h"
#include "x509/x509.h"

#define REFUSE_IDCERT(cx, ...) refuse((cx), ERR_BAD_REQUEST, "id_cert", __VA_ARGS__)

enum { SERIAL_OCTETS = 20 }; /* RFC 5280 4.1.2.2 */

static enum err refuse_idcert_fault(struct cx *cx, const char *why)
{
	return why ? REFUSE_IDCERT(cx, "The ID-Cert: %s.", why) : OK;
}

/* Repeated division by ten: 20 octets have at most 49 digits. */
static struct str print_serial_decimal(struct arena *mem, struct blob n)
{
	uint8_t v[SERIAL_OCTETS];
	char text[50], *p = text + sizeof text;
	bool more;

	memcpy(v, n.p, n.n);
	do {
		unsigned rest = 0;
		more = false;
		for (size_t i = 0; i < n.n; i++) {
			rest = rest << 8 | v[i];
			v[i] = (uint8_t)(rest / 10);
			more |= v[i] != 0;
			rest %= 10;
		}
		*--p = (char)('0' + rest);
	} while (more);
	size_t len = (size_t)(text + sizeof text - p);
	return (struct str){ arena_dup(mem, p, len), len };
}

static enum err read_idcert_serial(struct cx *cx, struct blob *tbs, struct idcert *out)
{
	struct blob n;

	if (!der_get(tbs, DER_INTEGER, &n))
		return REFUSE_IDCERT(cx, "The ID-Cert has no serial number.");
	if (n.n > SERIAL_OCTETS || n.p[0] >= 0x80 || (n.n == 1 && n.p[0] == 0))
		return REFUSE_IDCERT(cx,
		    "The serial number must be positive, of at most 20 octets (RFC 5280 4.1.2.2).");
	out->serial = print_serial_decimal(cx->mem, n);
	if (!str_i64(out->serial, &out->serial64))
		out->serial64 = 0;
	return OK;
}

static enum err read_idcert_head(struct cx *cx, struct blob *tbs, struct idcert *out)
{
	if (!der_get_literal(tbs, str_blob(STR("\xa0\x03\x02\x01\x02"))))
		return REFUSE_IDCERT(
		    cx, "The version of the ID-Cert must be 3 (RFC 5280 4.1.2.1).");
	TRY(read_idcert_serial(cx, tbs, out));
	return refuse_idcert_fault(
	    cx, x509_read_algorithm(cx->mem, tbs, "the signature algorithm"));
}

static enum err read_idcert_name(
    struct cx *cx, struct blob *tbs, const char *of, struct blob *whole, struct idname *name)
{
	if (!der_get_whole(tbs, DER_SEQUENCE, whole))
		return REFUSE_IDCERT(cx, "The ID-Cert has no %s.", of);
	const char *why = idname_read(cx->mem, *whole, name);
	return why ? REFUSE_IDCERT(cx, "The %s %s.", of, why) : OK;
}

static enum err read_idcert_issuer(struct cx *cx, struct blob *tbs, struct idcert *out)
{
	struct blob whole;
	struct idname name;

	TRY(read_idcert_name(cx, tbs, "issuer", &whole, &name));
	const char *why = idname_check_server(&name);
	out->domain = name.domain;
	return why ? REFUSE_IDCERT(cx, "The issuer %s.", why) : OK;
}

static enum err read_idcert_validity(struct cx *cx, struct blob *tbs, struct idcert *out)
{
	struct blob times;

	if (!der_get(tbs, DER_SEQUENCE, &times) || !der_get_time(&times, &out->not_before) ||
	    !der_get_time(&times, &out->not_after) || times.n)
		return REFUSE_IDCERT(cx,
		    "The validity must be two UTC times, with seconds and no fractions "
		    "(RFC 5280 4.1.2.5).");
	return out->not_before <= out->not_after
	    ? OK
	    : REFUSE_IDCERT(cx, "The validity ends before it begins.");
}

static enum err read_idcert_extensions(struct cx *cx, struct blob *tbs, struct idcert *out)
{
	struct x509_caps caps = { 0 };
	struct blob exts;

	if (tbs->n && (tbs->p[0] == DER_CONTEXT + 1 || tbs->p[0] == DER_CONTEXT + 2))
		return REFUSE_IDCERT(cx,
		    "issuerUniqueID and subjectUniqueID are not allowed (RFC 5280 4.1.2.8): "
		    "the session ID belongs in the subject.");
	if (!der_get(tbs, DER_CONTEXT_OF + 3, &exts) || tbs->n)
		return REFUSE_IDCERT(
		    cx, "The ID-Cert must end in [3] extensions: basicConstraints and keyUsage.");
	TRY(refuse_idcert_fault(cx, x509_read_extensions(cx->mem, &exts, true, &caps)));
	if (exts.n || !caps.has_basic || !caps.has_usage)
		return REFUSE_IDCERT(cx, "The extensions must be basicConstraints and keyUsage.");
	out->path_len = caps.path_len;
	out->is_server = caps.ca || (caps.usage & X509_KEY_CERT_SIGN);
	return refuse_idcert_fault(
	    cx, out->is_server ? x509_check_server_caps(&caps) : x509_check_actor_caps(&caps));
}

/* Check the subject last: the extensions tell whether the certificate is an actor's or a
 * server's. */
static enum err check_idcert_subject(struct cx *cx, struct idname *name, struct idcert *out)
{
	const char *why =
	    out->is_server ? idname_check_server(name) : idname_check_actor(cx->mem, name, false);

	if (why)
		return REFUSE_IDCERT(cx, "The subject %s.", why);
	if (!str_eq(name->domain, out->domain))
		return REFUSE_IDCERT(cx, "The DCs of issuer and subject differ.");
	out->fid = name->uid;
	out->session_id = name->session_id;
	return OK;
}

static enum err read_idcert_tbs(struct cx *cx, struct blob tbs, struct idcert *out)
{
	struct idname subject;

	TRY(read_idcert_head(cx, &tbs, out));
	TRY(read_idcert_issuer(cx, &tbs, out));
	TRY(read_idcert_validity(cx, &tbs, out));
	TRY(read_idcert_name(cx, &tbs, "subject", &out->subject, &subject));
	TRY(refuse_idcert_fault(cx, x509_read_key(cx->mem, &tbs, out->key)));
	TRY(read_idcert_extensions(cx, &tbs, out));
	return check_idcert_subject(cx, &subject, out);
}

enum err idcert_read(struct cx *cx, struct blob der, struct idcert *out)
{
	struct blob rest = der, cert, tbs;

	*out = (struct idcert){ .der = der };
	TRY(refuse_idcert_fault(cx, x509_check_der(cx->mem, der)));
	if (!der_get(&rest, DER_SEQUENCE, &cert) || !der_get_whole(&cert, DER_SEQUENCE, &out->tbs))
		return REFUSE_IDCERT(cx, "This is not an X.509 certificate (RFC 5280 4.1).");
	TRY(refuse_idcert_fault(
	    cx, x509_read_algorithm(cx->mem, &cert, "the outer signature algorithm")));
	TRY(refuse_idcert_fault(cx, x509_read_signature(&cert, out->sig)));
	rest = out->tbs;
	if (!der_get(&rest, DER_SEQUENCE, &tbs))
		return REFUSE_IDCERT(cx, "This is not an X.509 certificate (RFC 5280 4.1).");
	return read_idcert_tbs(cx, tbs, out);
}

bool idcert_signed_by(const struct idcert *c, const uint8_t key[ED25519_KEY])
{
	return ed25519_verify(key, c->tbs, c->sig);
}
