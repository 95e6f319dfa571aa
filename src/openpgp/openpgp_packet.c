#include "openpgp/openpgp_packet.h"
#include <openssl/evp.h>
#include <stdlib.h>

enum { POINT_PREFIX = 0x40, MPI_POINT = 1 + ED25519_KEY };
/* The OID 1.3.6.1.4.1.11591.15.1 with its length in front (RFC 9580 9.2). */
static const uint8_t ed25519_curve_oid[] = { 9, 0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f,
	0x01 };
static const char packet_truncated[] = "a packet is shorter than its length";

static const char *read_old_length(struct blob *in, unsigned kind, uint32_t *n)
{
	if (kind == 3)
		return "a packet has no definite length";
	return openpgp_packet_take_number(in, (size_t)1 << kind, n) ? NULL : packet_truncated;
}

static const char *read_new_length(struct blob *in, uint32_t *n)
{
	uint32_t second;

	if (!openpgp_packet_take_number(in, 1, n))
		return packet_truncated;
	if (*n < 192)
		return NULL;
	if (*n == 255)
		return openpgp_packet_take_number(in, 4, n) ? NULL : packet_truncated;
	if (*n >= 224)
		return "a packet has a partial length, which is only allowed for data";
	if (!openpgp_packet_take_number(in, 1, &second))
		return packet_truncated;
	*n = ((*n - 192) << 8) + second + 192;
	return NULL;
}

const char *openpgp_packet_next(struct blob *in, struct openpgp_packet *p)
{
	uint32_t head, n;
	const char *wrong;

	if (!openpgp_packet_take_number(in, 1, &head) || !(head & 0x80))
		return "a packet does not start with a tag";
	p->tag = head & 0x40 ? head & 0x3f : head >> 2 & 0x0f;
	wrong = head & 0x40 ? read_new_length(in, &n) : read_old_length(in, head & 3, &n);
	if (wrong)
		return wrong;
	if (p->tag == 0)
		return "a packet has the reserved tag 0";
	return openpgp_packet_take_octets(in, n, &p->body) ? NULL : packet_truncated;
}

void openpgp_packet_put_number(struct buf *b, size_t n, uint32_t v)
{
	while (n--) {
		uint8_t octet = (uint8_t)(v >> 8 * n);
		buf_put(b, &octet, 1);
	}
}

void openpgp_packet_put(struct buf *b, unsigned tag, struct blob body)
{
	openpgp_packet_put_number(b, 1, 0xc0 | tag);
	if (body.n < 192)
		openpgp_packet_put_number(b, 1, (uint32_t)body.n);
	else
		openpgp_packet_put_number(b, 2, (uint32_t)(body.n - 192 + (192 << 8)));
	buf_put(b, body.p, body.n);
}

bool openpgp_packet_take_mpi(struct blob *in, struct blob *octets)
{
	uint32_t bits;

	if (!openpgp_packet_take_number(in, 2, &bits) ||
	    !openpgp_packet_take_octets(in, (bits + 7) / 8, octets))
		return false;
	return bits == 0 || octets->p[0] >> (bits - 1) % 8 == 1;
}

static const char *read_legacy_point(struct blob in, const uint8_t **point)
{
	struct blob oid, mpi;

	if (!openpgp_packet_take_octets(&in, sizeof ed25519_curve_oid, &oid) ||
	    memcmp(oid.p, ed25519_curve_oid, sizeof ed25519_curve_oid) != 0)
		return "the key's curve is not Ed25519 (1.3.6.1.4.1.11591.15.1)";
	if (!openpgp_packet_take_mpi(&in, &mpi) || mpi.n != MPI_POINT || mpi.p[0] != POINT_PREFIX ||
	    in.n)
		return "the key's point is not the prefix 40 and 32 octets";
	*point = mpi.p + 1;
	return NULL;
}

#define OTHER_KEY(is) "the key is " is " but must be an Ed25519 key (algorithm 22 or 27)"
/* By the number of the algorithm (RFC 9580 9.1). */
static const char *const other_keys[] = {
	[1] = OTHER_KEY("an RSA key (algorithm 1)"),
	[16] = OTHER_KEY("an Elgamal key (algorithm 16)"),
	[17] = OTHER_KEY("a DSA key (algorithm 17)"),
	[18] = OTHER_KEY("an ECDH key (algorithm 18)"),
	[19] = OTHER_KEY("an ECDSA key (algorithm 19)"),
	[25] = OTHER_KEY("an X25519 key (algorithm 25)"),
	[26] = OTHER_KEY("an X448 key (algorithm 26)"),
	[28] = OTHER_KEY("an Ed448 key (algorithm 28)"),
};

static const char *describe_other_key(unsigned algorithm)
{
	bool known = algorithm < sizeof other_keys / sizeof other_keys[0];

	return known && other_keys[algorithm] ? other_keys[algorithm]
					      : OTHER_KEY("of an unknown algorithm");
}

static const char *read_openpgp_point(struct blob in, unsigned algorithm, const uint8_t **point)
{
	if (algorithm == OPENPGP_EDDSA)
		return read_legacy_point(in, point);
	if (algorithm != OPENPGP_ED25519)
		return describe_other_key(algorithm);
	*point = in.p;
	return in.n == ED25519_KEY ? NULL : "the key's point does not have 32 octets";
}

/* RFC 9580 5.5.4.2. The SHA-1 digest only names the key; security does not depend on it. */
static void compute_openpgp_fingerprint(struct openpgp_packet_key *k)
{
	const uint8_t head[] = { 0x99, (uint8_t)(k->body.n >> 8), (uint8_t)k->body.n };
	EVP_MD_CTX *m = EVP_MD_CTX_new();
	bool fine = m && EVP_DigestInit_ex(m, EVP_sha1(), NULL) &&
	    EVP_DigestUpdate(m, head, sizeof head) && EVP_DigestUpdate(m, k->body.p, k->body.n) &&
	    EVP_DigestFinal_ex(m, k->fingerprint, NULL);

	if (!fine) {
		fprintf(stderr, "motet: openpgp: OpenSSL cannot compute SHA-1\n");
		abort();
	}
	EVP_MD_CTX_free(m);
}

const char *openpgp_packet_read_key(struct blob body, struct openpgp_packet_key *k)
{
	uint32_t version, created, algorithm;
	struct blob in = body;
	const uint8_t *point;
	const char *wrong;

	if (!openpgp_packet_take_number(&in, 1, &version) || version != 4)
		return "the version of the key is not 4";
	if (!openpgp_packet_take_number(&in, 4, &created) ||
	    !openpgp_packet_take_number(&in, 1, &algorithm))
		return "the key packet is too short";
	if ((wrong = read_openpgp_point(in, algorithm, &point)) != NULL)
		return wrong;
	*k =
	    (struct openpgp_packet_key){ .body = body, .algorithm = algorithm, .created = created };
	memcpy(k->key, point, ED25519_KEY);
	if (!ed25519_key_ok(k->key))
		return "the key is of small order or not canonical";
	compute_openpgp_fingerprint(k);
	return NULL;
}

void openpgp_packet_put_key(struct buf *b, const uint8_t key[ED25519_KEY], int64_t created)
{
	openpgp_packet_put_number(b, 1, 4);
	openpgp_packet_put_number(b, 4, (uint32_t)created);
	openpgp_packet_put_number(b, 1, OPENPGP_EDDSA);
	buf_put(b, ed25519_curve_oid, sizeof ed25519_curve_oid);
	openpgp_packet_put_number(b, 2, 8 * ED25519_KEY + 7); /* bits; the prefix has 7 of them */
	openpgp_packet_put_number(b, 1, POINT_PREFIX);
	buf_put(b, key, ED25519_KEY);
}
