#ifndef MOTET_NET_NET_ADDRESS_H
#define MOTET_NET_NET_ADDRESS_H
#include <stdbool.h>
#include <sys/socket.h>
/*
 * May this server connect to an address that a stranger's request led to? The check is made when
 * the socket is opened, with the address that is used: no name, redirect or later DNS answer can
 * change the address after that.
 *
 * IPv4: all addresses are allowed except the blocks of IANA's special-purpose registry (RFC 6890),
 * multicast and class E. The few blocks that the registry calls globally reachable (AS112, AMT,
 * anycast of protocols) are refused too: no home server is there. IPv6: only 2000::/3 is allowed,
 * except the special-purpose blocks, 6to4 (2002::/16) and Teredo (in 2001::/23); addresses of 6to4
 * and Teredo contain an IPv4 address. For a NAT64 address with the well-known prefix (64:ff9b::/96,
 * RFC 6052), the IPv4 address inside decides; a private IPv4 address there is always refused.
 * Mapped addresses (::ffff:0:0/96) and local NAT64 prefixes (64:ff9b:1::/48) are refused.
 *
 * With private_allowed (federation_private_networks), loopback and private networks are allowed,
 * too: 127/8, ::1, 10/8, 172.16/12, 192.168/16, 100.64/10, fc00::/7. Even then, these are refused:
 * 0/8, link-local (169.254.169.254 gives out the credentials of cloud machines), multicast,
 * broadcast.
 */
bool net_address_dialable(const struct sockaddr *, bool private_allowed);
#endif
