#include "x509/der.h"
#include "signer/idcert_lint.h"
#include "x509/idname.h"
#include <inttypes.h>

/*
 * Splits what is about to be signed into its fields and checks it against the profile. The rules
 * share no code with the writer: fixed parts are compared with the octets of wire.md 3.3, and the
 * other parts are read. The error names the first rule that is broken.
 */
struct tbs_lint {
	struct cx *cx;
	struct str domain; /* this server's */
	const uint8_t *signer;
	struct blob whole, version, algorithm, issuer, validity, subject, spki, extensions, rest;
	struct blob serial; /* contents only */
	struct idname issuer_name, subject_name;
	uint8_t key[ED25519_KEY];
	int64_t not_before, not_after;
};

static bool is_server_tbs(const struct tbs_lint *l)
{
	return blob_eq(l->issuer, l->subject);
}

static bool is_strict_der(struct tbs_lint *l)
{
	size_t at;

	return der_check(l->whole, &at) == NULL;
}

static bool splits_into_tbs_fields(struct tbs_lint *l)
{
	struct blob in = l->whole, tbs;

	if (!der_get(&in, DER_SEQUENCE, &tbs) ||
	    !der_get_whole(&tbs, DER_CONTEXT_OF + 0, &l->version) ||
	    !der_get(&tbs, DER_INTEGER, &l->serial) ||
	    !der_get_whole(&tbs, DER_SEQUENCE, &l->algorithm) ||
	    !der_get_whole(&tbs, DER_SEQUENCE, &l->issuer) ||
	    !der_get(&tbs, DER_SEQUENCE, &l->validity) ||
	    !der_get_whole(&tbs, DER_SEQUENCE, &l->subject) ||
	    !der_get_whole(&tbs, DER_SEQUENCE, &l->spki))
		return false;
	l->rest = tbs;
	return true;
}

static bool has_no_unique_ids(struct tbs_lint *l)
{
	return l->rest.n && l->rest.p[0] != DER_CONTEXT + 1 && l->rest.p[0] != DER_CONTEXT + 2;
}

static bool ends_with_extensions(struct tbs_lint *l)
{
	return der_get_whole(&l->rest, DER_CONTEXT_OF + 3, &l->extensions) && l->rest.n == 0;
}

static bool has_allowed_size(struct tbs_lint *l)
{
	const size_t around = 4 + 7 + 67; /* octets of header, algorithm and signature */

	return l->whole.n + around <= IDCERT_SIZE_MAX;
}

static bool has_version_3(struct tbs_lint *l)
{
	return blob_eq(l->version, str_blob(STR("\xa0\x03\x02\x01\x02")));
}

static bool has_allowed_serial(struct tbs_lint *l)
{
	int64_t v = 0;

	if (l->serial.n > 7)
		return false;
	for (size_t i = 0; i < l->serial.n; i++)
		v = v << 8 | l->serial.p[i];
	return l->serial.p[0] < 0x80 && v >= SERIAL_MIN && v <= SERIAL_MAX;
}

static bool has_ed25519_algorithm(struct tbs_lint *l)
{
	return blob_eq(l->algorithm, str_blob(STR("\x30\x05\x06\x03\x2b\x65\x70")));
}

static bool has_readable_names(struct tbs_lint *l)
{
	return idname_read(l->cx->mem, l->issuer, &l->issuer_name) == NULL &&
	    idname_read(l->cx->mem, l->subject, &l->subject_name) == NULL &&
	    !l->issuer_name.has_others && !l->subject_name.has_others;
}

static bool has_our_issuer(struct tbs_lint *l)
{
	return idname_check_server(&l->issuer_name) == NULL &&
	    str_eq(l->issuer_name.domain, l->domain);
}

static bool has_ia5_issuer(struct tbs_lint *l)
{
	struct blob in = l->issuer, rdns, rdn, ava, part;

	if (!der_get(&in, DER_SEQUENCE, &rdns))
		return false;
	while (rdns.n)
		if (!der_get(&rdns, DER_SET, &rdn) || !der_get(&rdn, DER_SEQUENCE, &ava) ||
		    !der_get(&ava, DER_OID, &part) || !der_get(&ava, DER_IA5, &part))
			return false;
	return true;
}

static bool has_allowed_subject(struct tbs_lint *l)
{
	return is_server_tbs(l) || idname_check_actor(l->cx->mem, &l->subject_name, true) == NULL;
}

/* The subject has DCs, UID, CN and uniqueIdentifier in this order. types: the last octets of their
 * OIDs; tags: their string types. */
static bool has_profile_subject(struct tbs_lint *l)
{
	static const uint8_t types[] = { 0x19, 0x01, 0x03, 0x2c };
	static const uint8_t tags[] = { DER_IA5, DER_UTF8, DER_UTF8, DER_IA5 };
	struct blob in = l->subject, rdns, rdn, ava, oid;
	size_t at = 0;

	if (is_server_tbs(l))
		return true;
	if (!der_get(&in, DER_SEQUENCE, &rdns))
		return false;
	while (rdns.n) {
		if (!der_get(&rdns, DER_SET, &rdn) || !der_get(&rdn, DER_SEQUENCE, &ava) ||
		    !der_get(&ava, DER_OID, &oid))
			return false;
		at += at < 3 && oid.p[oid.n - 1] != types[at];
		if (oid.p[oid.n - 1] != types[at] || ava.p[0] != tags[at])
			return false;
	}
	return at == 3;
}

static bool has_same_domain(struct tbs_lint *l)
{
	return str_eq(l->subject_name.domain, l->issuer_name.domain);
}

/* The year decides the type of a time (RFC 5280 4.1.2.5). */
static bool read_validity_time(struct blob *in, int64_t *t)
{
	const int64_t year_2050 = 2524608000;
	uint8_t tag = in->n ? in->p[0] : 0;

	return der_get_time(in, t) && tag == (*t < year_2050 ? DER_UTC_TIME : DER_GENERALIZED_TIME);
}

static bool has_valid_times(struct tbs_lint *l)
{
	struct blob in = l->validity;

	return read_validity_time(&in, &l->not_before) && read_validity_time(&in, &l->not_after) &&
	    in.n == 0;
}

static bool has_ordered_times(struct tbs_lint *l)
{
	return l->not_before <= l->not_after;
}

/* notBefore and notAfter are both inclusive. */
static bool has_allowed_lifetime(struct tbs_lint *l)
{
	return is_server_tbs(l) || l->not_after - l->not_before < IDCERT_LIFE_MAX;
}

static bool has_ed25519_spki(struct tbs_lint *l)
{
	struct blob in = l->spki;

	if (!der_get_literal(
		&in, str_blob(STR("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"))) ||
	    in.n != ED25519_KEY)
		return false;
	memcpy(l->key, in.p, ED25519_KEY);
	return true;
}

static bool has_canonical_key(struct tbs_lint *l)
{
	return ed25519_key_ok(l->key);
}

static bool has_expected_key(struct tbs_lint *l)
{
	return is_server_tbs(l) == (memcmp(l->key, l->signer, ED25519_KEY) == 0);
}

#define PROFILE_EXTENSIONS(size, list_size, basic, usage) \
	STR("\xa3" size "\x30" list_size basic \
	    "\x30\x0e\x06\x03\x55\x1d\x0f\x01\x01\xff\x04\x04\x03\x02" usage)
#define PROFILE_BASIC(n, m, value) "\x30" n "\x06\x03\x55\x1d\x13\x01\x01\xff\x04" m value
#define PROFILE_SERVER(usage) \
	PROFILE_EXTENSIONS("\x26", "\x24", \
	    PROFILE_BASIC("\x12", "\x08", "\x30\x06\x01\x01\xff\x02\x01\x00"), usage)
#define PROFILE_ACTOR(usage) \
	PROFILE_EXTENSIONS("\x20", "\x1e", PROFILE_BASIC("\x0c", "\x02", "\x30\x00"), usage)
#define PROFILE_OLD_ACTOR(usage) \
	PROFILE_EXTENSIONS( \
	    "\x23", "\x21", PROFILE_BASIC("\x0f", "\x05", "\x30\x03\x01\x01\x00"), usage)

static bool has_profile_extensions(struct tbs_lint *l)
{
	const struct str actors[] = { PROFILE_ACTOR("\x07\x80"), PROFILE_ACTOR("\x06\x40"),
		PROFILE_OLD_ACTOR("\x07\x80"), PROFILE_OLD_ACTOR("\x06\x40"),
		PROFILE_OLD_ACTOR("\x00\x80"), PROFILE_OLD_ACTOR("\x01\x40") };

	if (is_server_tbs(l))
		return blob_eq(l->extensions, str_blob(PROFILE_SERVER("\x01\x46")));
	for (size_t i = 0; i < sizeof actors / sizeof actors[0]; i++)
		if (blob_eq(l->extensions, str_blob(actors[i])))
			return true;
	return false;
}

/* The order of the rules matters: later rules use what earlier rules have read. */
static const struct {
	bool (*ok)(struct tbs_lint *);
	const char *clause, *rule;
} lint_rules[] = {
	{ is_strict_der, "X.690 10, 11", "it is one element in strict DER" },
	{ splits_into_tbs_fields, "RFC 5280 4.1", "it has the fields of a TBSCertificate" },
	{ has_no_unique_ids, "RFC 5280 4.1.2.8",
	    "it has no issuerUniqueID and no subjectUniqueID" },
	{ ends_with_extensions, "RFC 5280 4.1.2.9", "it ends with the extensions" },
	{ has_allowed_size, "security.md 3.1", "the certificate has at most 2 KiB" },
	{ has_version_3, "RFC 5280 4.1.2.1", "the version is 3" },
	{ has_allowed_serial, "RFC 5280 4.1.2.2, wire.md 3.3",
	    "the serial number has 16 digits and is below 2^53" },
	{ has_ed25519_algorithm, "RFC 8410 3",
	    "the signature algorithm is Ed25519 without parameters" },
	{ has_readable_names, "wire.md 3.1", "names have only DC, CN, UID and uniqueIdentifier" },
	{ has_our_issuer, "wire.md 3.1",
	    "the issuer has the DCs of this server and no other attribute" },
	{ has_ia5_issuer, "RFC 4519 2.4", "the DCs of the issuer are IA5Strings" },
	{ has_allowed_subject, "wire.md 3.1",
	    "the subject is this server, or an actor with CN, UID and uniqueIdentifier" },
	{ has_profile_subject, "wire.md 3.1",
	    "the subject of an actor has DCs, UID, CN and uniqueIdentifier in this order, and the "
	    "string types of the profile" },
	{ has_same_domain, "wire.md 3.1", "issuer and subject have the same DCs" },
	{ has_valid_times, "RFC 5280 4.1.2.5",
	    "times are UTCTime to 2049, GeneralizedTime from 2050" },
	{ has_ordered_times, "RFC 5280 4.1.2.5", "notBefore is not after notAfter" },
	{ has_allowed_lifetime, "wire.md 3.2",
	    "an actor's certificate is valid for at most 60 days" },
	{ has_ed25519_spki, "RFC 8410 4", "the key is Ed25519, 32 octets, without parameters" },
	{ has_canonical_key, "security.md 2.2", "the key is canonical and not of small order" },
	{ has_expected_key, "security.md 3.1",
	    "the server's own certificate has the signing key, an actor's has another key" },
	{ has_profile_extensions, "wire.md 3.3",
	    "basicConstraints and keyUsage are critical and have the octets of the profile" },
};

enum err idcert_lint(struct cx *cx, struct blob tbs, struct str domain,
    const uint8_t signer_key[ED25519_KEY], struct idcert_times *times)
{
	struct tbs_lint l = { .cx = cx, .domain = domain, .signer = signer_key, .whole = tbs };

	for (size_t i = 0; i < sizeof lint_rules / sizeof lint_rules[0]; i++)
		if (!lint_rules[i].ok(&l))
			return fail(cx, ERR_INTERNAL,
			    "the certificate was not signed, because it breaks this rule: %s (%s)",
			    lint_rules[i].rule, lint_rules[i].clause);
	if (times)
		*times = (struct idcert_times){ .is_server = is_server_tbs(&l),
			.not_before = l.not_before,
			.not_after = l.not_after };
	return OK;
}
