#ifndef MOTET_NET_NET_CURL_H
#define MOTET_NET_NET_CURL_H
#include "net/net.h"
#include "net/net_url.h"
/* One transfer with libcurl: everything that security.md 5 asks of it is set here. */
struct net_hop {
	const struct net_url *url;
	bool private_allowed;
	int64_t deadline_us; /* clock_us() */
	/* Filled: */
	enum net_end end;
	int status;
	const char *type,
	    *location;	 /* "" if there is none; location is absolute. Both in body.mem */
	struct buf body; /* .mem is the caller's to set */
	char why[320];	 /* for the log */
	/* For the callbacks: */
	enum net_end broke; /* why one of them ended it; NET_ANSWERED: none did */
	size_t header_bytes, header_lines;
	char address[64]; /* the last one that was not dialled, or "" */
};
struct net_curl;
/* NULL: libcurl cannot, or lacks one of the options; errno does not say. */
struct net_curl *net_curl_new(const struct conf *);
void net_curl_free(struct net_curl *);
void net_curl_get(struct net_curl *, struct net_hop *);
#endif
