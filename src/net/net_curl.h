#ifndef MOTET_NET_NET_CURL_H
#define MOTET_NET_NET_CURL_H
#include "net/net.h"
#include "net/net_url.h"
/* One transfer with libcurl, with all options that security.md 5 requires. */
struct net_hop {
	const struct net_url *url;
	bool private_allowed;
	int64_t deadline_us; /* clock_us() */
	/* net_curl_get() fills these members: */
	enum net_end end;
	int status;
	const char *type, *location; /* "" if the header is missing; location is an absolute URL.
					Both texts are in body.mem */
	struct buf body;	     /* the caller sets .mem */
	char why[320];		     /* what went wrong, for the log */
	/* The callbacks use these members: */
	enum net_end broke; /* why a callback ended the transfer; NET_ANSWERED: no callback did */
	size_t header_bytes, header_lines;
	char address[64]; /* the last address that was refused, or "" */
};
struct net_curl;
/* NULL: libcurl does not start or lacks an option; errno is not set. */
struct net_curl *net_curl_new(const struct conf *);
void net_curl_free(struct net_curl *);
void net_curl_get(struct net_curl *, struct net_hop *);
#endif
