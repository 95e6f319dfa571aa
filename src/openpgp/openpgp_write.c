#include "openpgp/openpgp.h"
#include "openpgp/openpgp_armour.h"
#include "openpgp/openpgp_sig.h"
#include "text/utf8.h"

enum { CERTIFY_AND_SIGN = 0x03 };

static enum err check_openpgp_spec(struct cx *cx, const struct openpgp_spec *spec)
{
	if (spec->created < 1 || spec->created > UINT32_MAX)
		return fail(
		    cx, ERR_INTERNAL, "openpgp: the creation time does not fit into 32 bits");
	if (spec->user_id.n < 1 || spec->user_id.n > OPENPGP_USER_ID_MAX || !utf8_ok(spec->user_id))
		return fail(
		    cx, ERR_INTERNAL, "openpgp: the user ID is empty, too long or not UTF-8");
	return ed25519_key_ok(spec->key)
	    ? OK
	    : fail(cx, ERR_INTERNAL, "openpgp: the key is of small order or not canonical");
}

struct openpgp_parts {
	struct openpgp_packet_key key;
	struct blob signed_part; /* the signed part of the certification */
};

static void put_subpacket_header(struct buf *b, unsigned type, size_t n)
{
	openpgp_packet_put_number(b, 1, (uint32_t)n + 1);
	openpgp_packet_put_number(b, 1, type);
}

static struct blob build_signed_part(
    struct arena *mem, const struct openpgp_spec *spec, const struct openpgp_packet_key *key)
{
	struct buf hashed = { .mem = mem }, b = { .mem = mem };

	put_subpacket_header(&hashed, OPENPGP_SUB_ISSUER_FINGERPRINT, 1 + OPENPGP_FINGERPRINT);
	openpgp_packet_put_number(&hashed, 1, 4);
	buf_put(&hashed, key->fingerprint, OPENPGP_FINGERPRINT);
	put_subpacket_header(&hashed, OPENPGP_SUB_CREATED, 4);
	openpgp_packet_put_number(&hashed, 4, (uint32_t)spec->created);
	put_subpacket_header(&hashed, OPENPGP_SUB_KEY_FLAGS, 1);
	openpgp_packet_put_number(&hashed, 1, CERTIFY_AND_SIGN);
	openpgp_packet_put_number(&b, 1, 4);
	openpgp_packet_put_number(&b, 1, OPENPGP_SIG_POSITIVE);
	openpgp_packet_put_number(&b, 1, OPENPGP_EDDSA);
	openpgp_packet_put_number(&b, 1, OPENPGP_SIG_SHA512);
	openpgp_packet_put_number(&b, 2, (uint32_t)hashed.n);
	buf_put(&b, hashed.s, hashed.n);
	return str_blob(buf_done(&b));
}

static enum err compose_openpgp_parts(
    struct cx *cx, const struct openpgp_spec *spec, struct openpgp_parts *p)
{
	struct buf body = { .mem = cx->mem };
	const char *wrong;

	TRY(check_openpgp_spec(cx, spec));
	openpgp_packet_put_key(&body, spec->key, spec->created);
	if ((wrong = openpgp_packet_read_key(str_blob(buf_done(&body)), &p->key)) != NULL)
		return fail(cx, ERR_INTERNAL, "openpgp: our own key cannot be read: %s", wrong);
	p->signed_part = build_signed_part(cx->mem, spec, &p->key);
	return OK;
}

static enum err digest_certification(struct cx *cx, const struct openpgp_spec *spec,
    const struct openpgp_parts *p, uint8_t hash[OPENPGP_HASH])
{
	size_t n =
	    openpgp_sig_hash(OPENPGP_SIG_SHA512, p->key.body, spec->user_id, p->signed_part, hash);

	return n == OPENPGP_HASH ? OK
				 : fail(cx, ERR_INTERNAL, "openpgp: the digest has %zu octets", n);
}

enum err openpgp_tbs_hash(
    struct cx *cx, const struct openpgp_spec *spec, uint8_t hash[OPENPGP_HASH])
{
	struct openpgp_parts p;

	TRY(compose_openpgp_parts(cx, spec, &p));
	return digest_certification(cx, spec, &p, hash);
}

/* Write a number without leading zeros, with its exact count of bits in front (RFC 9580 3.2). */
static void put_mpi(struct buf *b, const uint8_t *p, size_t n)
{
	uint32_t bits;

	for (; n && *p == 0; p++)
		n--;
	bits = (uint32_t)n * 8;
	for (uint8_t top = n ? *p : 0x80; !(top & 0x80); top = (uint8_t)(top << 1))
		bits--;
	openpgp_packet_put_number(b, 2, bits);
	buf_put(b, p, n);
}

static struct blob build_signature_body(struct arena *mem, const struct openpgp_parts *p,
    const uint8_t hash[OPENPGP_HASH], const uint8_t sig[ED25519_SIG])
{
	struct buf b = { .mem = mem };

	buf_put(&b, p->signed_part.p, p->signed_part.n);
	openpgp_packet_put_number(&b, 2, 2 + OPENPGP_KEY_ID);
	put_subpacket_header(&b, OPENPGP_SUB_ISSUER_KEY_ID, OPENPGP_KEY_ID);
	buf_put(&b, p->key.fingerprint + OPENPGP_FINGERPRINT - OPENPGP_KEY_ID, OPENPGP_KEY_ID);
	buf_put(&b, hash, 2);
	put_mpi(&b, sig, ED25519_SIG / 2);
	put_mpi(&b, sig + ED25519_SIG / 2, ED25519_SIG / 2);
	return str_blob(buf_done(&b));
}

enum err openpgp_write(struct cx *cx, const struct openpgp_spec *spec,
    const uint8_t sig[ED25519_SIG], struct str *block)
{
	struct buf b = { .mem = cx->mem };
	uint8_t hash[OPENPGP_HASH];
	struct openpgp_parts p;

	TRY(compose_openpgp_parts(cx, spec, &p));
	TRY(digest_certification(cx, spec, &p, hash));
	if (!ed25519_verify(spec->key, (struct blob){ hash, sizeof hash }, sig))
		return fail(cx, ERR_INTERNAL,
		    "openpgp: the signature does not verify for this key and user ID");
	openpgp_packet_put(&b, OPENPGP_PUBLIC_KEY, p.key.body);
	openpgp_packet_put(&b, OPENPGP_USER_ID, str_blob(spec->user_id));
	openpgp_packet_put(&b, OPENPGP_SIGNATURE, build_signature_body(cx->mem, &p, hash, sig));
	*block = openpgp_armour_encode(cx->mem, str_blob(buf_done(&b)));
	return OK;
}
