#ifndef MOTET_NET_NET_HANDLE_H
#define MOTET_NET_NET_HANDLE_H
#include "base/conf.h"
#include <curl/curl.h>
/* A handle of libcurl, and the addresses that the setting federation_resolve gives for other
 * servers. Private to net/. */
struct net_handle {
	CURL *easy;
	struct curl_slist *routes; /* for CURLOPT_CONNECT_TO; NULL: none */
};
/* Routes are read only if federation_private_networks is on. False: libcurl does not start; there
 * is nothing to free. */
must_check bool net_handle_init(struct net_handle *, const struct conf *);
void net_handle_free(struct net_handle *);
#endif
