#ifndef MOTET_TESTS_MLS_MAKE_H
#define MOTET_TESTS_MLS_MAKE_H
/* Makes KeyPackages from parts that a row may replace, signed with the actor's key of x509_make.h;
 * and reads the vectors of the MLS working group. */
#include "json/json.h"
#include "mls/mls_json.h"
#include "mls/mls_keypackage.h"
#include "mls/mls_tls.h"
#include "text/encoding.h"
#include "x509_make.h"

#define FID "flori@polyphony.chat"
enum { NOW = 1700000000 };
/* X25519 public keys: almost any 32 octets are one. */
static const uint8_t init_key[] = "where others begin to write to us",
		     leaf_key[] = "and where the tree encrypts to us.";

/*
 * Octets in hex. NULL: the default. An empty text: empty contents. "whole": the hex is all of the
 * part, including the length in front.
 */
struct parts {
	const char *head; /* whole: version and suite */
	const char *init, *enc, *key;
	const char *credential; /* whole */
	const char *caps;	/* whole: five vectors */
	const char *source;	/* whole: source and lifetime */
	const char *leaf_exts, *exts;
	const char *leaf_sig, *sig; /* NULL: made with the labels below */
	const uint8_t *seed;
	const char *leaf_label, *label; /* labels of SignContent, as text */
	const char *after;		/* octets after the KeyPackage */
	bool framed;
};
#define HEAD "00010001"
#define CAPS \
	"020001" \
	"0e0001000200030004000500060007" \
	"00" \
	"00" \
	"0400010002"
#define SOURCE \
	"01" \
	"000000006553f100" \
	"00000000655528c0" /* from NOW, for 79 808 seconds */

static inline void put_hex(struct buf *b, const char *hex, const char *usual)
{
	struct blob v = unhex(b->mem, hex ? hex : usual);

	buf_put(b, v.p, v.n);
}

static inline void put_part(struct buf *b, const char *hex, struct blob usual)
{
	mls_tls_put_vector(b, hex ? unhex(b->mem, hex) : usual);
}

static inline struct blob signed_as(
    struct cx *cx, const uint8_t *seed, const char *label, struct blob content)
{
	struct buf b = { .mem = cx->mem };
	uint8_t *sig = arena_alloc(cx->mem, ED25519_SIG);

	mls_tls_put_vector(&b, str_blob(str_of(label)));
	mls_tls_put_vector(&b, content);
	must(cx, ed25519_sign(cx, seed, str_blob(buf_done(&b)), sig));
	return (struct blob){ sig, ED25519_SIG };
}

static inline const char *basic_credential(struct arena *mem, struct blob identity)
{
	struct buf b = { .mem = mem };

	mls_tls_put_u16(&b, MLS_BASIC);
	mls_tls_put_vector(&b, identity);
	return hex_encode(mem, str_blob(buf_done(&b))).s;
}

static inline const char *x509_credential(struct arena *mem, const struct blob *certs, size_t n)
{
	struct buf b = { .mem = mem }, list = { .mem = mem };

	for (size_t i = 0; i < n; i++)
		mls_tls_put_vector(&list, certs[i]);
	mls_tls_put_u16(&b, MLS_X509);
	mls_tls_put_vector(&b, str_blob(buf_done(&list)));
	return hex_encode(mem, str_blob(buf_done(&b))).s;
}

static inline struct blob leaf_of(struct cx *cx, const struct parts *p, const uint8_t *seed)
{
	struct buf b = { .mem = cx->mem };
	uint8_t key[ED25519_KEY];

	key_of(cx, seed, key);
	put_part(&b, p->enc, ((struct blob){ leaf_key, 32 }));
	put_part(&b, p->key, (struct blob){ key, sizeof key });
	put_hex(&b, p->credential, basic_credential(cx->mem, str_blob(STR(FID))));
	put_hex(&b, p->caps, CAPS);
	put_hex(&b, p->source, SOURCE);
	put_part(&b, p->leaf_exts, (struct blob){ NULL, 0 });
	struct blob tbs = { (uint8_t *)arena_dup(cx->mem, b.s, b.n), b.n };
	put_part(&b, p->leaf_sig,
	    signed_as(cx, seed, p->leaf_label ? p->leaf_label : "MLS 1.0 LeafNodeTBS", tbs));
	return str_blob(buf_done(&b));
}

static inline struct blob keypackage_of(struct cx *cx, const struct parts *p)
{
	struct buf b = { .mem = cx->mem }, whole = { .mem = cx->mem };
	const uint8_t *seed = p->seed ? p->seed : actor_seed;

	put_hex(&b, p->head, HEAD);
	put_part(&b, p->init, ((struct blob){ init_key, 32 }));
	struct blob leaf = leaf_of(cx, p, seed);
	buf_put(&b, leaf.p, leaf.n);
	put_part(&b, p->exts, (struct blob){ NULL, 0 });
	struct blob tbs = { (uint8_t *)arena_dup(cx->mem, b.s, b.n), b.n };
	put_part(
	    &b, p->sig, signed_as(cx, seed, p->label ? p->label : "MLS 1.0 KeyPackageTBS", tbs));
	put_hex(&whole, p->framed ? "00010005" : "", "");
	buf_put(&whole, b.s, b.n);
	put_hex(&whole, p->after, "");
	return str_blob(buf_done(&whole));
}

/* A certificate by the server for the key of a seed, valid for a day from `from`. */
static inline struct blob cert_of(struct cx *cx, const uint8_t *seed, bool server, int64_t from)
{
	struct idcert_spec spec = { .serial = SERIAL_MIN,
		.domain = STR("polyphony.chat"),
		.not_before = from,
		.not_after = from + 86399 };
	uint8_t sig[ED25519_SIG];
	struct blob tbs;

	if (!server)
		spec.subject = name_of(cx->mem, PROFILE_SUBJECT);
	key_of(cx, seed, spec.key);
	must(cx, idcert_build_tbs(cx, &spec, &tbs));
	must(cx, ed25519_sign(cx, server_seed, tbs, sig));
	return idcert_assemble(cx->mem, tbs, sig);
}

/* The policy that a KeyPackage of this session is checked with. */
static inline struct mls_policy policy_of(struct cx *cx)
{
	uint8_t *key = arena_alloc(cx->mem, ED25519_KEY);

	key_of(cx, actor_seed, key);
	return (struct mls_policy){ .fid = STR(FID),
		.key = { key, ED25519_KEY },
		.id_cert = cert_of(cx, actor_seed, false, NOW),
		.server_cert = cert_of(cx, server_seed, true, NOW),
		.now = NOW,
		.skew = MLS_SKEW,
		.rules = MLS_RULES };
}

static inline enum err judge(struct cx *cx, struct blob in, const struct mls_policy *policy)
{
	struct mls_keypackage kp;

	TRY(mls_keypackage_read(cx, in, &kp));
	return mls_keypackage_check(cx, &kp, policy);
}

/* The rule that refused the KeyPackage: the text before the colon in the error. */
static inline const char *rule_of(struct cx *cx)
{
	struct str rule, rest;

	str_cut(str_of(cx->why.say), ':', &rule, &rest);
	return str_z(cx->mem, rule);
}

static inline FILE *mlswg(struct cx *cx, const char *name)
{
	const char *top = getenv("top_srcdir"), *dir = top ? top : getenv("srcdir");
	FILE *f =
	    fopen(arena_printf(cx->mem, "%s/tests/vectors/mlswg/%s", dir ? dir : ".", name), "r");

	if (f == NULL) {
		printf("Bail out! no vector %s; is srcdir set?\n", name);
		exit(1);
	}
	return f;
}
#endif
