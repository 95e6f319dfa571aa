#ifndef MOTET_OPENPGP_OPENPGP_PACKET_H
#define MOTET_OPENPGP_OPENPGP_PACKET_H
#include "crypto/ed25519.h"
/* Packets (RFC 9580 4.2, 4.3) and public keys (5.5.2). Readers return NULL, or a sentence without
 * capital and full stop that names the broken rule. Results point into the input. */
enum openpgp_tag {
	OPENPGP_SIGNATURE = 2,
	OPENPGP_SECRET_KEY = 5,
	OPENPGP_PUBLIC_KEY = 6,
	OPENPGP_SECRET_SUBKEY = 7,
	OPENPGP_MARKER = 10,
	OPENPGP_TRUST = 12,
	OPENPGP_USER_ID = 13,
	OPENPGP_SUBKEY = 14,
	OPENPGP_ATTRIBUTE = 17,
	OPENPGP_PADDING = 21,
	OPENPGP_UNCRITICAL = 40, /* unknown packets with this tag or a greater one may be skipped */
};
struct openpgp_packet {
	unsigned tag;
	struct blob body;
};
/* Take one packet off the front of *in. The header of the packet is in the old or new format, with
 * a definite length: only packets of data may have a partial or indeterminate length. */
must_check const char *openpgp_packet_next(struct blob *in, struct openpgp_packet *);
/* Write a packet in the new format; body.n ≤ 8383. */
void openpgp_packet_put(struct buf *, unsigned tag, struct blob body);

enum {
	OPENPGP_EDDSA = 22, /* algorithms (RFC 9580 9.1) */
	OPENPGP_ED25519 = 27,
	OPENPGP_FINGERPRINT = 20, /* octets */
	OPENPGP_KEY_ID = 8,	  /* octets of a key ID: the last ones of the fingerprint */
};
struct openpgp_packet_key {
	struct blob body; /* the body of the packet */
	uint8_t key[ED25519_KEY], fingerprint[OPENPGP_FINGERPRINT];
	unsigned algorithm; /* OPENPGP_EDDSA or OPENPGP_ED25519 */
	int64_t created;    /* seconds since 1970 */
};
/* Read the body of a public key packet: version 4, Ed25519. */
must_check const char *openpgp_packet_read_key(struct blob body, struct openpgp_packet_key *);
/* Write the body of a version 4 key of algorithm 22. */
void openpgp_packet_put_key(struct buf *, const uint8_t key[ED25519_KEY], int64_t created);

/* Take n octets off *in. False when *in has fewer octets. */
static inline bool openpgp_packet_take_octets(struct blob *in, size_t n, struct blob *out)
{
	if (in->n < n)
		return false;
	*out = (struct blob){ in->p, n };
	*in = (struct blob){ in->p + n, in->n - n };
	return true;
}
/* Take a big-endian number of n ≤ 4 octets off *in. */
static inline bool openpgp_packet_take_number(struct blob *in, size_t n, uint32_t *v)
{
	struct blob b;

	if (!openpgp_packet_take_octets(in, n, &b))
		return false;
	*v = 0;
	for (size_t i = 0; i < n; i++)
		*v = *v << 8 | b.p[i];
	return true;
}
/* Write a big-endian number of n ≤ 4 octets. */
void openpgp_packet_put_number(struct buf *, size_t n, uint32_t v);
/* Take a multiprecision integer (RFC 9580 3.2) off *in: its octets, without leading zeros. False
 * when the number's count of bits is not exact. */
must_check bool openpgp_packet_take_mpi(struct blob *in, struct blob *octets);
#endif
