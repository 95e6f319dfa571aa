#ifndef MOTET_NET_NET_URL_H
#define MOTET_NET_NET_URL_H
#include "base/str.h"
/*
 * URLs that may be fetched: https://host[:port][/path][?query], up to NET_URL_MAX octets. The host
 * is a name as in federation IDs (domain_ok() of text/fid.h), in any case: no IP address in any
 * notation, no user, no trailing dot. No fragment, and only characters of RFC 3986, so that no
 * other parser finds another host in the URL.
 */
enum { NET_URL_MAX = 2048, NET_URL_PORT = 443 };
struct net_url {
	struct str host; /* lower case */
	int port;
	struct str authority; /* host:port, the key of caches and limits */
	const char *text;     /* the URL, rebuilt from its checked parts */
};
/*
 * Returns NULL if the URL is allowed; *out is then filled, in the arena. Otherwise returns a
 * message for the client, which quotes no part of the URL. other_ports allows ports from 1024
 * besides 443.
 */
const char *net_url_read(struct arena *, struct str url, bool other_ports, struct net_url *out);
#endif
