#include "mls/mls_keypackage.h"
#include "mls/mls_tls.h"

#define REFUSE_OCTETS(cx, ...) refuse((cx), ERR_BAD_REQUEST, MLS_FIELD, __VA_ARGS__)

enum { WIRE_KEY_PACKAGE = 5, SOURCE_KEY_PACKAGE = 1, COMPONENT_LAST_RESORT = 4 };

/* --- Reading --- */

/* The state of reading: `whole` is the input, for offsets in messages; `in` is what is left. */
struct keypackage_reader {
	struct cx *cx;
	struct blob whole;
	struct mls_in in;
};

/* If a reader has a fault, refuse the input; the message names the fault and the part that was
 * being read. A reader of an inner vector points into `whole`, too, so offsets can be told. */
static enum err refuse_reader_fault(
    const struct keypackage_reader *r, const struct mls_in *in, const char *part)
{
	static const char *const texts[] = {
		[MLS_TRUNCATED] = "truncated: the input ends in",
		[MLS_VECTOR_MISALIGNED] =
		    "vector_misaligned: the length of a vector does not match its elements, in",
		[MLS_VARINT_PREFIX] =
		    "varint_prefix: a length starts with the bits 11 (RFC 9420 2.1.2), in",
		[MLS_VARINT_NONMINIMAL] =
		    "varint_nonminimal: a length is not in its shortest form (RFC 9420 2.1.2), in",
	};

	if (in->bad == MLS_FINE)
		return OK;
	return REFUSE_OCTETS(r->cx, "%s %s, at octet %zu", texts[in->bad], part,
	    in->rest.p ? (size_t)(in->rest.p - r->whole.p) : 0);
}

/* Return the octets between `from` and the reader's position. */
static struct blob slice_since(const uint8_t *from, const struct mls_in *in)
{
	return (struct blob){ from, (size_t)(in->rest.p - from) };
}

static enum err read_mls_version(struct keypackage_reader *r, const char *of)
{
	uint16_t v = mls_tls_u16(&r->in);

	TRY(refuse_reader_fault(r, &r->in, "the version"));
	return v == MLS_VERSION_10
	    ? OK
	    : REFUSE_OCTETS(r->cx, "version: %s must be 1 (mls10), not %u", of, v);
}

static enum err read_message_frame(struct keypackage_reader *r, struct mls_keypackage *kp)
{
	const uint8_t *p = r->whole.p;

	kp->framed = r->whole.n > 4 && p[2] == 0 && p[3] == WIRE_KEY_PACKAGE && p[4] == 0;
	if (!kp->framed)
		return OK;
	TRY(read_mls_version(r, "the version of the MLSMessage"));
	mls_tls_u16(&r->in);
	return OK;
}

static enum err read_keypackage_head(struct keypackage_reader *r, struct mls_keypackage *kp)
{
	uint16_t suite;

	TRY(read_mls_version(r, "the version"));
	suite = mls_tls_u16(&r->in);
	kp->init_key = mls_tls_vector(&r->in);
	TRY(refuse_reader_fault(r, &r->in, "the cipher suite and the init_key"));
	kp->suite = mls_suite_find(suite);
	return kp->suite
	    ? OK
	    : REFUSE_OCTETS(r->cx,
		  "cipher_suite: 0x%04x is not a registered suite, 1 to 7 (RFC 9420 17.1)", suite);
}

static enum err read_leaf_certificates(struct keypackage_reader *r, struct mls_keypackage *kp)
{
	kp->certificates = mls_tls_vector(&r->in);
	TRY(refuse_reader_fault(r, &r->in, "the certificates"));
	if (kp->certificates.n == 0)
		return REFUSE_OCTETS(r->cx, "x509_empty: the X.509 credential has no certificate");
	struct mls_in in = mls_tls_within(kp->certificates);
	while (mls_tls_more(&in))
		mls_tls_vector(&in);
	return refuse_reader_fault(r, &in, "the certificates");
}

static enum err read_leaf_credential(struct keypackage_reader *r, struct mls_keypackage *kp)
{
	kp->credential = mls_tls_u16(&r->in);
	TRY(refuse_reader_fault(r, &r->in, "the type of the credential"));
	if (kp->credential == MLS_X509)
		return read_leaf_certificates(r, kp);
	if (kp->credential != MLS_BASIC)
		return REFUSE_OCTETS(r->cx,
		    "credential_type: the type must be 1 (basic) or 2 (x509), not %u",
		    kp->credential);
	kp->identity = mls_tls_vector(&r->in);
	return refuse_reader_fault(r, &r->in, "the identity");
}

static enum err read_leaf_capabilities(struct keypackage_reader *r, struct mls_keypackage *kp)
{
	kp->versions = mls_tls_vector_u16(&r->in);
	kp->suites = mls_tls_vector_u16(&r->in);
	kp->cap_extensions = mls_tls_vector_u16(&r->in);
	kp->proposals = mls_tls_vector_u16(&r->in);
	kp->credentials = mls_tls_vector_u16(&r->in);
	return refuse_reader_fault(r, &r->in, "the capabilities");
}

static enum err read_leaf_lifetime(struct keypackage_reader *r, struct mls_keypackage *kp)
{
	uint64_t source = mls_tls_uint(&r->in, 1);

	TRY(refuse_reader_fault(r, &r->in, "the source of the leaf node"));
	if (source != SOURCE_KEY_PACKAGE)
		return REFUSE_OCTETS(r->cx,
		    "leaf_source: leaf_node_source must be 1 (key_package), not %u",
		    (unsigned)source);
	kp->not_before = mls_tls_uint(&r->in, 8);
	kp->not_after = mls_tls_uint(&r->in, 8);
	return refuse_reader_fault(r, &r->in, "the lifetime");
}

static enum err read_extension_list(struct keypackage_reader *r, const char *part, struct blob *out)
{
	*out = mls_tls_vector(&r->in);
	TRY(refuse_reader_fault(r, &r->in, part));
	struct mls_in in = mls_tls_within(*out);
	while (mls_tls_more(&in)) {
		mls_tls_u16(&in);
		mls_tls_vector(&in);
	}
	return refuse_reader_fault(r, &in, part);
}

static enum err read_leaf_node(struct keypackage_reader *r, struct mls_keypackage *kp)
{
	const uint8_t *from = r->in.rest.p;

	kp->encryption_key = mls_tls_vector(&r->in);
	kp->signature_key = mls_tls_vector(&r->in);
	TRY(refuse_reader_fault(r, &r->in, "the keys of the leaf node"));
	TRY(read_leaf_credential(r, kp));
	TRY(read_leaf_capabilities(r, kp));
	TRY(read_leaf_lifetime(r, kp));
	TRY(read_extension_list(r, "the extensions of the leaf node", &kp->leaf_extensions));
	kp->leaf_tbs = slice_since(from, &r->in);
	kp->leaf_signature = mls_tls_vector(&r->in);
	return refuse_reader_fault(r, &r->in, "the signature of the leaf node");
}

static enum err read_keypackage_body(struct keypackage_reader *r, struct mls_keypackage *kp)
{
	const uint8_t *from = r->in.rest.p;

	TRY(read_keypackage_head(r, kp));
	TRY(read_leaf_node(r, kp));
	TRY(read_extension_list(r, "the extensions of the KeyPackage", &kp->extensions));
	kp->tbs = slice_since(from, &r->in);
	kp->signature = mls_tls_vector(&r->in);
	TRY(refuse_reader_fault(r, &r->in, "the signature"));
	kp->bare = slice_since(from, &r->in);
	return r->in.rest.n == 0
	    ? OK
	    : REFUSE_OCTETS(r->cx, "trailing: %zu octets follow the KeyPackage", r->in.rest.n);
}

enum err mls_keypackage_read(struct cx *cx, struct blob in, struct mls_keypackage *kp)
{
	struct keypackage_reader r = { cx, in, mls_tls_open(in) };

	*kp = (struct mls_keypackage){ .framed = false };
	if (in.n > MLS_KEYPACKAGE_MAX)
		return REFUSE_OCTETS(cx,
		    "size: a KeyPackage may have at most %d octets; this has %zu",
		    MLS_KEYPACKAGE_MAX, in.n);
	TRY(read_message_frame(&r, kp));
	return read_keypackage_body(&r, kp);
}

/* --- Looking into one --- */

bool mls_keypackage_next_extension(struct blob *list, uint16_t *type, struct blob *data)
{
	struct mls_in in = mls_tls_within(*list);

	if (!mls_tls_more(&in))
		return false;
	*type = mls_tls_u16(&in);
	*data = mls_tls_vector(&in);
	*list = in.rest;
	return in.bad == MLS_FINE;
}

enum err mls_keypackage_ref(struct cx *cx, const struct mls_keypackage *kp, struct blob *ref)
{
	uint8_t *p = arena_alloc(cx->mem, MLS_HASH_MAX);

	*ref = (struct blob){ p, kp->suite->hash };
	return mls_suite_ref_hash(cx, kp->suite, "MLS 1.0 KeyPackage Reference", kp->bare, p);
}

int64_t mls_keypackage_expiry(const struct mls_keypackage *kp)
{
	return kp->not_after < INT64_MAX ? (int64_t)kp->not_after : INT64_MAX;
}

/* Does this app_data_dictionary have the empty component of a last resort? It counts only if the
 * dictionary is well-formed: components in order, each once. */
static bool has_last_resort_component(struct blob data)
{
	struct mls_in whole = mls_tls_within(data);
	struct blob list = mls_tls_vector(&whole), value;
	bool found = false;
	int last = -1;
	uint16_t id;

	if (whole.bad != MLS_FINE || whole.rest.n)
		return false;
	while (list.n) {
		if (!mls_keypackage_next_extension(&list, &id, &value) ||
		    id <= last) /* components are encoded as extensions are */
			return false;
		found |= id == COMPONENT_LAST_RESORT && value.n == 0;
		last = id;
	}
	return found;
}

enum mls_mark mls_keypackage_mark(const struct mls_keypackage *kp)
{
	struct blob list = kp->extensions, data;
	unsigned mark = MLS_UNMARKED;
	uint16_t type;

	while (mls_keypackage_next_extension(&list, &type, &data)) {
		if (type == MLS_EXT_LAST_RESORT && data.n == 0)
			mark |= MLS_MARK_EXTENSION;
		if (type == MLS_EXT_APP_DATA_DICTIONARY && has_last_resort_component(data))
			mark |= MLS_MARK_COMPONENT;
	}
	return (enum mls_mark)mark;
}
