#ifndef MOTET_NET_NET_POLICY_H
#define MOTET_NET_NET_POLICY_H
#include "base/conf.h"
/* Read federation_allow, federation_deny and federation_resolve. */

/* Is `domain`, or a parent domain of it, in the list? */
bool net_policy_lists(const char *list, struct str domain);
/* Write an entry of federation_resolve in the form of CURLOPT_CONNECT_TO, host:port:address:port,
 * in the arena. NULL: the entry is wrong. */
const char *net_policy_read_route(struct arena *, struct str entry);
#endif
