#ifndef MOTET_BASE_ADDRESS_H
#define MOTET_BASE_ADDRESS_H
#include "base/str.h"
/*
 * IP addresses, as text: 192.0.2.7, 2001:db8::7. An IPv4-mapped IPv6 address
 * (::ffff:192.0.2.7) counts as the IPv4 address. A list is the value of a configuration key of type
 * LIST: addresses and networks such as 192.0.2.0/24 or 2001:db8::/32, separated by commas.
 */
/* IPv4 is stored as mapped IPv6, so that all addresses compare in one way. */
struct address {
	uint8_t b[16];
	bool v4; /* the address is the last four octets */
};
bool address_read(struct str, struct address *);
/* Do the first `bits` bits agree? In network byte order, of IPv4 or IPv6. */
bool address_bits_equal(const uint8_t *, const uint8_t *, int bits);
/*
 * Is the address, or a network that contains it, in the list? Any other text ("unix:") must be a
 * word of the list exactly as it is.
 */
bool address_listed(const char *list, struct str address);
/* Is it an IP address? */
bool address_valid(struct str);
/*
 * The IP address in a node of X-Forwarded-For or Forwarded (RFC 7239 6): 192.0.2.7, 192.0.2.7:1111,
 * 2001:db8::7, [2001:db8::7], [2001:db8::7]:443, each also in double quotes. The result is a part
 * of `node`. False: there is none.
 */
bool address_of_node(struct str node, struct str *address);
/* Is every word of the list an address or a network? If not, `why` names the first that is not. */
bool address_list_ok(const char *list, char *why, size_t size);
/*
 * The network of an address, for logs: the first 24 bits of an IPv4 address (192.0.2.0), the first
 * 48 of an IPv6 address (2001:db8:7::). Any other text is copied unchanged, cut to fit.
 */
enum { ADDRESS_TEXT = 64 };
const char *address_short(struct str address, char out[ADDRESS_TEXT]);
#endif
