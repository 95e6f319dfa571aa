#ifndef MOTET_MLS_MLS_TLS_H
#define MOTET_MLS_MLS_TLS_H
#include "base/str.h"
/*
 * The TLS presentation language as MLS has it (RFC 9420 2.1): big-endian numbers, and vectors whose
 * length in octets comes first as a varint of 1, 2 or 4 octets (2.1.2), which must be the shortest
 * that does.
 *
 * Reading allocates nothing and copies nothing: what comes out points into what went in. A reader
 * never sees more than the octets it was opened on, so what is inside of a vector is read by a
 * reader of that vector alone. Faults stick: after the first one every getter returns zero, so that
 * a whole structure can be read first and `bad` be looked at once.
 */
enum mls_fault {
	MLS_FINE,
	MLS_TRUNCATED,	       /* the input ends within a value */
	MLS_VECTOR_MISALIGNED, /* a vector's end is not the end of an element */
	MLS_VARINT_PREFIX,     /* the prefix 11 */
	MLS_VARINT_NONMINIMAL,
};
struct mls_in {
	struct blob rest;
	enum mls_fault bad;
	enum mls_fault over; /* what running out of octets means here */
};
/* Over a whole input; over the contents of a vector, which is the same but for the name of the
 * fault. */
static inline struct mls_in mls_tls_open(struct blob b)
{
	return (struct mls_in){ .rest = b, .over = MLS_TRUNCATED };
}
static inline struct mls_in mls_tls_within(struct blob vector)
{
	return (struct mls_in){ .rest = vector, .over = MLS_VECTOR_MISALIGNED };
}
/* Is there another element to read? Not behind a fault. */
static inline bool mls_tls_more(const struct mls_in *in)
{
	return in->bad == MLS_FINE && in->rest.n > 0;
}
uint64_t mls_tls_uint(struct mls_in *, size_t octets); /* 1 to 8 */
static inline uint16_t mls_tls_u16(struct mls_in *in)
{
	return (uint16_t)mls_tls_uint(in, 2);
}
/* A varint; and the contents of the vector that it begins. */
uint32_t mls_tls_varint(struct mls_in *);
struct blob mls_tls_vector(struct mls_in *);
/* A vector of uint16, whose contents must be an even number of octets. */
struct blob mls_tls_vector_u16(struct mls_in *);
/* Is v in the contents of such a vector? */
bool mls_tls_has_u16(struct blob list, uint16_t v);

/* Writing, into a growing buffer: the octets, whatever they stand for. */
enum { MLS_VARINT_MAX = (1 << 30) - 1 };
void mls_tls_put_u16(struct buf *, uint16_t);
/* n must not be above MLS_VARINT_MAX: whoever has that much to write has bounded it before. */
void mls_tls_put_varint(struct buf *, size_t n);
void mls_tls_put_vector(struct buf *, struct blob contents);
#endif
