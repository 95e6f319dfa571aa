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
	bool v4; /* the address is IPv4, and is the last four octets of `b` */
};
bool address_read(struct str, struct address *);
/* Are the first `bits` bits of two addresses equal? Both are in network byte order, and both are
 * IPv4 or both IPv6. */
bool address_bits_equal(const uint8_t *, const uint8_t *, int bits);
/* Is the address, or a network that contains it, in the list? A text that is not an IP address
 * ("unix:") is in the list if a word of the list is exactly that text. */
bool address_listed(const char *list, struct str address);
/* Is the text an IP address? */
bool address_valid(struct str);
/*
 * Find the IP address in a node of X-Forwarded-For or Forwarded (RFC 7239 6): 192.0.2.7,
 * 192.0.2.7:1111, 2001:db8::7, [2001:db8::7], [2001:db8::7]:443, each also in double quotes.
 * *address is a part of `node`. False: the node holds no IP address.
 */
bool address_of_node(struct str node, struct str *address);
/* Is every word of the list an address or a network? If not, `why` names the first word that is
 * neither an address nor a network. */
bool address_list_ok(const char *list, char *why, size_t size);
/*
 * Write the network of an address, for logs: the first 24 bits of an IPv4 address (192.0.2.0), or
 * the first 48 bits of an IPv6 address (2001:db8:7::). Any other text is copied unchanged, cut to
 * fit.
 */
enum { ADDRESS_TEXT = 64 };
const char *address_short(struct str address, char out[ADDRESS_TEXT]);
#endif
