#ifndef MOTET_MLS_MLS_TLS_H
#define MOTET_MLS_MLS_TLS_H
#include "base/str.h"
/*
 * The TLS presentation language as MLS uses it (RFC 9420 2.1): big-endian numbers, and vectors with
 * their length in octets in front, as a varint of 1, 2 or 4 octets in its shortest form (2.1.2).
 *
 * Reading allocates and copies nothing: results point into the input. A reader never goes past the
 * octets it was opened on; open another one to read the inside of a vector. Faults are sticky:
 * after the first fault every getter returns zero, so a structure can be read as a whole and `bad`
 * checked once at the end.
 */
enum mls_fault {
	MLS_FINE,
	MLS_TRUNCATED,	       /* the input ends inside a value */
	MLS_VECTOR_MISALIGNED, /* a vector ends inside an element */
	MLS_VARINT_PREFIX,     /* a varint starts with the bits 11 */
	MLS_VARINT_NONMINIMAL, /* a varint is not in its shortest form */
};
struct mls_in {
	struct blob rest; /* the octets that are not read yet */
	enum mls_fault bad;
	enum mls_fault over; /* the fault to report when octets run out */
};
/* Open a reader for a whole input, or for the contents of a vector; the two differ in the fault
 * that they report when octets run out. */
static inline struct mls_in mls_tls_open(struct blob b)
{
	return (struct mls_in){ .rest = b, .over = MLS_TRUNCATED };
}
static inline struct mls_in mls_tls_within(struct blob vector)
{
	return (struct mls_in){ .rest = vector, .over = MLS_VECTOR_MISALIGNED };
}
/* Is there more to read? False after a fault. */
static inline bool mls_tls_more(const struct mls_in *in)
{
	return in->bad == MLS_FINE && in->rest.n > 0;
}
uint64_t mls_tls_uint(struct mls_in *, size_t octets); /* octets: 1 to 8 */
static inline uint16_t mls_tls_u16(struct mls_in *in)
{
	return (uint16_t)mls_tls_uint(in, 2);
}
/* Read a varint; read a vector and return its contents. */
uint32_t mls_tls_varint(struct mls_in *);
struct blob mls_tls_vector(struct mls_in *);
/* Read a vector of uint16 and return its contents: an even number of octets. */
struct blob mls_tls_vector_u16(struct mls_in *);
/* Do the contents of a vector of uint16 have v? */
bool mls_tls_has_u16(struct blob list, uint16_t v);

/* Functions that write into a growing buffer. */
enum { MLS_VARINT_MAX = (1 << 30) - 1 };
void mls_tls_put_u16(struct buf *, uint16_t);
/* n must be at most MLS_VARINT_MAX, or the process aborts: callers check sizes before. */
void mls_tls_put_varint(struct buf *, size_t n);
void mls_tls_put_vector(struct buf *, struct blob contents);
#endif
