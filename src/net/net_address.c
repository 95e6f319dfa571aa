#include "net/net_address.h"
#include "base/address.h"
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

/* TRANSLATED (NAT64): the IPv4 address in the last four octets decides; if that is INTRANET, the
 * verdict is NEVER. */
enum address_verdict { NEVER, INTRANET, ALWAYS, TRANSLATED };

struct address_block {
	uint8_t at[16];
	int bits;
	enum address_verdict verdict;
};

/* In both tables the first block that contains the address decides; the last block contains every
 * address. */
static const struct address_block ipv4_blocks[] = {
	{ { 0 }, 8, NEVER }, /* "this network" */
	{ { 10 }, 8, INTRANET },
	{ { 100, 64 }, 10, INTRANET }, /* shared address space, RFC 6598 */
	{ { 127 }, 8, INTRANET },
	{ { 169, 254 }, 16, NEVER }, /* link-local */
	{ { 172, 16 }, 12, INTRANET },
	{ { 192, 0, 0 }, 24, NEVER },	 /* IETF protocol assignments, with all sub-blocks */
	{ { 192, 0, 2 }, 24, NEVER },	 /* documentation */
	{ { 192, 31, 196 }, 24, NEVER }, /* AS112 */
	{ { 192, 52, 193 }, 24, NEVER }, /* AMT */
	{ { 192, 88, 99 }, 24, NEVER },	 /* 6to4 relays */
	{ { 192, 168 }, 16, INTRANET },
	{ { 192, 175, 48 }, 24, NEVER }, /* AS112 */
	{ { 198, 18 }, 15, NEVER },	 /* benchmarks */
	{ { 198, 51, 100 }, 24, NEVER }, /* documentation */
	{ { 203, 0, 113 }, 24, NEVER },	 /* documentation */
	{ { 224 }, 4, NEVER },		 /* multicast */
	{ { 240 }, 4, NEVER },		 /* reserved, and broadcast at its end */
	{ { 0 }, 0, ALWAYS },
};
static const struct address_block ipv6_blocks[] = {
	{ { 0x20, 0x01, 0x00 }, 23,
	    NEVER }, /* IETF protocol assignments: Teredo, benchmarks, ORCHID … */
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32, NEVER },	       /* documentation */
	{ { 0x20, 0x02 }, 16, NEVER },			       /* 6to4 */
	{ { 0x26, 0x20, 0x00, 0x4f, 0x80, 0x00 }, 48, NEVER }, /* AS112 */
	{ { 0x3f, 0xff }, 20, NEVER },			       /* documentation */
	{ { 0x20 }, 3, ALWAYS },			       /* global unicast */
	{ { 0x00, 0x64, 0xff, 0x9b }, 96, TRANSLATED },	       /* NAT64, RFC 6052 */
	{ { [15] = 1 }, 128, INTRANET },		       /* loopback */
	{ { 0xfc }, 7, INTRANET },			       /* unique local */
	{ { 0 }, 0, NEVER },
};

static enum address_verdict find_address_verdict(const struct address_block *b, const uint8_t *a)
{
	while (!address_bits_equal(b->at, a, b->bits))
		b++;
	return b->verdict;
}

static enum address_verdict find_ipv6_verdict(const uint8_t *a)
{
	enum address_verdict v = find_address_verdict(ipv6_blocks, a);

	if (v != TRANSLATED)
		return v;
	return find_address_verdict(ipv4_blocks, a + 12) == ALWAYS ? ALWAYS : NEVER;
}

bool net_address_dialable(const struct sockaddr *sa, bool private_allowed)
{
	const void *at = sa; /* the address is a sockaddr_in or _in6, so it is aligned */
	enum address_verdict v = NEVER;

	if (sa->sa_family == AF_INET)
		v = find_address_verdict(
		    ipv4_blocks, (const uint8_t *)&((const struct sockaddr_in *)at)->sin_addr);
	else if (sa->sa_family == AF_INET6)
		v = find_ipv6_verdict(((const struct sockaddr_in6 *)at)->sin6_addr.s6_addr);
	return v == ALWAYS || (v == INTRANET && private_allowed);
}
