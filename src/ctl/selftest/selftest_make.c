#include "base/clock.h"
#include "base/conf.h"
#include "x509/derw.h"
#include "x509/idname.h"
#include "mls/mls_keypackage.h"
#include "mls/mls_tls.h"
#include "text/encoding.h"
#include "ctl/selftest/selftest.h"
#include <sys/random.h>

enum { KEM_KEY_SIZE = 32, CIPHERTEXT_SIZE = 64, LIFETIME_PAST_S = 3600, LIFETIME_S = 86400 };
#define BLOB_OF(lit) ((struct blob){ (const uint8_t *)"" lit, sizeof(lit) - 1 })
#define ED25519_OID_DER "\x06\x03\x2b\x65\x70"

static enum err make_random_octets(struct cx *cx, size_t n, struct blob *out)
{
	uint8_t *p = arena_alloc(cx->mem, n);

	*out = (struct blob){ p, n };
	return getrandom(p, n, 0) == (ssize_t)n ? OK : fail(cx, ERR_INTERNAL, "getrandom() failed");
}

/* Make a CertificationRequest (RFC 2986 4). */
enum err selftest_make_csr(struct cx *cx, const uint8_t seed[ED25519_SEED], struct str local,
    struct str session, struct str *pem)
{
	struct blob name = idname_write(cx->mem, local, str_of(cx->conf->domain), session);
	uint8_t key[ED25519_KEY], sig[ED25519_SIG];

	TRY(ed25519_public(cx, seed, key));
	struct blob info = derw(cx->mem, DER_SEQUENCE, derw_integer(cx->mem, 0), name,
	    ed25519_spki(cx->mem, key), derw_of(cx->mem, DER_CONTEXT_OF, NULL, 0));
	TRY(ed25519_sign(cx, seed, info, sig));
	struct blob bits =
	    derw(cx->mem, DER_BIT_STRING, BLOB_OF("\0"), (struct blob){ sig, sizeof sig });
	*pem = pem_encode(cx->mem, "CERTIFICATE REQUEST",
	    derw(cx->mem, DER_SEQUENCE, info, derw(cx->mem, DER_SEQUENCE, BLOB_OF(ED25519_OID_DER)),
		bits));
	return OK;
}

/* Append SignWithLabel (RFC 9420 5.1.2) of the content of *b to *b. */
static enum err append_mls_signature(
    struct cx *cx, const uint8_t *seed, const char *label, struct buf *b)
{
	struct buf content = { .mem = cx->mem };
	uint8_t sig[ED25519_SIG];

	mls_tls_put_vector(&content, str_blob(str_of(label)));
	mls_tls_put_vector(&content, (struct blob){ (const uint8_t *)b->s, b->n });
	TRY(ed25519_sign(cx, seed, str_blob(buf_done(&content)), sig));
	mls_tls_put_vector(b, (struct blob){ sig, sizeof sig });
	return OK;
}

static void put_mls_u64(struct buf *b, int64_t v)
{
	for (int shift = 48; shift >= 0; shift -= 16)
		mls_tls_put_u16(b, (uint16_t)(v >> shift));
}

/* Append a LeafNode (RFC 9420 7.2) with leaf_node_source key_package. */
static enum err put_leaf_node(struct cx *cx, const uint8_t *seed, struct str fid, struct buf *b)
{
	static const char capabilities[] =
	    "\x02\0\1"
	    "\x02\0\1"
	    "\0"
	    "\0"
	    "\x02\0\1"; /* versions, suites, extensions, proposals, credentials */
	uint8_t key[ED25519_KEY];
	struct blob encryption;

	TRY(ed25519_public(cx, seed, key));
	TRY(make_random_octets(cx, KEM_KEY_SIZE, &encryption));
	mls_tls_put_vector(b, encryption);
	mls_tls_put_vector(b, (struct blob){ key, sizeof key });
	mls_tls_put_u16(b, MLS_BASIC);
	mls_tls_put_vector(b, str_blob(fid));
	buf_put(b, capabilities, sizeof capabilities - 1);
	buf_put(b, "\1", 1);
	put_mls_u64(b, clock_now() - LIFETIME_PAST_S);
	put_mls_u64(b, clock_now() + LIFETIME_S);
	mls_tls_put_vector(b, BLOB_OF(""));
	return append_mls_signature(cx, seed, "MLS 1.0 LeafNodeTBS", b);
}

enum err selftest_make_keypackage(
    struct cx *cx, const uint8_t seed[ED25519_SEED], struct str fid, struct str *base64)
{
	struct buf b = { .mem = cx->mem }, node = { .mem = cx->mem };
	struct blob init;

	TRY(make_random_octets(cx, KEM_KEY_SIZE, &init));
	TRY(put_leaf_node(cx, seed, fid, &node));
	mls_tls_put_u16(&b, 1); /* version, then cipher suite */
	mls_tls_put_u16(&b, 1);
	mls_tls_put_vector(&b, init);
	buf_put(&b, node.s, node.n);
	mls_tls_put_vector(&b, BLOB_OF(""));
	TRY(append_mls_signature(cx, seed, "MLS 1.0 KeyPackageTBS", &b));
	*base64 = base64_encode(cx->mem, str_blob(buf_done(&b)));
	return OK;
}

enum err selftest_make_key_material(struct cx *cx, struct str *base64)
{
	struct blob text, spki,
	    aes256_cbc = BLOB_OF("\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2a");

	TRY(make_random_octets(cx, CIPHERTEXT_SIZE, &text));
	spki = derw(cx->mem, DER_SEQUENCE, derw(cx->mem, DER_SEQUENCE, aes256_cbc),
	    derw(cx->mem, DER_BIT_STRING, BLOB_OF("\0"), text));
	*base64 = base64_encode(cx->mem, str_blob(pem_encode(cx->mem, "PUBLIC KEY", spki)));
	return OK;
}
