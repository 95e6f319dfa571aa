#include "x509/idcsr.h"
#include "x509/idname.h"
#include "x509/x509.h"

#define REFUSE_CSR(cx, ...) refuse((cx), ERR_BAD_CSR, "csr", __VA_ARGS__)

static const uint8_t oid_extension_request[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09,
	0x0e };

static enum err refuse_csr_fault(struct cx *cx, const char *why)
{
	return why ? REFUSE_CSR(cx, "The CSR: %s.", why) : OK;
}

static enum err read_csr_subject(struct cx *cx, struct blob *info, struct idcsr *out)
{
	struct idname name;
	struct blob subject;

	if (!der_get_whole(info, DER_SEQUENCE, &subject))
		return REFUSE_CSR(cx, "The CSR has no subject.");
	const char *why = idname_read(cx->mem, subject, &name);
	if (why == NULL)
		why = idname_check_actor(cx->mem, &name, true);
	if (why)
		return REFUSE_CSR(cx, "The subject %s.", why);
	out->fid = name.uid;
	out->local = name.local;
	out->domain = name.domain;
	out->session_id = name.session_id;
	return OK;
}

/* Only capabilities that are attributes of their own (`own`) show the client's dialect; tools that
 * write an extensionRequest verify any encoding. */
static enum idcert_dialect find_csr_dialect(const struct x509_caps *own)
{
	static const struct {
		struct str basic, digital, commitment;
		enum idcert_dialect dialect;
	} rows[] = {
		{ { "\x30\x03\x01\x01\x00", 5 }, { "\x03\x02\x07\x80", 4 },
		    { "\x03\x02\x06\x40", 4 }, IDCERT_RS_0_14 },
		{ { "\x30\x03\x01\x01\x00", 5 }, { "\x03\x02\x00\x80", 4 },
		    { "\x03\x02\x01\x40", 4 }, IDCERT_RS_0_11 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (blob_eq(own->basic, str_blob(rows[i].basic)) &&
		    (blob_eq(own->bits, str_blob(rows[i].digital)) ||
			blob_eq(own->bits, str_blob(rows[i].commitment))))
			return rows[i].dialect;
	return IDCERT_DER;
}

/* `requested`: the capabilities came in an extensionRequest. */
static enum err read_csr_attribute(
    struct cx *cx, struct blob attr, struct x509_caps *caps, bool *requested)
{
	struct blob oid, set;
	struct der value;

	if (!der_get(&attr, DER_OID, &oid) || !der_get(&attr, DER_SET, &set) || attr.n)
		return REFUSE_CSR(
		    cx, "An attribute of the CSR must be a type and a SET of values.");
	bool ours =
	    blob_eq(oid, (struct blob){ oid_extension_request, sizeof oid_extension_request });
	if (!ours && !x509_is_cap(oid))
		return OK; /* challengePassword and others are ignored, not certified */
	if (!der_next(&set, &value) || set.n)
		return REFUSE_CSR(cx, "An attribute of the CSR must have exactly one value.");
	if (!ours)
		return refuse_csr_fault(cx, x509_read_cap(cx->mem, oid, value.whole, caps));
	*requested = true;
	struct blob list = value.whole;
	return refuse_csr_fault(cx, x509_read_extensions(cx->mem, &list, false, caps));
}

static enum err read_csr_attributes(struct cx *cx, struct blob *info, struct idcsr *out)
{
	struct x509_caps caps = { 0 };
	struct blob list, attr;
	bool requested = false;

	if (!der_get(info, DER_CONTEXT_OF + 0, &list) || info->n)
		return REFUSE_CSR(cx,
		    "The CSR must end with [0] attributes, even if they are empty (RFC 2986 4.1).");
	if (!der_is_set_order(list))
		return REFUSE_CSR(
		    cx, "The attributes of the CSR are not in the order of a SET OF (X.690 11.6).");
	while (list.n) {
		if (!der_get(&list, DER_SEQUENCE, &attr))
			return REFUSE_CSR(cx, "An attribute of the CSR must be a SEQUENCE.");
		TRY(read_csr_attribute(cx, attr, &caps, &requested));
	}
	out->dialect = requested ? IDCERT_DER : find_csr_dialect(&caps);
	out->commitment = caps.usage == X509_CONTENT_COMMITMENT;
	return refuse_csr_fault(cx, x509_check_actor_caps(&caps));
}

static enum err read_csr_info(struct cx *cx, struct blob info, struct idcsr *out)
{
	if (!der_get_literal(&info, str_blob(STR("\x02\x01\x00"))))
		return REFUSE_CSR(cx, "The version of the CSR must be 0 (RFC 2986 4.1).");
	TRY(read_csr_subject(cx, &info, out));
	TRY(refuse_csr_fault(cx, x509_read_key(cx->mem, &info, out->key)));
	return read_csr_attributes(cx, &info, out);
}

enum err idcsr_read(struct cx *cx, struct blob der, struct idcsr *out)
{
	struct blob rest = der, csr, signed_part, info;
	uint8_t sig[ED25519_SIG];

	*out = (struct idcsr){ .der = der };
	TRY(refuse_csr_fault(cx, x509_check_der(cx->mem, der)));
	if (!der_get(&rest, DER_SEQUENCE, &csr) || !der_get_whole(&csr, DER_SEQUENCE, &signed_part))
		return REFUSE_CSR(cx, "This is not a PKCS#10 request (RFC 2986).");
	TRY(refuse_csr_fault(cx, x509_read_algorithm(cx->mem, &csr, "the signature algorithm")));
	TRY(refuse_csr_fault(cx, x509_read_signature(&csr, sig)));
	rest = signed_part;
	if (!der_get(&rest, DER_SEQUENCE, &info))
		return REFUSE_CSR(cx, "This is not a PKCS#10 request (RFC 2986).");
	TRY(read_csr_info(cx, info, out));
	if (!ed25519_verify(out->key, signed_part, sig))
		return REFUSE_CSR(
		    cx, "The CSR is not signed by its own key: sign it with the private key.");
	return OK;
}
