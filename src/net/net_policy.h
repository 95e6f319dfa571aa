#ifndef MOTET_NET_NET_POLICY_H
#define MOTET_NET_NET_POLICY_H
#include "base/conf.h"
/*
 * Reading federation_allow, federation_deny and federation_resolve.
 */
/* `domain` stands in the list, or is a subdomain of one that does. */
bool net_policy_lists(const char *list, struct str domain);
/* An entry of federation_resolve as libcurl wants it for CURLOPT_CONNECT_TO,
 * host:port:address:port; NULL: it is none. */
const char *net_policy_read_route(struct arena *, struct str entry);
#endif
