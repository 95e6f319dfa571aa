#ifndef MOTET_TESTS_X509_MAKE_H
#define MOTET_TESTS_X509_MAKE_H
/* Makes input for tests of certificates: requests from parts that a row may replace, signed with a
 * fixed key; and DER that is damaged on purpose. */
#include "x509/der.h"
#include "x509/derw.h"
#include "x509/idcert.h"
#include "x509/idcsr.h"
#include <openssl/pem.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define SUBJECT "S:client1|U:flori@polyphony.chat|D:chat|D:polyphony|C:flori"
/* As our own writer encodes it. */
#define PROFILE_SUBJECT "D:chat|D:polyphony|U:flori@polyphony.chat|C:flori|S/16:client1"
#define PP_ATTRS "300b0603551d0f310403020080300c0603551d1331053003010100"

static const uint8_t actor_seed[ED25519_SEED] = "an actor's key, only for testing";
static const uint8_t server_seed[ED25519_SEED] = "the server's key in these tests!";

static inline struct cx cx_new(void)
{
	return (struct cx){ .mem = arena_new(64 << 20) };
}

static inline void must(struct cx *cx, enum err e)
{
	if (e == OK)
		return;
	printf("Bail out! %s: %s%s\n", err_name(e), cx->why.say, cx->why.log);
	exit(1);
}

static inline void key_of(struct cx *cx, const uint8_t *seed, uint8_t *key)
{
	must(cx, ed25519_public(cx, seed, key));
}

static inline struct blob unhex(struct arena *mem, const char *hex)
{
	size_t n = strlen(hex) / 2;
	uint8_t *p = arena_alloc(mem, n + 1);
	unsigned v;

	for (size_t i = 0; i < n && sscanf(hex + 2 * i, "%2x", &v) == 1; i++)
		p[i] = (uint8_t)v;
	return (struct blob){ p, n };
}

/* The DER in tests/vectors/<name>.pem, read by OpenSSL's PEM reader, not by ours. */
static inline struct blob vector(struct arena *mem, const char *name)
{
	const char *dir = getenv("srcdir");
	FILE *f = fopen(arena_printf(mem, "%s/tests/vectors/%s.pem", dir ? dir : ".", name), "r");
	char *label, *header;
	unsigned char *der;
	long n;

	if (f == NULL || PEM_read(f, &label, &header, &der, &n) != 1) {
		printf("Bail out! no vector %s; is srcdir set?\n", name);
		exit(1);
	}
	fclose(f);
	struct blob out = { (uint8_t *)arena_dup(mem, der, (size_t)n), (size_t)n };
	OPENSSL_free(label);
	OPENSSL_free(header);
	OPENSSL_free(der);
	return out;
}

/* "U/13:text": the attribute's letter, its string type in hex when it is not the usual one, and its
 * text with %00 for odd octets. */
static inline struct blob ava(struct arena *mem, const char *s, size_t n)
{
	const char *oid = s[0] == 'C' ? "0603550403"
	    : s[0] == 'O'	      ? "060355040b"
	    : s[0] == 'S'	      ? "060a0992268993f22c64012c"
	    : s[0] == 'U'	      ? "060a0992268993f22c640101"
				      : "060a0992268993f22c640119";
	const char *text = memchr(s, ':', n), *end = s + n;
	unsigned tag = s[0] == 'D' ? DER_IA5 : DER_UTF8, odd;
	uint8_t *p = arena_alloc(mem, n);
	size_t len = 0;

	if (s[1] == '/')
		sscanf(s + 2, "%2x", &tag);
	for (text++; text < end; text++) {
		bool escaped = *text == '%' && sscanf(text + 1, "%2x", &odd) == 1;
		p[len++] = escaped ? (uint8_t)odd : (uint8_t)*text;
		text += escaped ? 2 : 0;
	}
	return derw(
	    mem, DER_SEQUENCE, unhex(mem, oid), derw(mem, (uint8_t)tag, (struct blob){ p, len }));
}

/* RDNs with | between them, attributes of one RDN with &. */
static inline struct blob name_of(struct arena *mem, const char *spec)
{
	struct buf rdns = { .mem = mem }, rdn = { .mem = mem };

	while (*spec) {
		size_t n = strcspn(spec, "|&");
		struct blob a = ava(mem, spec, n);
		buf_put(&rdn, a.p, a.n);
		if (spec[n] != '&') {
			struct blob set = derw(mem, DER_SET, str_blob(buf_done(&rdn)));
			buf_put(&rdns, set.p, set.n);
			rdn = (struct buf){ .mem = mem };
		}
		spec += n + (spec[n] != '\0');
	}
	return derw(mem, DER_SEQUENCE, str_blob(buf_done(&rdns)));
}

static inline struct blob algorithm_of(struct arena *mem)
{
	return unhex(mem, "300506032b6570");
}

static inline struct blob signed_with(struct cx *cx, const uint8_t *seed, struct blob part)
{
	uint8_t *sig = arena_alloc(cx->mem, 1 + ED25519_SIG);

	must(cx, ed25519_sign(cx, seed, part, sig + 1));
	struct blob bits = derw(cx->mem, DER_BIT_STRING, (struct blob){ sig, 1 + ED25519_SIG });
	return derw(cx->mem, DER_SEQUENCE, part, algorithm_of(cx->mem), bits);
}

/* Attributes in hex; after an X: extensions in hex, to be put into an extensionRequest. */
static inline struct blob attrs_of(struct arena *mem, const char *hex)
{
	if (hex[0] != 'X')
		return unhex(mem, hex);
	return derw(mem, DER_SEQUENCE, unhex(mem, "06092a864886f70d01090e"),
	    derw(mem, DER_SET, derw(mem, DER_SEQUENCE, unhex(mem, hex + 1))));
}

static inline struct blob info_of(struct cx *cx, const char *subject, const char *attrs)
{
	uint8_t key[ED25519_KEY];

	key_of(cx, actor_seed, key);
	return derw(cx->mem, DER_SEQUENCE, derw_integer(cx->mem, 0), name_of(cx->mem, subject),
	    ed25519_spki(cx->mem, key), derw(cx->mem, DER_CONTEXT_OF, attrs_of(cx->mem, attrs)));
}

static inline struct blob csr_of(struct cx *cx, const char *subject, const char *attrs)
{
	return signed_with(cx, actor_seed, info_of(cx, subject, attrs));
}

/*
 * A certificate in pieces, of which a row replaces some. Names are written as above; other pieces
 * are the hex of their contents, or of all of the piece where the comment says so. An empty text
 * leaves the piece out.
 */
struct pieces {
	const char *version, *serial; /* version: all of it */
	const char *algorithm;	      /* all of it, inside; and outside: */
	const char *outer;
	const char *issuer, *validity, *subject;
	const char *spki;	/* all of it */
	const char *unique;	/* all of it */
	const char *extensions; /* of the SEQUENCE OF */
	const char *more;	/* after the extensions */
	const char *signature;	/* of the BIT STRING */
};
#define EXT_BASIC(v) "300f0603551d130101ff0405" v
#define EXT_USAGE(v) "300e0603551d0f0101ff0404" v
#define EXT_EMPTY_BASIC "300c0603551d130101ff04023000"
#define EXT_SERVER_BASIC "30120603551d130101ff040830060101ff020100"
#define ACTOR_EXTS EXT_EMPTY_BASIC EXT_USAGE("03020780")
#define SERVER_EXTS EXT_SERVER_BASIC EXT_USAGE("03020146")
#define ACTOR_KEY \
	"c41767f92583221e20cfc454bddd35dba2441913804748a870ef61a0bd318d8c" /* of the vectors, as \
									      the next */
#define SERVER_KEY "6e36c001a5c7147df1f954745d6d96c99748698ddaf610918b5cac39860a996e"
#define SPKI(key) "302a300506032b6570032100" key
#define FROM "170d3233313131343232313332305a" /* 1700000000 */

#define PIECE(p, dflt) unhex(mem, (p) ? (p) : (dflt))
static inline struct blob tbs_of_pieces(struct arena *mem, const struct pieces *p, bool server)
{
	struct blob exts = PIECE(p->extensions, server ? SERVER_EXTS : ACTOR_EXTS);

	if (p->extensions == NULL || *p->extensions)
		exts = derw(mem, DER_CONTEXT_OF + 3, derw(mem, DER_SEQUENCE, exts));
	return derw(mem, DER_SEQUENCE, PIECE(p->version, "a003020102"),
	    derw(mem, DER_INTEGER, PIECE(p->serial, "038d7ea4c68000")),
	    PIECE(p->algorithm, "300506032b6570"),
	    name_of(mem, p->issuer ? p->issuer : "D:chat|D:polyphony"),
	    derw(mem, DER_SEQUENCE, PIECE(p->validity, FROM "170d3234303130313030303030305a")),
	    name_of(mem,
		p->subject   ? p->subject
		    : server ? "D:chat|D:polyphony"
			     : PROFILE_SUBJECT),
	    PIECE(p->spki, server ? SPKI(SERVER_KEY) : SPKI(ACTOR_KEY)), PIECE(p->unique, ""), exts,
	    PIECE(p->more, ""));
}

static inline struct blob cert_of_pieces(struct arena *mem, const struct pieces *p, bool server)
{
	const uint8_t none[1 + ED25519_SIG] = { 0 };
	struct blob sig =
	    p->signature ? unhex(mem, p->signature) : (struct blob){ none, sizeof none };

	return derw(mem, DER_SEQUENCE, tbs_of_pieces(mem, p, server),
	    PIECE(p->outer, "300506032b6570"), derw(mem, DER_BIT_STRING, sig));
}

/* Replace the first `from` with `to`, which has the same length. */
static inline struct blob patched(
    struct arena *mem, struct blob in, const char *from, const char *to)
{
	struct blob a = unhex(mem, from), b = unhex(mem, to);
	uint8_t *p = (uint8_t *)arena_dup(mem, in.p, in.n), *at = memmem(p, in.n, a.p, a.n);

	if (at == NULL || a.n != b.n) {
		printf("Bail out! nothing to patch: %s\n", from);
		exit(1);
	}
	memcpy(at, b.p, b.n);
	return (struct blob){ p, in.n };
}

/* Ways to damage one element of a tree: BER that is not DER, and changes of its form. */
enum liberty { LONG_LENGTH, INDEFINITE, TAIL, PAD, HIGH_TAG, FLIPPED, EMPTY, LIBERTIES };
static const char *const liberty_names[] = { "non-minimal length", "indefinite length",
	"element appended", "octet appended", "long tag", "constructed bit flipped", "emptied" };

static inline struct blob bent_element(
    struct arena *mem, uint8_t tag, struct blob body, enum liberty how, bool *did)
{
	const bool group = tag & 0x20;
	const uint8_t len[] = { tag, 0x83, 0, (uint8_t)(body.n >> 8), (uint8_t)body.n };
	const uint8_t high[] = { tag | 0x1f, tag & 0x1f, 0x82, (uint8_t)(body.n >> 8),
		(uint8_t)body.n };
	const uint8_t open[] = { tag, 0x80 };
	struct buf b = { .mem = mem };

	*did = how == INDEFINITE || how == TAIL ? group
	    : how == PAD || how == EMPTY	? !group
						: true;
	if (!*did)
		return derw(mem, tag, body);
	if (how == TAIL)
		return derw(mem, tag, body, unhex(mem, "0500"));
	if (how == PAD)
		return derw(mem, tag, body, unhex(mem, "00"));
	if (how == EMPTY)
		return derw_of(mem, tag, NULL, 0);
	if (how == FLIPPED)
		return derw(mem, tag ^ 0x20, body);
	if (how == INDEFINITE)
		buf_put(&b, open, sizeof open);
	else
		buf_put(&b, how == LONG_LENGTH ? len : high, 5);
	buf_put(&b, body.p, body.n);
	if (how == INDEFINITE)
		buf_put(&b, "\0", 2);
	return str_blob(buf_done(&b));
}

/* Damage the k-th element (depth first) of some DER. *did: there is such an element, and it can be
 * damaged in this way. */
static inline struct blob bend(
    struct arena *mem, struct blob in, int *k, enum liberty how, bool *did)
{
	struct buf out = { .mem = mem };
	struct der d;

	while (der_next(&in, &d)) {
		bool here = (*k)-- == 0;
		struct blob body = d.tag & 0x20 ? bend(mem, d.body, k, how, did) : d.body;
		struct blob e =
		    here ? bent_element(mem, d.tag, body, how, did) : derw(mem, d.tag, body);
		buf_put(&out, e.p, e.n);
	}
	return str_blob(buf_done(&out));
}
#endif
