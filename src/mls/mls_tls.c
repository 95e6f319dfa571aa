#include "mls/mls_tls.h"
#include <stdlib.h>

/* Take the next n octets; NULL and a fault when there are fewer. */
static const uint8_t *take_tls_octets(struct mls_in *in, size_t n)
{
	const uint8_t *p = in->rest.p;

	if (in->bad == MLS_FINE && n > in->rest.n)
		in->bad = in->over;
	if (in->bad != MLS_FINE)
		return NULL;
	in->rest = (struct blob){ n ? p + n : p, in->rest.n - n };
	return p;
}

uint64_t mls_tls_uint(struct mls_in *in, size_t octets)
{
	const uint8_t *p = take_tls_octets(in, octets);
	uint64_t v = 0;

	for (size_t i = 0; p && i < octets; i++)
		v = v << 8 | p[i];
	return v;
}

uint32_t mls_tls_varint(struct mls_in *in)
{
	static const uint32_t least[] = { 0, 1u << 6,
		1u << 14 }; /* the smallest values that are encoded in 1, 2 and 4 octets */
	uint32_t v = (uint32_t)mls_tls_uint(in, 1), log = v >> 6;

	if (log == 3)
		in->bad = MLS_VARINT_PREFIX;
	v &= 0x3f;
	if (log == 1 || log == 2) {
		size_t more = ((size_t)1 << log) - 1;
		v = v << 8 * more | (uint32_t)mls_tls_uint(in, more);
		if (in->bad == MLS_FINE && v < least[log])
			in->bad = MLS_VARINT_NONMINIMAL;
	}
	return in->bad == MLS_FINE ? v : 0;
}

struct blob mls_tls_vector(struct mls_in *in)
{
	size_t n = mls_tls_varint(in);
	const uint8_t *p = take_tls_octets(in, n);

	return (struct blob){ p, p ? n : 0 };
}

struct blob mls_tls_vector_u16(struct mls_in *in)
{
	struct blob b = mls_tls_vector(in);

	if (b.n % 2)
		in->bad = MLS_VECTOR_MISALIGNED;
	return in->bad == MLS_FINE ? b : (struct blob){ NULL, 0 };
}

bool mls_tls_has_u16(struct blob list, uint16_t v)
{
	for (size_t i = 0; i + 1 < list.n; i += 2)
		if (list.p[i] == v >> 8 && list.p[i + 1] == (v & 0xff))
			return true;
	return false;
}

static void put_big_endian(struct buf *b, uint64_t v, size_t octets)
{
	uint8_t p[8];

	for (size_t i = 0; i < octets; i++)
		p[i] = (uint8_t)(v >> 8 * (octets - 1 - i));
	buf_put(b, p, octets);
}

void mls_tls_put_u16(struct buf *b, uint16_t v)
{
	put_big_endian(b, v, 2);
}

void mls_tls_put_varint(struct buf *b, size_t n)
{
	if (n > MLS_VARINT_MAX)
		abort();
	if (n < 1u << 6)
		put_big_endian(b, n, 1);
	else if (n < 1u << 14)
		put_big_endian(b, n | 1u << 14, 2);
	else
		put_big_endian(b, n | 2u << 30, 4);
}

void mls_tls_put_vector(struct buf *b, struct blob contents)
{
	mls_tls_put_varint(b, contents.n);
	if (contents.n)
		buf_put(b, contents.p, contents.n);
}
