#include "x509/x509.h"

static const uint8_t oid_ed25519[] = { 0x2b, 0x65, 0x70 };
static const uint8_t oid_basic_constraints[] = { 0x55, 0x1d, 0x13 };
static const uint8_t oid_key_usage[] = { 0x55, 0x1d, 0x0f };

static bool is_short_oid(struct blob oid, const uint8_t want[3])
{
	return oid.n == 3 && memcmp(oid.p, want, 3) == 0;
}

const char *x509_check_der(struct arena *mem, struct blob der)
{
	size_t at;

	if (der.n > X509_MAX)
		return arena_printf(mem, "larger than %d octets", X509_MAX);
	const char *why = der_check(der, &at);
	return why ? arena_printf(mem, "not strict DER (X.690): %s, at octet %zu", why, at) : NULL;
}

/* Algorithms of keys and signatures that tools make when nobody asks them for Ed25519. */
static const struct {
	const char *oid, *name;
} other_algorithms[] = {
	{ "1.2.840.113549.1.1.1", "RSA" },
	{ "1.2.840.113549.1.1.5", "RSA with SHA-1" },
	{ "1.2.840.113549.1.1.10", "RSASSA-PSS" },
	{ "1.2.840.113549.1.1.11", "RSA with SHA-256" },
	{ "1.2.840.113549.1.1.12", "RSA with SHA-384" },
	{ "1.2.840.113549.1.1.13", "RSA with SHA-512" },
	{ "1.2.840.10045.2.1", "ECDSA" },
	{ "1.2.840.10045.4.1", "ECDSA with SHA-1" },
	{ "1.2.840.10045.4.3.2", "ECDSA with SHA-256" },
	{ "1.2.840.10045.4.3.3", "ECDSA with SHA-384" },
	{ "1.2.840.10045.4.3.4", "ECDSA with SHA-512" },
	{ "1.2.840.10040.4.1", "DSA" },
	{ "2.16.840.1.101.3.4.3.2", "DSA with SHA-256" },
	{ "2.16.840.1.101.3.4.3.17", "ML-DSA-44" },
	{ "2.16.840.1.101.3.4.3.18", "ML-DSA-65" },
	{ "2.16.840.1.101.3.4.3.19", "ML-DSA-87" },
	{ "1.3.101.110", "X25519" },
	{ "1.3.101.111", "X448" },
	{ "1.3.101.113", "Ed448" },
};

/* "RSA (1.2.840.113549.1.1.1)"; the OID alone if it is not in the table. */
static const char *name_algorithm(struct arena *mem, struct blob oid)
{
	char text[64];

	der_oid_text(oid, text, sizeof text);
	for (size_t i = 0; i < sizeof other_algorithms / sizeof other_algorithms[0]; i++)
		if (strcmp(text, other_algorithms[i].oid) == 0)
			return arena_printf(mem, "%s (%s)", other_algorithms[i].name, text);
	return arena_printf(mem, "%s", text);
}

const char *x509_read_algorithm(struct arena *mem, struct blob *in, const char *of)
{
	struct blob seq, oid;

	if (!der_get(in, DER_SEQUENCE, &seq) || !der_get(&seq, DER_OID, &oid))
		return arena_printf(mem, "%s is missing", of);
	if (!is_short_oid(oid, oid_ed25519))
		return arena_printf(mem, "%s is %s but must be Ed25519 (1.3.101.112)", of,
		    name_algorithm(mem, oid));
	if (seq.n)
		return arena_printf(
		    mem, "%s must have no parameters, not even NULL (RFC 8410 3)", of);
	return NULL;
}

const char *x509_read_key(struct arena *mem, struct blob *in, uint8_t key[ED25519_KEY])
{
	struct blob spki, bits;

	if (!der_get(in, DER_SEQUENCE, &spki))
		return "the public key is missing";
	const char *why = x509_read_algorithm(mem, &spki, "the algorithm of the public key");
	if (why)
		return why;
	if (!der_get(&spki, DER_BIT_STRING, &bits) || spki.n || bits.n != 1 + ED25519_KEY ||
	    bits.p[0] != 0)
		return "the public key must be 32 octets in a BIT STRING without unused bits "
		       "(RFC 8410 4)";
	memcpy(key, bits.p + 1, ED25519_KEY);
	return ed25519_key_ok(key)
	    ? NULL
	    : "the public key is of small order or not canonical; make a new key pair";
}

const char *x509_read_signature(struct blob *in, uint8_t sig[ED25519_SIG])
{
	struct blob bits;

	if (!der_get(in, DER_BIT_STRING, &bits) || in->n || bits.n != 1 + ED25519_SIG ||
	    bits.p[0] != 0)
		return "the signature must be the last element, 64 octets in a BIT STRING "
		       "without unused bits";
	memcpy(sig, bits.p + 1, ED25519_SIG);
	return NULL;
}

/* The reference client writes pathLen with leading zeros, in eight octets. der_get() accepts such a
 * number; der_check() would refuse it. */
static const char *read_basic_constraints(struct blob value, struct x509_caps *caps)
{
	struct blob seq, ca, len, whole = value;

	if (caps->has_basic)
		return "basicConstraints is present twice";
	if (!der_get(&value, DER_SEQUENCE, &seq) || value.n)
		return "basicConstraints is not a SEQUENCE";
	if (der_get(&seq, DER_BOOLEAN, &ca)) {
		if (ca.n != 1 || (ca.p[0] != 0 && ca.p[0] != 0xff))
			return "cA in basicConstraints is neither 00 nor ff";
		caps->ca = ca.p[0] == 0xff;
	}
	if (der_get(&seq, DER_INTEGER, &len)) {
		if (len.n == 0 || len.p[0] >= 0x80)
			return "pathLen in basicConstraints is negative";
		caps->path_len = true;
	}
	caps->has_basic = true;
	caps->basic = whole;
	return seq.n ? "basicConstraints has more than cA and pathLen" : NULL;
}

static const char *read_key_usage(struct blob value, struct x509_caps *caps)
{
	struct blob bits, whole = value;

	if (caps->has_usage)
		return "keyUsage is present twice";
	if (!der_get(&value, DER_BIT_STRING, &bits) || value.n || bits.n < 1 || bits.p[0] > 7)
		return "keyUsage is not a BIT STRING";
	if (bits.n != 2)
		return "keyUsage must have one octet of bits: it is empty or has decipherOnly";
	caps->usage = bits.p[1];
	caps->has_usage = true;
	caps->bits = whole;
	return NULL;
}

bool x509_is_cap(struct blob oid)
{
	return is_short_oid(oid, oid_basic_constraints) || is_short_oid(oid, oid_key_usage);
}

const char *x509_read_cap(
    struct arena *mem, struct blob oid, struct blob value, struct x509_caps *caps)
{
	char text[64];

	if (is_short_oid(oid, oid_basic_constraints))
		return read_basic_constraints(value, caps);
	if (is_short_oid(oid, oid_key_usage))
		return read_key_usage(value, caps);
	return arena_printf(mem, "only basicConstraints and keyUsage are allowed, not %s",
	    der_oid_text(oid, text, sizeof text));
}

static const char *read_cap_extension(
    struct arena *mem, struct blob ext, bool must, struct x509_caps *caps)
{
	struct blob oid, critical = { 0 }, value;

	if (!der_get(&ext, DER_OID, &oid))
		return "an extension has no type";
	bool said = der_get(&ext, DER_BOOLEAN, &critical);
	if (said && (critical.n != 1 || critical.p[0] != 0xff))
		return "an extension has critical FALSE: DER omits default values (X.690 11.5)";
	if (!said && must)
		return "an extension is not critical";
	if (!der_get(&ext, DER_OCTET_STRING, &value) || ext.n)
		return "an extension must have exactly one value";
	if (!said && !must && !x509_is_cap(oid))
		return NULL; /* ignored: a CSR may ask for it, but it is never certified */
	return x509_read_cap(mem, oid, value, caps);
}

const char *x509_read_extensions(
    struct arena *mem, struct blob *in, bool must, struct x509_caps *caps)
{
	struct blob list, ext;
	const char *why;

	if (!der_get(in, DER_SEQUENCE, &list))
		return "the extensions are not a SEQUENCE";
	while (list.n) {
		if (!der_get(&list, DER_SEQUENCE, &ext))
			return "an extension is not a SEQUENCE";
		if ((why = read_cap_extension(mem, ext, must, caps)))
			return why;
	}
	return NULL;
}

const char *x509_check_actor_caps(const struct x509_caps *c)
{
	if (c->ca)
		return "an actor is not a CA: cA in basicConstraints must be FALSE";
	if (c->path_len)
		return "an actor is not a CA: basicConstraints must have no pathLen";
	if (c->has_usage && c->usage != X509_DIGITAL_SIGNATURE &&
	    c->usage != X509_CONTENT_COMMITMENT)
		return "keyUsage of an actor must be either digitalSignature or contentCommitment, "
		       "nothing else";
	return NULL;
}

const char *x509_check_server_caps(const struct x509_caps *c)
{
	const uint8_t both = X509_DIGITAL_SIGNATURE | X509_CONTENT_COMMITMENT;

	if (!c->ca || !(c->usage & X509_KEY_CERT_SIGN))
		return "a home server is a CA: cA must be TRUE and keyUsage must have keyCertSign";
	if (c->usage & ~(both | X509_KEY_CERT_SIGN | X509_CRL_SIGN))
		return "keyUsage of a home server has a bit that is not allowed for Ed25519 keys "
		       "(RFC 8410 5)";
	return (c->usage & both) == both
	    ? "keyUsage must not have both digitalSignature and contentCommitment"
	    : NULL;
}
