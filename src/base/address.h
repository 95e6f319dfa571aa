#ifndef MOTET_BASE_ADDRESS_H
#define MOTET_BASE_ADDRESS_H
#include "base/str.h"
/*
 * IP addresses of clients, as text: 192.0.2.7, 2001:db8::7. An IPv4 address written as IPv6
 * (::ffff:192.0.2.7) is that IPv4 address. A list is what a configuration key of type LIST holds:
 * addresses and networks such as 192.0.2.0/24 or 2001:db8::/32, between commas.
 */
/* Is the address in the list? A word that is no address ("unix:") is in it when it stands there as
 * it is. */
bool address_listed(const char *list, struct str address);
/* Are all words of the list addresses or networks? Else `why` names the first that is none. */
bool address_list_ok(const char *list, char *why, size_t size);
/* The network of an address, for logs: its first 24 bits as 192.0.2.0, of an IPv6 address the first
 * 48 as 2001:db8:7::; anything else as it is. */
enum { ADDRESS_TEXT = 64 };
const char *address_short(struct str address, char out[ADDRESS_TEXT]);
#endif
