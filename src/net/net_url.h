#ifndef MOTET_NET_NET_URL_H
#define MOTET_NET_NET_URL_H
#include "base/str.h"
/*
 * The URLs that are fetched: https://host[:port][/path][?query], up to NET_URL_MAX octets. The host
 * is a name by the rules of federation IDs (domain_ok() of text/fid.h), in any case: no IP address
 * in any spelling, no user, no trailing dot. No fragment, and nothing but the characters of RFC
 * 3986, so that another reader of the URL cannot see another host in it.
 */
enum { NET_URL_MAX = 2048, NET_URL_PORT = 443 };
struct net_url {
	struct str host; /* lower case */
	int port;
	struct str authority; /* host:port, what caches and limits go by */
	const char *text;     /* put together anew from the parts that were checked */
};
/*
 * NULL: *out is filled, from the arena. Else a sentence for the client, without a byte of the URL.
 * Ports other than 443 are taken with other_ports only, and then from 1024.
 */
const char *net_url_read(struct arena *, struct str url, bool other_ports, struct net_url *out);
#endif
