#ifndef MOTET_NET_NET_ADDRESS_H
#define MOTET_NET_NET_ADDRESS_H
#include <stdbool.h>
#include <sys/socket.h>
/*
 * Which addresses this server dials on somebody else's word. Asked where the socket is opened,
 * about the very address that is dialled, so that no name, redirect or second answer of a DNS
 * server gets between the question and the call.
 *
 * IPv4: everything but the blocks of IANA's special-purpose registry (RFC 6890), multicast and
 * class E; also those few blocks that the registry calls globally reachable (AS112, AMT, anycast of
 * protocols): nobody's home server is there. IPv6: only 2000::/3, and of that neither what the
 * registry sets apart nor 6to4 (2002::/16) and Teredo (in 2001::/23), which carry an IPv4 address
 * inside. What is mapped or translated (::ffff:0:0/96, 64:ff9b::/96) is never dialled: an IPv4
 * address has to come as one.
 *
 * With private_allowed (federation_private_networks) also loopback and what intranets use: 127/8,
 * ::1, 10/8, 172.16/12, 192.168/16, 100.64/10, fc00::/7. Never, even then: 0/8, link-local
 * (169.254.169.254 hands out a cloud machine's credentials), multicast, broadcast.
 */
bool net_address_dialable(const struct sockaddr *, bool private_allowed);
#endif
