#include "x509/idcert.h"
#include "mls/mls_keypackage.h"
#include "mls/mls_tls.h"

#define REFUSE_KEYPACKAGE(cx, ...) refuse((cx), ERR_BAD_REQUEST, MLS_FIELD, __VA_ARGS__)

struct keypackage_check {
	struct cx *cx;
	const struct mls_keypackage *kp;
	const struct mls_policy *policy;
};

static enum err refuse_keypackage_fault(struct cx *cx, const char *why)
{
	return why ? REFUSE_KEYPACKAGE(cx, "%s", why) : OK;
}

/* --- Size, suite, keys --- */

static enum err check_keypackage_size(const struct keypackage_check *c)
{
	size_t n = c->kp->bare.n + (c->kp->framed ? 4 : 0), max = c->policy->max_bytes;

	return max == 0 || n <= max
	    ? OK
	    : REFUSE_KEYPACKAGE(c->cx,
		  "size: a KeyPackage may have at most %zu octets here; this has %zu", max, n);
}

static enum err check_allowed_suite(const struct keypackage_check *c)
{
	uint32_t allowed = c->policy->suites;
	unsigned id = c->kp->suite->id;

	return allowed == 0 || allowed >> id & 1
	    ? OK
	    : REFUSE_KEYPACKAGE(c->cx, "cipher_suite: this server does not accept suite %u", id);
}

static enum err check_keypackage_key_lengths(const struct keypackage_check *c)
{
	const struct mls_keypackage *kp = c->kp;

	TRY(refuse_keypackage_fault(c->cx,
	    mls_suite_check_lengths(
		c->cx->mem, kp->suite, kp->init_key, kp->encryption_key, kp->signature_key)));
	if (blob_eq(kp->init_key, kp->encryption_key))
		return REFUSE_KEYPACKAGE(c->cx,
		    "init_eq_encryption: init_key and encryption_key must differ (RFC 9420 10.1)");
	if (c->policy->key.n && !blob_eq(kp->signature_key, c->policy->key))
		return REFUSE_KEYPACKAGE(c->cx,
		    "session_key_mismatch: signature_key must be the key of this session's "
		    "ID-Cert");
	return OK;
}

/* Check these keys late, since each check costs as much as verifying a signature. */
static enum err check_keypackage_key_points(const struct keypackage_check *c)
{
	const struct mls_keypackage *kp = c->kp;
	struct arena *mem = c->cx->mem;

	TRY(refuse_keypackage_fault(
	    c->cx, mls_suite_check_kem_key(mem, kp->suite, "init_key", kp->init_key)));
	TRY(refuse_keypackage_fault(
	    c->cx, mls_suite_check_kem_key(mem, kp->suite, "encryption_key", kp->encryption_key)));
	return refuse_keypackage_fault(
	    c->cx, mls_suite_check_sig_key(mem, kp->suite, kp->signature_key));
}

/* --- Credential --- */

static enum err check_basic_credential(const struct keypackage_check *c)
{
	struct str fid = c->policy->fid;

	if (fid.n == 0 || blob_eq(c->kp->identity, str_blob(fid)))
		return OK;
	return REFUSE_KEYPACKAGE(c->cx,
	    "identity_mismatch: the identity of a basic credential must be the actor's "
	    "federation ID, %.*s",
	    (int)fid.n, fid.s);
}

/* The session's ID-Cert was readable when it was issued, so an unreadable one is our fault. */
static enum err check_session_cert_time(const struct keypackage_check *c)
{
	struct idcert cert;

	if (idcert_read(c->cx, c->policy->id_cert, &cert) != OK)
		return fail(c->cx, ERR_INTERNAL, "mls: the session's ID-Cert cannot be read");
	if (c->policy->now < cert.not_before || c->policy->now > cert.not_after)
		return REFUSE_KEYPACKAGE(
		    c->cx, "x509_expired: the ID-Cert of this session is not valid now");
	return OK;
}

static enum err check_credential_chain(
    const struct keypackage_check *c, struct blob first, struct mls_in *others)
{
	if (c->policy->id_cert.n == 0)
		return OK;
	if (!blob_eq(first, c->policy->id_cert))
		return REFUSE_KEYPACKAGE(c->cx,
		    "x509_untrusted: the first certificate must be exactly this session's ID-Cert");
	if (mls_tls_more(others) && !blob_eq(mls_tls_vector(others), c->policy->server_cert))
		return REFUSE_KEYPACKAGE(c->cx,
		    "x509_chain: the second certificate, if any, must be exactly this server's");
	if (mls_tls_more(others))
		return REFUSE_KEYPACKAGE(
		    c->cx, "x509_chain: no certificate may follow the server's");
	return check_session_cert_time(c);
}

static enum err check_x509_credential(const struct keypackage_check *c)
{
	struct mls_in in = mls_tls_within(c->kp->certificates), others;
	struct blob first = mls_tls_vector(&in);

	TRY(refuse_keypackage_fault(c->cx, mls_suite_check_cert(c->cx->mem, first)));
	for (others = in; mls_tls_more(&others);)
		TRY(refuse_keypackage_fault(
		    c->cx, mls_suite_check_cert(c->cx->mem, mls_tls_vector(&others))));
	if (!mls_suite_cert_has_key(c->cx->mem, c->kp->suite, first, c->kp->signature_key))
		return REFUSE_KEYPACKAGE(c->cx,
		    "x509_key_mismatch: signature_key must be the public key of the first "
		    "certificate (RFC 9420 5.3)");
	return check_credential_chain(c, first, &in);
}

static enum err check_leaf_credential(const struct keypackage_check *c)
{
	return c->kp->credential == MLS_BASIC ? check_basic_credential(c)
					      : check_x509_credential(c);
}

/* --- Capabilities and extensions --- */

static enum err check_leaf_capabilities(const struct keypackage_check *c)
{
	const struct mls_keypackage *kp = c->kp;

	if (!mls_tls_has_u16(kp->versions, MLS_VERSION_10))
		return REFUSE_KEYPACKAGE(c->cx,
		    "cap_versions: the capabilities must list version 1, mls10 (RFC 9420 7.2)");
	if ((c->policy->rules & MLS_CAP_SUITES) && !mls_tls_has_u16(kp->suites, kp->suite->id))
		return REFUSE_KEYPACKAGE(c->cx,
		    "cap_suites: the capabilities must list suite %d, which the KeyPackage has "
		    "(RFC 9420 7.2)",
		    kp->suite->id);
	if (!mls_tls_has_u16(kp->credentials, kp->credential))
		return REFUSE_KEYPACKAGE(c->cx,
		    "cap_credentials: the capabilities must list credential type %d, "
		    "which the leaf node has (RFC 9420 7.2)",
		    kp->credential);
	return OK;
}

/* A set with one bit for each uint16, so that a list is checked in linear time. */
struct u16_set {
	uint8_t bits[8192];
};

static bool set_has_u16(const struct u16_set *s, uint16_t v)
{
	return s->bits[v >> 3] >> (v & 7) & 1;
}

static void add_u16_to_set(struct u16_set *s, uint16_t v)
{
	s->bits[v >> 3] |= (uint8_t)(1 << (v & 7));
}

/* Clients must not list the default types (RFC 9420 7.2), so these types count as listed. */
static void collect_supported_extensions(struct blob list, struct u16_set *s)
{
	struct mls_in in = mls_tls_within(list);

	for (uint16_t t = 1; t <= MLS_DEFAULT_EXTENSIONS; t++)
		add_u16_to_set(s, t);
	while (mls_tls_more(&in))
		add_u16_to_set(s, mls_tls_u16(&in));
}

/* `listed` NULL: the extension types need not be listed in the capabilities. */
static enum err check_extension_list(const struct keypackage_check *c, const char *where,
    const char *rule, struct blob list, const struct u16_set *listed)
{
	struct u16_set seen = { { 0 } };
	struct blob data;
	uint16_t type;

	while (mls_keypackage_next_extension(&list, &type, &data)) {
		if (set_has_u16(&seen, type))
			return REFUSE_KEYPACKAGE(c->cx,
			    "duplicate_extension: extension 0x%04x is in %s twice (RFC 9420 13.4)",
			    type, where);
		if (listed && !set_has_u16(listed, type))
			return REFUSE_KEYPACKAGE(c->cx,
			    "%s: the capabilities must list extension 0x%04x, which %s has "
			    "(RFC 9420 7.3)",
			    rule, type, where);
		add_u16_to_set(&seen, type);
	}
	return OK;
}

/* Of the default types of RFC 9420 17.3, only application_id may be in a leaf node, and none in a
 * KeyPackage. */
static enum err check_extension_places(
    const struct keypackage_check *c, const char *where, bool in_leaf, struct blob list)
{
	struct blob data;
	uint16_t type;

	while (mls_keypackage_next_extension(&list, &type, &data)) {
		bool fine = type == 0 || type > MLS_DEFAULT_EXTENSIONS ||
		    (in_leaf && type == MLS_EXT_APPLICATION_ID);
		if (!fine && (c->policy->rules & MLS_EXTENSION_WRONG_PLACE))
			return REFUSE_KEYPACKAGE(c->cx,
			    "extension_wrong_place: extension 0x%04x is not allowed in %s "
			    "(RFC 9420 17.3)",
			    type, where);
		if (!in_leaf && type == MLS_EXT_LAST_RESORT && data.n &&
		    (c->policy->rules & MLS_LAST_RESORT_NONEMPTY))
			return REFUSE_KEYPACKAGE(c->cx,
			    "last_resort_nonempty: extension 0x000a, last_resort, must be empty");
	}
	return OK;
}

static enum err check_all_extensions(const struct keypackage_check *c)
{
	const char *leaf = "the leaf node", *package = "the KeyPackage";
	const struct mls_keypackage *kp = c->kp;
	struct u16_set listed = { { 0 } };

	collect_supported_extensions(kp->cap_extensions, &listed);
	TRY(check_extension_list(c, leaf, "cap_leaf_extensions", kp->leaf_extensions, &listed));
	TRY(check_extension_list(c, package, "cap_kp_extensions", kp->extensions,
	    c->policy->rules & MLS_CAP_KP_EXTENSIONS ? &listed : NULL));
	TRY(check_extension_places(c, leaf, true, kp->leaf_extensions));
	return check_extension_places(c, package, false, kp->extensions);
}

/* --- Lifetime and signatures --- */

/* From the second not_after on, a KeyPackage is no longer given out, so it is not accepted then
 * either. */
static enum err check_keypackage_lifetime(const struct keypackage_check *c)
{
	uint64_t now = (uint64_t)c->policy->now, skew = (uint64_t)c->policy->skew,
		 max = (uint64_t)c->policy->lifetime_max;
	const struct mls_keypackage *kp = c->kp;

	if (kp->not_after <= kp->not_before)
		return REFUSE_KEYPACKAGE(
		    c->cx, "lifetime_order: not_after must be later than not_before");
	if (kp->not_after <= now)
		return REFUSE_KEYPACKAGE(c->cx,
		    "lifetime_expired: not_after is %llu, but the time is %llu",
		    (unsigned long long)kp->not_after, (unsigned long long)now);
	if (kp->not_before > now + skew)
		return REFUSE_KEYPACKAGE(c->cx,
		    "lifetime_future: not_before is %llu, but the time is %llu",
		    (unsigned long long)kp->not_before, (unsigned long long)now);
	if (max && kp->not_after - kp->not_before > max + skew)
		return REFUSE_KEYPACKAGE(c->cx,
		    "lifetime_too_long: not_after may be at most %llu seconds after not_before "
		    "(and %llu more for clock differences)",
		    (unsigned long long)max, (unsigned long long)skew);
	return OK;
}

static enum err check_keypackage_signatures(const struct keypackage_check *c)
{
	const struct mls_keypackage *kp = c->kp;

	if (!mls_suite_verify(c->cx->mem, kp->suite, kp->signature_key, "LeafNodeTBS", kp->leaf_tbs,
		kp->leaf_signature))
		return REFUSE_KEYPACKAGE(c->cx,
		    "leaf_signature: the signature over LeafNodeTBS does not verify with "
		    "signature_key (RFC 9420 7.2)");
	if (!mls_suite_verify(
		c->cx->mem, kp->suite, kp->signature_key, "KeyPackageTBS", kp->tbs, kp->signature))
		return REFUSE_KEYPACKAGE(c->cx,
		    "kp_signature: the signature over KeyPackageTBS does not verify with "
		    "signature_key (RFC 9420 10)");
	return OK;
}

enum err mls_keypackage_check(
    struct cx *cx, const struct mls_keypackage *kp, const struct mls_policy *policy)
{
	static enum err (*const checks[])(const struct keypackage_check *) = {
		check_keypackage_size, check_allowed_suite, check_keypackage_key_lengths,
		check_leaf_credential, check_leaf_capabilities, check_all_extensions,
		check_keypackage_lifetime, check_keypackage_key_points, check_keypackage_signatures
	};
	const struct keypackage_check c = { cx, kp, policy };

	for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
		TRY(checks[i](&c));
	return OK;
}
