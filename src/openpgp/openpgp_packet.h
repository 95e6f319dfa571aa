#ifndef MOTET_OPENPGP_OPENPGP_PACKET_H
#define MOTET_OPENPGP_OPENPGP_PACKET_H
#include "crypto/ed25519.h"
/* Packets (RFC 9580 4.2, 4.3), and the key that is in one (5.5.2). Readers return NULL, or a
 * sentence that names the broken rule. */
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
	OPENPGP_UNCRITICAL = 40, /* from here on, what is unknown may be passed over */
};
struct openpgp_packet {
	unsigned tag;
	struct blob body;
};
/* Take one off *in. Headers of the old and the new format, with a length that is there: partial and
 * indeterminate ones are for data. */
must_check const char *openpgp_packet_next(struct blob *in, struct openpgp_packet *);
/* As the new format writes it; n ≤ 8383. */
void openpgp_packet_put(struct buf *, unsigned tag, struct blob body);

enum {
	OPENPGP_EDDSA = 22,
	OPENPGP_ED25519 = 27,
	OPENPGP_FINGERPRINT = 20,
	OPENPGP_KEY_ID = 8
}; /* of a key ID: the last octets of the fingerprint */
struct openpgp_packet_key {
	struct blob body;
	uint8_t key[ED25519_KEY], fingerprint[OPENPGP_FINGERPRINT];
	unsigned algorithm;
	int64_t created;
};
must_check const char *openpgp_packet_read_key(struct blob body, struct openpgp_packet_key *);
/* The body of a version 4 key of algorithm 22. */
void openpgp_packet_put_key(struct buf *, const uint8_t key[ED25519_KEY], int64_t created);

/* n octets off *in; false when there are fewer. */
static inline bool openpgp_packet_take_octets(struct blob *in, size_t n, struct blob *out)
{
	if (in->n < n)
		return false;
	*out = (struct blob){ in->p, n };
	*in = (struct blob){ in->p + n, in->n - n };
	return true;
}
/* A big-endian number of n ≤ 4 octets off *in. */
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
void openpgp_packet_put_number(struct buf *, size_t n, uint32_t v);
/* A multiprecision integer (RFC 9580 3.2) off *in: its octets, without leading zeros. False when
 * its count of bits is not exact. */
must_check bool openpgp_packet_take_mpi(struct blob *in, struct blob *octets);
#endif
